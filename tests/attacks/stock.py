"""What the same attacks do to stock nbgrader: a table, made inside a disposable sandbox.

    python tests/attacks/stock.py book/data/stock_attacks.json [ATTACK…]

The whole run happens in bubblewrap: no network, a read-only system, a home and a /tmp that vanish.
Attacks which would fill a machine are described, not run.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
INSIDE = "GTT_STOCK_INSIDE"
LAST_SAID: list[str] = []  # the log of the last class: whoever is named last in it stopped it


def enclosed(target: Path) -> int:
    """Run this script again in a disposable sandbox that can write one file."""
    with tempfile.TemporaryDirectory(prefix="gtt-stock-") as out:
        empty = [word for place in ("/tmp", "/root", "/home", "/run") for word in ("--tmpfs", place)]
        words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        words += ["--ro-bind", "/", "/", *empty, "--dev", "/dev", "--proc", "/proc"]
        for place in (REPOSITORY, sys.prefix, sys.base_prefix):
            words += ["--ro-bind", str(place), str(place)]
        words += [
            "--bind",
            out,
            "/tmp/out",
            "--chdir",
            "/tmp",
            "--setenv",
            INSIDE,
            "1",
            "--setenv",
            "HOME",
            "/tmp",
        ]
        code = subprocess.run(
            [*words, sys.executable, __file__, "/tmp/out/table.json", *sys.argv[2:]], check=False
        ).returncode
        if code == 0:
            made = json.loads((Path(out) / "table.json").read_text(encoding="utf-8"))
            kept = json.loads(target.read_text(encoding="utf-8")) if sys.argv[2:] and target.is_file() else []
            new = {(row["line"], row["attack"]): row for row in [*kept, *made]}
            text = json.dumps(sorted(new.values(), key=lambda r: r["line"]), indent=1, ensure_ascii=False)
            target.write_text(text + "\n", encoding="utf-8")
        return code


def table() -> list[dict[str, Any]]:
    """One row for each attack."""
    from tests.attacks import arena, suite

    asked_for = [a for a in suite.ATTACKS if not sys.argv[2:] or a.name in sys.argv[2:]]
    folder = arena.template(Path(tempfile.mkdtemp()), stock=True)
    said: dict[str, str] = {a.student: f"not run: {a.unsafe}" for a in asked_for if a.unsafe}
    rest = [a for a in asked_for if a.student not in said]
    alone = [a for a in rest if a.goal in ("files", "left", "time")]
    _together(folder, [a for a in rest if a.goal in ("marks", "page", "active", "runs", "size")], said)
    _together(folder, [a for a in rest if a.goal == "stop"], said)
    for attack in alone:
        _grade(folder, [attack], said)
    return [
        {
            "line": a.line,
            "about": suite.LINES[a.line],
            "attack": a.name.replace("_", " "),
            "stock": said[a.student],
            "succeeds": said[a.student].startswith("!"),
        }
        for a in asked_for
    ]


def _together(folder: Path, attacks: list[Any], said: dict[str, str]) -> None:
    """One class of many; whoever stops it is graded alone, and the others again without it."""
    waiting = sorted(attacks, key=lambda a: a.student)
    while waiting:
        if _grade(folder, waiting, said):
            return
        last = max(waiting, key=lambda a: LAST_SAID[0].rfind(a.student))
        _grade(folder, [last], said)
        waiting = waiting[waiting.index(last) + 1 :]


def _grade(folder: Path, attacks: list[Any], said: dict[str, str]) -> bool:
    """Grade a class, note what became of its attackers; whether its last student was reached."""
    from tests.attacks import arena

    pages = any(a.goal in ("page", "active", "runs", "size", "time") for a in attacks)
    seconds = 60 if len(attacks) == 1 else 600
    with arena.Arena(folder, attacks, stock=True, seconds=seconds, pages=pages) as graded:
        for attack in attacks:
            said[attack.student] = ("!" if graded.succeeds(attack) else "") + outcome(graded, attack)
            print(attack.student, said[attack.student], flush=True)
        LAST_SAID[:] = [graded.said]
        return graded.score("zoe", "recurrence") is not None


def outcome(graded: Any, attack: Any) -> str:
    """What became of an attack, in words."""
    from tests.attacks.model import FULL

    score = graded.score(attack.student, attack.exercise)
    mark = "no mark" if score is None else f"{score:g} of {FULL[attack.exercise]:g} points"
    if attack.goal in ("page", "active", "runs"):
        return (
            "active content or hidden numbers in the page" if graded.succeeds(attack) else "not in the page"
        )
    if attack.goal == "size":
        return f"{graded.size(attack.student) / 1e6:.1f} MB kept"
    if attack.goal == "left":
        return "a process stays" if graded.succeeds(attack) else "no process stays"
    if attack.goal == "files" and graded.succeeds(attack):
        return "work, marks or files of others changed"
    if graded.code is None:
        return f"the grading did not end; {mark}"
    if len(graded.attacks) == 1 and graded.score("zoe", "recurrence") is None:
        return f"the class is not graded; {mark}"
    return mark


def main() -> int:
    """Run the table, inside or from outside."""
    target = Path(sys.argv[1])
    if not os.environ.get(INSIDE):
        return enclosed(target)
    sys.path.insert(0, str(REPOSITORY))
    rows = table()
    for row in rows:
        row["stock"] = row["stock"].removeprefix("!")
    target.write_text(json.dumps(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
