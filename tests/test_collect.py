"""`course collect`: the zips of Canvas and Moodle, files of nobody, and zips from people who mean no good."""

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.coursedir import CourseDirectory

from course.grader import classroom
from course.grader.classroom import Classroom
from course.grader.cli import main
from course.grader.collect import choice, command
from course.grader.collect.books import Books, copy_of
from course.grader.collect.lms import understood
from course.grader.collect.plugins import REPORT, LmsCollector, LmsExtractor
from course.grader.collect.who import Roster, Student, Unknown
from course.grader.roster import import_roster
from tests.conftest import SOLUTIONS

ROSTER = """id,first_name,last_name,lms_user_id
ada,Ada,Byron,77
bela,Béla,O'Neil,78
chen,Chen,Li,
li,Li,Chen,
zoe,Zoë Anne,Žižek,79
max,Max,Doe,
max2,Max,Doe,
"""
SET7 = "downloaded/ps7"
DAY = (2026, 10, 30, 12, 0, 0)


def notebook(text: str = "", ids: tuple[str, ...] = ("imports", "adding_weights-answer")) -> bytes:
    """A notebook of the set, with some text in its first cell."""
    cells = [nbformat.v4.new_code_cell(text, id=i, metadata={"nbgrader": {"grade_id": i}}) for i in ids]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classroom with a roster and a release of two notebooks; its gradebook is made once."""
    folder = tmp_path_factory.mktemp("room")
    room = Classroom.make(folder, SOLUTIONS)
    (folder / "class.csv").write_text(ROSTER, encoding="utf-8")
    import_roster(room, folder / "class.csv")
    (folder / "release/ps7").mkdir(parents=True)
    (folder / "release/ps7/long.ipynb").write_bytes(notebook())
    (folder / "release/ps7/short2.ipynb").write_bytes(notebook(ids=("imports", "short-answer")))
    return folder


@pytest.fixture
def room(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(prepared, tmp_path / "room")
    monkeypatch.chdir(tmp_path / "room")
    monkeypatch.setattr(command, "nbgrader", zip_collect)
    return tmp_path / "room"


def zip_collect(room: Classroom, _: str, problem_set: str) -> str:
    """nbgrader's command, with a classroom's settings, in this process, to spare its start."""
    app = ZipCollectApp(extractor_plugin=LmsExtractor, collector_plugin=LmsCollector, force=True)
    app.coursedir = CourseDirectory(root=str(room.folder), assignment_id=problem_set)
    app.init_plugins()
    app.extract_archive_files()
    app.process_extracted_files()
    return ""


Entry = tuple[str | zipfile.ZipInfo, bytes]


def zipped(path: Path, *entries: Entry, time: tuple[int, ...] = DAY) -> Path:
    """A zip of such files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, time)  # type: ignore[arg-type]
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return path


def collect(path: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["collect", str(path), "ps7", "--json", *words])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def states(report: dict[str, Any]) -> dict[str, str]:
    return {student: about["state"] for student, about in report["students"].items()}


def why(report: dict[str, Any], part: str) -> str:
    """What is said of the one file in whose name this is."""
    (left,) = [x for x in report["left"] if part in x["file"]]
    return f"{left['why']} | {left['todo']}"


def submitted(room: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(room / "submitted")): p.read_bytes()
        for p in (room / "submitted").rglob("*")
        if p.is_file()
    }


def test_canvas(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "nbgrader", classroom.nbgrader)
    weights = 'np.load("adding_weights.npz")'
    path = zipped(
        room / "submissions.zip",
        ("byronada_77_890_long.ipynb", notebook("old")),
        ("byronada_77_901_long-1.ipynb", notebook(weights)),
        ("byronada_77_902_adding_weights-1.npz", b"numbers"),
        ("oneilbéla_LATE_78_903_short2.ipynb", notebook("b", ("short-answer",))),
        ("chenli_555_904_My homework.ipynb", notebook("l")),
        ("lichen_556_905_long (2).ipynb", notebook("c")),
        ("žižekzoëanne_79_text.html", b"<p>my answer"),
        ("anon_x7Yz1_906_long.ipynb", notebook()),
        ("doemax_557_907_long.ipynb", notebook()),
        ("nobody_558_908_long.ipynb", notebook()),
        ("byronada_99_909_long.ipynb", notebook("not hers: another number")),
        ("readme.md", b""),
    )
    report = collect(path)
    assert submitted(room) == {
        "ada/ps7/long.ipynb": notebook(weights),
        "ada/ps7/adding_weights.npz": b"numbers",
        "bela/ps7/short2.ipynb": notebook("b", ("short-answer",)),
        "li/ps7/long.ipynb": notebook("l"),
        "chen/ps7/long.ipynb": notebook("c"),
    }
    assert states(report) == dict.fromkeys(("ada", "bela", "chen", "li"), "new")
    assert report["late"] == report["without_time"] == ["bela"]
    assert report["missing"] == ["max", "max2", "zoe"]
    assert "a newer one" in why(report, "_890_")
    assert "typed into the page" in why(report, "_text.html")
    assert '"anon_x7Yz1" = "STUDENT"' in why(report, "anon_")
    assert "max and max2 are both called so" in why(report, "doemax")
    assert "knows nobody of that name" in why(report, "nobody")
    assert "knows nobody of that name" in why(report, "_909_")
    assert "does not say whose" in why(report, "readme")
    assert len(report["left"]) == 7


def test_moodle(room: Path) -> None:
    path = zipped(
        room / "C1-Set 7-42.zip",
        ("Ada Byron_101_assignsubmission_file_/long.ipynb", notebook("a")),
        ("Ada Byron_101_assignsubmission_file_/data/points.csv", b"1"),
        ("Béla ONeil_102_assignsubmission_file/short2.ipynb", notebook("b")),
        ("Chen Li_103_assignsubmission_file_long.ipynb", notebook("c")),
        ("Zoë Anne Žižek_104_assignsubmission_onlinetext/onlinetext.html", b""),
        ("Zoë Anne Žižek_104_assignsubmission_file_long.ipynb", notebook("z")),
        ("Max Doe_105_assignsubmission_file/long.ipynb", notebook()),
        ("Participant_106_assignsubmission_file/long.ipynb", notebook()),
    )
    report = collect(path)
    assert sorted(submitted(room)) == [
        "ada/ps7/data/points.csv",
        "ada/ps7/long.ipynb",
        "bela/ps7/short2.ipynb",
        "zoe/ps7/long.ipynb",
    ]
    assert "typed into the page" in why(report, "onlinetext")
    assert "chen and li are both called so" in why(report, "Chen Li")  # this Moodle may put last names first
    assert '"Max Doe_105" = "STUDENT"' in why(report, "Max Doe")
    toml = room / "course.toml"
    names = '\n[names]\n"Max Doe_105" = "max2"\n"Participant_106" = "nobody"\n'
    toml.write_text(toml.read_text() + names)
    report = collect(path)
    assert states(report) == {"ada": "same", "bela": "same", "zoe": "same", "max2": "new"}
    assert "is nobody, who is not in the roster" in why(report, "Participant")


def test_two_of_one_name_are_told_apart_by_a_person(room: Path) -> None:
    path = zipped(
        room / "a.zip",
        ("Ada Byron_1_assignsubmission_file/long.ipynb", notebook("hers")),
        ("ada byron_2_assignsubmission_file/long.ipynb", notebook("somebody's who took her name")),
    )
    report = collect(path)
    assert submitted(room) == {}
    assert "by name it is ada, but so is ada byron_2" in why(report, "Ada Byron_1")
    toml = room / "course.toml"
    toml.write_text(toml.read_text() + '\n[names]\n"Ada Byron_1" = "ada"\n')
    assert "so is Ada Byron_1" in why(collect(path), "ada byron_2")
    assert submitted(room) == {"ada/ps7/long.ipynb": notebook("hers")}


def test_again_changes_nothing_and_the_newest_counts_in_any_order(room: Path) -> None:
    def entries(number: int, text: str) -> tuple[Entry, ...]:
        return ((f"byronada_77_{number}_long.ipynb", notebook(text)), ("lichen_9_5_long.ipynb", notebook()))

    old = zipped(room / "old.zip", *entries(20, "old"))
    new = zipped(room / "new.zip", *entries(103, "new"))
    collect(new)
    stamp = (room / "submitted/ada/ps7/long.ipynb").stat().st_mtime_ns
    assert states(collect(new)) == {"ada": "same", "chen": "same"}
    report = collect(old)
    assert states(report) == {"ada": "same", "chen": "same"}
    assert "a newer one" in why(report, "old.zip: byron")
    assert (room / "submitted/ada/ps7/long.ipynb").stat().st_mtime_ns == stamp
    (room / "sub").mkdir()
    newest = zipped(room / "sub" / "new.zip", *entries(104, "newest"))  # another zip of the same name
    assert states(collect(newest)) == {"ada": "again", "chen": "same"}
    assert submitted(room)["ada/ps7/long.ipynb"] == notebook("newest")
    assert sorted(p.name for p in (room / SET7 / "archive").iterdir()) == ["new-2.zip", "new.zip", "old.zip"]


def test_without_numbers_the_later_zip_counts(room: Path) -> None:
    name = "Ada Byron_1_assignsubmission_file/long.ipynb"
    later = zipped(room / "a.zip", (name, notebook("later")), time=(2026, 10, 31, 9, 0, 0))
    collect(later)
    collect(zipped(room / "b.zip", (name, notebook("earlier"))))
    assert submitted(room)["ada/ps7/long.ipynb"] == notebook("later")


def test_what_another_hand_put_there_stays(room: Path) -> None:
    path = zipped(room / "a.zip", ("byronada_77_8_long.ipynb", notebook("by zip")))
    mine = room / "submitted/ada/ps7/long.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(notebook("by mail"))
    assert states(collect(path)) == {"ada": "kept"}
    assert mine.read_bytes() == notebook("by mail")
    said = CliRunner().invoke(main, ["collect", str(path), "ps7"]).output
    assert "Not replaced  1: ada" in said
    mine.write_bytes(notebook("by zip")[:100])  # as a kill amid copying leaves it
    assert states(collect(path)) == {"ada": "again"}
    assert mine.read_bytes() == notebook("by zip")


def test_a_time_written_by_hand_stays_with_its_submission(room: Path) -> None:
    path = zipped(room / "a.zip", ("byronada_LATE_77_8_long.ipynb", notebook()))
    assert collect(path)["without_time"] == ["ada"]
    (room / "submitted/ada/ps7/timestamp.txt").write_text("2026-11-01 10:00:00 UTC")
    report = collect(path)
    assert (report["late"], report["without_time"], states(report)) == (["ada"], [], {"ada": "same"})
    assert (room / "submitted/ada/ps7/timestamp.txt").exists()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, DAY)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def bomb() -> bytes:
    """A notebook of 20 MB in a few kilobytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("long.ipynb", b" " * (20 << 20))
    return stream.getvalue()


def nested(*entries: Entry) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def lying() -> bytes:
    """A zip whose directory says that a file of 20 MB has 9 bytes."""
    data = bomb()
    return data.replace((20 << 20).to_bytes(4, "little"), (9).to_bytes(4, "little"))


def test_a_hostile_zip_harms_nobody(room: Path) -> None:
    secret = room.parent / "secret.txt"
    secret.write_text("secret")
    own = "zižekzoëanne_79_1_"
    path = zipped(
        room / "a.zip",
        ("byronada_77_8_long.ipynb", notebook("honest")),
        (f"../../{own}out.ipynb", notebook()),
        (f"/etc/{own}absolute.ipynb", notebook()),
        (f"C:\\{own}drive.ipynb", notebook()),
        (f"..\\..\\{own}back.ipynb", notebook()),
        (link(f"{own}link.csv"), str(secret).encode()),
        (f"{own}timestamp.txt", b"2020-01-01 00:00:00 UTC"),
        (f"{own}numpy.py", b"raise SystemExit"),
        (f"{own}.hidden.csv", b""),
        (f"{own}steer\x1b[2J.csv", b"1"),
        (f"{own}{'n' * 200}.csv", b"1"),
        (f"{own}bomb.zip", bomb()),
        (f"{own}lying.zip", lying()),
        (f"{own}torn.zip", b"PK\x03\x04 and no more"),
        (f"{own}many.zip", nested(("../../../up.csv", b""), ("ok/fine.csv", b"1"), ("x.zip", bomb()))),
        (f"{own}rubbish.ipynb", b"\xff\xfe["),
        ("__MACOSX/._byronada_77_8_long.ipynb", b""),
    )
    report = collect(path)
    assert submitted(room) == {
        "ada/ps7/long.ipynb": notebook("honest"),
        "zoe/ps7/ok/fine.csv": b"1",
    }
    for name in ("out.ipynb", "absolute", "drive", "back", "up.csv"):
        assert "leads out of the zip" in why(report, name), name
    for name, said in (
        ("link.csv", "a link or a device"),
        ("timestamp", "not a student's to say"),
        ("numpy.py", "of this kind are not taken"),
        ("hidden", "of such names"),
        ("steer\\x1b[2J", "of such names"),
        ("nnn", "of such names"),
        ("bomb.zip", "larger than 16 MB"),
        ("lying.zip", "broken"),
        ("torn.zip", "cannot be read as a zip"),
        ("x.zip", "of this kind are not taken"),
        ("rubbish", "not a notebook"),
        ("MACOSX", "operating system's own"),
    ):
        assert said in why(report, name), name
    assert not list(room.parent.rglob("*out.ipynb"))
    assert "\x1b" not in CliRunner().invoke(main, ["collect", str(path), "ps7"]).output


def test_names_twice_in_a_zip(room: Path) -> None:
    name = "byronada_77_8_long.ipynb"
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(room / "a.zip", (name, notebook("one")), (name, notebook("two")))
    report = collect(path)
    assert submitted(room) == {"ada/ps7/long.ipynb": notebook("two")}
    assert "a newer one" in why(report, name)


def test_names_that_are_utf8_and_do_not_say_so(room: Path) -> None:
    name = "Zoë Anne Žižek_1_assignsubmission_file/long.ipynb"
    path = zipped(room / "a.zip", (name, notebook()))
    raw = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place + 1] &= ~0x08  # the flag that says UTF-8
    path.write_bytes(raw)
    assert states(collect(path)) == {"zoe": "new"}
    path = zipped(room / "b.zip", ("byronada_77_8_long.ipynb", notebook()), ("caf\xe9\xff_1_2_x.ipynb", b""))
    broken = path.read_bytes().replace("\xe9\xff".encode(), b"\xe9\xff\xe9\xff")
    path.write_bytes(broken)
    assert "is said to be UTF-8, and is not" in why(collect(path), "b.zip")


def test_one_notebook_from_two_students_is_told(room: Path) -> None:
    path = zipped(
        room / "a.zip",
        ("byronada_77_8_long.ipynb", notebook("the same")),
        ("oneilbela_78_9_long.ipynb", notebook("the same")),
        ("chenli_1_9_short2.ipynb", notebook(ids=("imports", "short-answer"))),
        ("lichen_1_9_short2.ipynb", notebook(ids=("imports", "short-answer"))),
    )
    assert collect(path)["alike"] == [["ada/long.ipynb", "bela/long.ipynb"]]
    assert (
        "Alike         ada/long.ipynb, bela/long.ipynb"
        in CliRunner().invoke(main, ["collect", str(path), "ps7"]).output
    )


def test_too_much_of_one_student_does_not_touch_another(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "MOST_READ", 4 << 20)
    monkeypatch.setattr(choice, "MOST_TAKEN", 1 << 20)
    many = nested(*[(f"f{i}.csv", b"1") for i in range(60)])
    big = nested(*[(f"g{i}.csv", os.urandom(1 << 19)) for i in range(3)])
    path = zipped(
        room / "a.zip",
        ("žižekzoëanne_79_1_many.zip", many),
        ("byronada_77_8_long.ipynb", notebook("honest")),
        *[(f"byronada_77_{i}_f{i}.csv", b"1") for i in range(10, 80)],
        *[(f"oneilbéla_78_{i}_big.zip", big) for i in range(5)],
        ("oneilbéla_78_99_long.ipynb", notebook("too late")),
    )
    report = collect(path)
    assert submitted(room)["ada/ps7/long.ipynb"] == notebook("honest")
    assert len(list((room / "submitted/zoe/ps7").iterdir())) == choice.MAX_FILES
    assert "larger than 4 MB together" in why(report, "_99_long")
    assert sum(len(d) for n, d in submitted(room).items() if n.startswith("bela")) == choice.MOST_TAKEN


def test_plain_nbgrader_collects_the_same(room: Path) -> None:
    (room / SET7 / "archive").mkdir(parents=True)
    zipped(room / SET7 / "archive" / "a.zip", ("byronada_77_8_long.ipynb", notebook("a")))
    (room / SET7 / "archive" / "long.ipynb").write_bytes(notebook())
    words = [sys.executable, "-m", "nbgrader", "zip_collect", "ps7"]
    subprocess.run(words, cwd=room, check=True, capture_output=True)
    assert submitted(room) == {"ada/ps7/long.ipynb": notebook("a")}
    assert "it is no zip" in why(json.loads((room / SET7 / REPORT).read_text()), "long.ipynb")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ps7.zip", "ps3"), "nbgrader generate_assignment ps3"),
        (("class.csv", "ps7"), "is no zip"),
    ],
)
def test_what_cannot_be_collected_is_said(room: Path, words: tuple[str, ...], said: str) -> None:
    zipped(room / "ps7.zip")
    done = CliRunner().invoke(main, ["collect", *words])
    assert done.exit_code == 1
    assert said in done.output
    assert not (room / SET7).exists()


def test_the_roster_must_be_known_first(room: Path) -> None:
    with Gradebook(Classroom.open(room).gradebook) as gradebook:
        for student in gradebook.students:
            gradebook.remove_student(student.id)
    done = CliRunner().invoke(main, ["collect", str(zipped(room / "a.zip")), "ps7"])
    assert "First: course roster FILE.csv" in done.output


@pytest.mark.parametrize(
    ("path", "label", "number", "late", "parts"),
    [
        ("byronada_77_890_long.ipynb", "byronada_77", 890, False, ("long.ipynb",)),
        ("byronada_late_77_890_1_2_x.ipynb", "byronada_77", 890, True, ("1_2_x.ipynb",)),
        ("LATE_anon_a1_9_x.ipynb", "anon_a1", 9, True, ("x.ipynb",)),
        ("anon_12345_9_x.ipynb", "anon_12345", 9, False, ("x.ipynb",)),
        ("out/byron_ada_77_8_x.ipynb", "byron_ada_77", 8, False, ("x.ipynb",)),
        ("A B_5_assignsubmission_file_/d/x.npz", "A B_5", 0, False, ("d", "x.npz")),
        ("A B_5_assignsubmission_file/x_1_2_y.ipynb", "A B_5", 0, False, ("x_1_2_y.ipynb",)),
        ("A B_5_assignsubmission_file_x_y.ipynb", "A B_5", 0, False, ("x_y.ipynb",)),
        ("A B_5_assignsubmission_onlinetext_/o.html", "A B_5", 0, False, ()),
    ],
)
def test_names_of_files(path: str, label: str, number: int, late: bool, parts: tuple[str, ...]) -> None:
    found = understood(tuple(path.split("/")))
    assert found is not None
    assert (found.label, found.number, found.late, found.parts) == (label, number, late, parts)


def test_names_of_notebooks() -> None:
    books = Books({"rnn2.ipynb": frozenset({"a", "b"}), "rnn.ipynb": frozenset({"c"})})
    for stem in (
        "rnn2",
        "RNN2",
        "rnn2-1",
        "rnn2 (3)",
        "rnn2(3)",
        "rnn2-Copy1",
        "rnn2 - Copy (2)",
        "Copy of rnn2",
    ):
        assert books.which(stem, b"") == "rnn2.ipynb", stem
    assert books.which("homework", notebook(ids=("c",))) == "rnn.ipynb"
    assert [copy_of(n) for n in ("rnn2.ipynb", "rnn2-3.ipynb", "rnn2 (11).ipynb")] == [0, 3, 11]


def test_names_of_students() -> None:
    students = [Student("ada", "Ada", "Byron", "77"), Student("b", "Béla", "O'Neil")]
    roster = Roster(students, {"x": "b"})
    found = {
        label: roster.find(one)
        for label in ("byronada_77_1_f", "oneilbéla_5_1_f", "oneilbela_6_1_f", "x_1_1_f")
        if (one := understood((label,)))
    }
    assert list(found.values()) == ["ada", "b", "b", "b"]
    renamed = understood(("byronada_78_1_f",))
    assert renamed is not None
    with pytest.raises(Unknown):
        roster.find(renamed)
