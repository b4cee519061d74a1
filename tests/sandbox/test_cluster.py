"""Grading on a Dask cluster: the same marks, whoever is lost; and who cannot judge is named and not used."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from course.grader.classroom import Classroom
from course.grader.cli import main
from course.grader.cluster import worker
from course.grader.cluster.address import Scheduler
from course.grader.cluster.engine import Cluster
from course.grader.cluster.parcel import Order, version
from course.grader.grade import Marks, grade_set, read_marks
from course.grader.judged.here import Here
from course.grader.judged.jobs import Job, Terms
from course.grader.judged.records import Record
from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.client import Refused
from tests.sandbox.classes import answer, make
from tests.sandbox.clusters import HARDENED, Processes, certificates, other_version
from tests.sandbox.test_killed import tree

pytestmark = pytest.mark.xdist_group("cluster")
SLOW = answer("import time\ntime.sleep(1.5)\nREFERENCE")
STUDENTS = {
    "honest": None,
    "wrong": answer("def recurrence(b, C):\n    return b, C"),
    "dead": answer("import os\nos._exit(0)", "direct_and_total"),
    "noisy": answer("print('x' * 100_000)\nimport numpy\nREFERENCE"),
    **{f"slow{number}": SLOW for number in range(3)},
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Two good workers, one with another `course`, one where no sandbox can be made."""
    folder = tmp_path_factory.mktemp("cluster")
    made = Processes(folder, certificates(folder / "tls"))
    try:
        made.start()
        for name in ("one", "two"):
            made.worker(name)
        made.worker("stale", path=other_version(folder / "other"))
        (folder / "hardened.py").write_text(HARDENED)
        made.worker("hardened", "--preload", str(folder / "hardened.py"))
        joined(made, "one", "two", "stale", "hardened")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """The class, graded on this machine."""
    room = make(tmp_path_factory.mktemp("here"), dict(STUDENTS))
    grade_set(room, "ps2", quiet())
    return room


def quiet() -> Any:
    from rich.console import Console

    return Console(quiet=True)


def classroom(folder: Path, here: Classroom, cluster: Processes, address: str = "") -> Classroom:
    """The same class with the same secret, not graded yet, set up for the cluster."""
    room = make(folder, dict(STUDENTS))
    shutil.copy(here.folder / "secret.key", folder)
    settings = cluster.tls | {"address": address or cluster.address}
    lines = [f'{name} = "{value}"' for name, value in settings.items()]
    with (folder / "course.toml").open("a") as file:
        file.write("\n".join(["", "[scheduler]", *lines, ""]))
    return Classroom.open(room.folder)


def run(room: Classroom, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """`course grade ps2` in a classroom; what it said, as one line."""
    monkeypatch.chdir(room.folder)
    done = CliRunner().invoke(main, ["grade", "ps2", *words])
    return done.exit_code, " ".join(done.output.split())


def seen(room: Classroom) -> tuple[Marks, dict[str, Any], dict[str, str], dict[str, str]]:
    """What came of a class: marks, comments, graded notebooks, feedback pages."""
    comments = {}
    with Gradebook(room.gradebook) as gradebook:
        for submission in gradebook.assignment_submissions("ps2"):
            for notebook in submission.notebooks:
                for comment in notebook.comments:
                    comments[f"{submission.student.id}/{comment.name}"] = comment.comment
    folders = [
        {str(p.relative_to(room.folder)): p.read_text() for p in sorted((room.folder / kind).glob(names))}
        for kind, names in (("autograded", "*/ps2/*.ipynb"), ("feedback", "*/ps2/*.html"))
    ]
    return read_marks(room, "ps2"), comments, folders[0], folders[1]


def worker_of(room: Classroom, student: str) -> str:
    """The worker on which a student's notebook was run."""
    record = Record(room.folder, "ps2", student).read()
    return str(record["notebooks"]["bptt"].get("worker", ""))


def client_of(cluster: Processes) -> Any:
    return distributed.Client(
        cluster.address, security=Scheduler.of(cluster.tls | {"address": cluster.address}, Path()).security(),
        set_as_default=False,
    )  # fmt: skip


def joined(cluster: Processes, *names: str) -> None:
    """Wait until these workers are there."""
    until = time.monotonic() + 120
    with client_of(cluster) as client:
        while time.monotonic() < until:
            there = {about["name"] for about in client.scheduler_info()["workers"].values()}
            if set(names) <= there:
                return
            time.sleep(0.1)
    raise AssertionError(f"only {there} have joined")


def test_a_lost_worker_and_two_that_cannot_judge_change_nothing(
    tmp_path: Path, cluster: Processes, here: Classroom
) -> None:
    room = classroom(tmp_path / "class", here, cluster)
    command = [sys.executable, "-m", "course.grader.cli", "grade", "ps2"]
    grading = subprocess.Popen(
        command, cwd=room.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with client_of(cluster) as client:
        names = {about["name"]: worker for worker, about in client.scheduler_info()["workers"].items()}
        until = time.monotonic() + 120
        while len(list((room.folder / "judged").glob("ps2/*.json"))) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        while not (held := client.processing()[names["two"]]) and time.monotonic() < until:
            time.sleep(0.02)
    assert any("trial" not in str(key) for key in held)
    cluster.running["two"].send_signal(signal.SIGKILL)
    said = " ".join(grading.communicate(timeout=200)[0].split())
    assert grading.returncode == 0, said
    assert seen(room) == seen(here)
    assert f"The worker {names['stale']} is not used: it has course" in said
    assert f"{version()}: install the same wheel there" in said
    assert f"The worker {names['hardened']} is not used: no sandbox can be made there: warm:" in said
    assert {worker_of(room, student) for student in STUDENTS} <= {names["one"], names["two"]}
    cluster.worker("two again")
    joined(cluster, "one", "two again")


def test_the_record_names_the_worker_and_none_means_this_machine(
    tmp_path: Path, cluster: Processes, here: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = classroom(tmp_path / "class", here, cluster)
    two = ("slow0", "slow1")
    code, said = run(room, monkeypatch, *[word for student in two for word in ("--student", student)])
    assert code == 0, said
    assert {s: read_marks(room, "ps2")[s] for s in two} == {s: read_marks(here, "ps2")[s] for s in two}
    assert all(worker_of(room, student).startswith("tls://") for student in two)
    assert run(room, monkeypatch, "--force", "--student", "slow0", "--scheduler", "none")[0] == 0
    assert worker_of(room, "slow0") == ""


def test_an_order_holds_one_submission_and_no_name() -> None:
    terms = Terms(Limits(), Defences(), ("warm",))
    job = Job(("ada lovelace", "bptt"), "numpy", (), {"recurrence": 7}, {"data.csv": b"\x00\xff"})
    order = Order(version(), "run", terms, job=job).to_bytes()
    assert b"ada" not in order.replace(b"data", b"")
    back = Order.of(json.loads(order))
    assert back.job == Job(("", ""), *[getattr(job, n) for n in ("flavour", "steps", "seeds", "files")])
    assert back.terms == terms


def test_ctrl_c_ends_what_runs_on_the_workers(tmp_path: Path, cluster: Processes, here: Classroom) -> None:
    room = classroom(tmp_path / "class", here, cluster)
    for student in STUDENTS:
        answer("import time\ntime.sleep(50)")(room.folder / "submitted" / student / "ps2" / "bptt.ipynb")
    with (room.folder / "nbgrader_config.py").open("a") as file:
        file.write('\nc.JudgedAutograde.limits = {"cell_seconds": 60}\n')
    command = [sys.executable, "-m", "course.grader.cli", "grade", "ps2"]
    grading = subprocess.Popen(
        command, cwd=room.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    one = cluster.running["one"].pid
    with client_of(cluster) as client:
        until = time.monotonic() + 90
        while not (busy(client) and len(tree(one)) > 3) and time.monotonic() < until:
            time.sleep(0.1)  # a warm process, and a supervisor with its kernel
        assert busy(client)
        subprocess.run(["kill", "-INT", "--", f"-{grading.pid}"], check=True)
        said, _ = grading.communicate(timeout=40)
        assert grading.returncode == 130, said
        until = time.monotonic() + 45  # less than a warm process without work lives
        while (busy(client) or len(tree(one)) > 1) and time.monotonic() < until:
            time.sleep(0.1)
        assert not busy(client)
    assert tree(one) == [one]


def test_grading_stopped_while_workers_are_tried_leaves_nothing_on_them(cluster: Processes) -> None:
    settings = Scheduler.of(cluster.tls | {"address": cluster.address}, Path())
    place = Cluster(settings, Terms(Limits(), Defences(), ("warm",)), print)
    one = cluster.running["one"].pid
    said: list[str] = []

    def prepare() -> None:
        try:
            place.prepare({"numpy", "torch"})
        except Refused as error:
            said.append(str(error))

    waiting = threading.Thread(target=prepare)
    try:
        waiting.start()
        until = time.monotonic() + 60
        while len(tree(one)) == 1 and time.monotonic() < until:
            time.sleep(0.01)
        assert place.workers.trials
        place.stop()
        waiting.join(30)
        while len(tree(one)) > 1 and time.monotonic() < until:
            time.sleep(0.1)
        assert tree(one) == [one]
    finally:
        place.close()
    assert not waiting.is_alive()


def warm_processes() -> set[int]:
    """Those that this process has started, and that still run."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"course.grader.sandbox.zygote" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


def test_what_is_closed_while_it_starts_leaves_no_warm_process() -> None:
    here = Here(Terms(Limits(), Defences(), ("warm",)))

    def prepare() -> None:
        with contextlib.suppress(Refused):
            here.prepare({"numpy"})

    preparing = threading.Thread(target=prepare)
    others = warm_processes()  # of other tests
    preparing.start()
    while warm_processes() == others:
        time.sleep(0.01)
    here.close()
    preparing.join(30)
    assert warm_processes() == others
    with pytest.raises(Refused, match="grading was stopped"):
        here.prepare({"numpy"})


def test_the_warm_processes_of_a_run_that_died_are_ended_by_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "IDLE", 0.4)
    others = warm_processes()  # of other tests
    order = Order(version(), "dead", Terms(Limits(), Defences(), ("warm",)))
    with worker._desk(order) as here:
        here.prepare({"numpy"})
        time.sleep(1)
        assert warm_processes() != others, "in use it stays"
    until = time.monotonic() + 30
    while warm_processes() != others and time.monotonic() < until:
        time.sleep(0.05)
    assert warm_processes() == others
    assert "dead" not in worker._desks


def busy(client: Any) -> list[str]:
    """The tasks that workers hold, but for trials."""
    return [str(key) for keys in client.processing().values() for key in keys if "trial" not in str(key)]


def test_with_no_worker_of_this_version_nothing_is_graded(
    tmp_path: Path, cluster: Processes, here: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = Processes(tmp_path / "local", {})
    local.folder.mkdir()
    local.start()
    local.worker("stale", path=cluster.folder / "other")
    try:
        room = classroom(tmp_path / "class", here, local)
        code, said = run(room, monkeypatch)
    finally:
        local.stop()
    assert code == 1
    assert "No worker can grade." in said
    assert "it has course" in said
    assert not any((room.folder / "autograded").glob("*/ps2"))


def test_a_wrong_certificate_is_refused_on_either_side(tmp_path: Path, cluster: Processes) -> None:
    other = certificates(tmp_path / "other", "another")
    ours = cluster.tls | {"address": cluster.address}
    Scheduler.of(ours, tmp_path).check()
    for settings, said in (
        (ours | {"ca": other["ca"]}, "did not sign"),
        (ours | {"cert": other["cert"], "key": other["key"]}, "does not accept the certificate"),
        (ours | {"key": other["key"]}, "not an authority, a certificate and the key"),
        (ours | {"cert": "nowhere.pem"}, "There is no file"),
        ({"address": cluster.address}, "ca is not set"),
        (ours | {"address": "tls://127.0.0.1:1"}, "No scheduler answers"),
        ({"address": cluster.address.replace("tls:", "tcp:"), "certificate": "x"}, "has no certificate"),
    ):
        with pytest.raises(Refused, match=said):
            Scheduler.of(settings, tmp_path).check()


@pytest.mark.parametrize("address", ["tcp://10.1.2.3:8786", "tcp://head.example.org:8786"])
def test_a_plain_connection_to_another_machine_is_refused_with_the_reason(
    tmp_path: Path, here: Classroom, cluster: Processes, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    code, said = run(classroom(tmp_path / "class", here, cluster, address), monkeypatch)
    assert code == 1
    assert "Dask runs any code it is sent" in said
    assert Scheduler.of({"address": "tcp://127.0.0.1"}, tmp_path).port == 8786


def test_students_are_not_trusted_on_a_cluster() -> None:
    terms = Terms(Limits(), Defences(), ("warm",), trust_students=True)
    with pytest.raises(Refused, match="read the worker's key"):
        Cluster(Scheduler.of({"address": "tcp://127.0.0.1"}, Path()), terms, print)
