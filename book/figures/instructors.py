"""The table of what grading must withstand, made from the record of the same tries on stock nbgrader."""

import json
from pathlib import Path
from typing import Any

from figures.style import Page

RECORD = Path(__file__).resolve().parents[1] / "data" / "stock_attacks.json"
# By line of the record: what is tried, and what meets it here. No more than a teacher needs to decide.
SENTENCES = {
    1: "A notebook asks that its tests be skipped. *Here* the order, kind and tags of all cells come "
    "from the notebook that was released.",
    2: "A notebook changes how its kernel reads and runs later cells. *Here* the checks run in another "
    "process.",
    3: "A cell shows a score that no test gave. *Here* the score comes from the judge, never from an output.",
    4: "An answer is an object with opinions of its own about being equal. *Here* an answer crosses to "
    "the judge as plain numbers.",
    5: "A score is negative, endless or no number at all. *Here* it is a number between 0 and the "
    "maximum, or 0.",
    6: "An answer looks up the tests that will judge it. *Here* they are not in its process, nor on its "
    "disk.",
    7: "A notebook reads or changes marks, the work of others, or the grader's own files. *Here* it has "
    "a file system of its own, with libraries only.",
    8: "A file beside the notebook takes the name of a library. *Here* the judge never loads what was "
    "handed in.",
    9: "A notebook rewrites the library that compares. *Here* it rewrites its own copy.",
    10: "A notebook ends its kernel, or those of others. *Here* it sees its own processes only, and earns"
    " 0 for what comes after, with a reason.",
    11: "A function never returns. *Here* each call and each notebook has its time, and a call that runs "
    "over costs its own exercise.",
    12: "A notebook takes all memory, disk or processes. *Here* all three are limited.",
    13: "A notebook prints until pages are too large to open. *Here* output is capped before it is kept.",
    14: "A process outlives its notebook. *Here* all of them end together.",
    15: "A notebook speaks to the network, or to another program. *Here* there is no network inside.",
    16: "A notebook puts a program into the page that the grader opens. *Here* pages show text and "
    "pictures, and forbid scripts.",
    17: "An answer is a stored object that runs when it is loaded. *Here* nothing is loaded in that way.",
    18: "A hand-in is damaged, has odd cells, or is no notebook. *Here* it is an empty one, with a "
    "reason, and the others are graded.",
    19: "A function knows the visible cases by heart. *Here* the judge draws cases that nobody has seen, "
    "for each student afresh.",
    20: "A gradient is found by a tool where a derivation is asked. *Here* the NumPy notebook has no "
    "autograd, and a large timed case is out of reach for differences.",
    21: "An answer carries the judge's hidden inputs into its report. *Here* hidden cases yield right or "
    "wrong.",
    22: "An answer comes from somebody else, or before it was asked for. *Here* each has its own line to "
    "the judge.",
    23: "A later cell shows what an earlier one saw of hidden cases. *Here* nothing is shown from then on.",
    24: "An answer is so slow, deep or large that the judge stumbles. *Here* bytes, depth, calls and time"
    " are limited.",
    26: "A notebook looks about for something that lets it out. *Here* what it can see and call is "
    "compared with a list.",
}


def rows() -> list[dict[str, Any]]:
    """For each line: what it is about, and how many tries were made, were not run, and succeeded."""
    found: dict[int, dict[str, Any]] = {}
    for row in json.loads(RECORD.read_text(encoding="utf-8")):
        line = found.setdefault(
            row["line"], {"line": row["line"], "about": row["about"], "tries": 0, "not_run": 0, "succeed": 0}
        )
        line["tries"] += 1
        line["not_run"] += row["stock"].startswith("not run")
        line["succeed"] += row["succeeds"]
    return [found[line] for line in sorted(found)]


def _said(row: dict[str, Any]) -> str:
    """How many of those that were run succeeded."""
    run = row["tries"] - row["not_run"]
    return (
        f"{row['succeed']}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{run}" if run else "not\N{NO-BREAK SPACE}run"
    )


def table() -> Page:
    """The table, one line for each kind, and a sentence with the totals."""
    lines = [
        f"| **{r['about'][:1].upper()}{r['about'][1:]}.** {SENTENCES[r['line']]} | {_said(r)} |"
        for r in rows()
    ]
    tries, idle, wins = (sum(r[key] for r in rows()) for key in ("tries", "not_run", "succeed"))
    total = (
        f"In all, {tries} tries. On stock nbgrader {tries - idle} of them were run, and {wins} succeeded. "
        f"The other {idle} were not run: they would fill a memory or a disk, or are made for pages that "
        "stock nbgrader does not write."
    )
    return Page("\n".join(["| What is tried, and what meets it | Stock |", "|---|---|", *lines, "", total]))
