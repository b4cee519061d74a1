"""A verdict as a person reads it: plain text for a terminal, HTML for a notebook and the feedback page."""

from dataclasses import asdict
from html import escape
from typing import Any

from course.exercise import Exercise
from course.recognise.drawn import as_lines, caption, html
from course.verdict import Drawn, Outcome, Verdict

MIME = "application/vnd.gradients-through-time.verdict+json"

MARK = {True: "✓", False: "✗", None: "–"}
WORD = {True: "passed", False: "failed", None: "not run"}
UNSEEN = (
    "This was seen on hidden cases only: the visible ones pass. Try lengths, sizes and values of your own."
)
COLOUR = {True: "#218a43", False: "#d9483f", None: "#808890"}  # each at least 3:1 on white and on black


def _total(verdict: Verdict, practice: bool = False) -> str:
    if practice:
        worth = [o for o in verdict.outcomes if o.points]
        return f"{sum(o.passed is True for o in worth)} of {len(worth)} claims hold (practice, no points)"
    return f"{verdict.points:g} of {verdict.max_points:g} points"


def heading(verdict: Verdict, practice: bool = False) -> str:
    """`rnn_bptt: 5 of 8 points`, or for practice how many claims hold."""
    return f"{verdict.exercise}: {_total(verdict, practice)}"


def _worth(outcome: Outcome, practice: bool = False) -> str:
    if practice or not outcome.points:
        return ""
    unit = "point" if outcome.points == 1 else "points"
    return f"({outcome.points} {unit})"


def _lines(outcome: Outcome, exercise: Exercise) -> list[str]:
    """What stands below a claim: the observation, the numbers, and where to read."""
    if outcome.passed is not False:
        return []
    lines = [outcome.message, outcome.detail]
    if outcome.hidden:
        lines.append(UNSEEN)
    return [line for line in [*lines, reading(exercise, outcome.see)] if line]


def reading(exercise: Exercise, section: str) -> str:
    """`Read chapter 4, “Backward in time”.`"""
    return f"Read chapter {exercise.chapter.split()[0]}, “{section}”." if section else ""


def as_text(verdict: Verdict, exercise: Exercise, practice: bool = False) -> str:
    """The report for a terminal."""
    lines = [heading(verdict, practice)]
    for diagnosis in verdict.diagnoses:
        lines.append(f" → {diagnosis.sentence} {reading(exercise, diagnosis.see)}".rstrip())
    if verdict.paths:
        lines += [f"     {line}" for line in as_lines(verdict.paths)]
    for outcome in verdict.outcomes:
        lines.append(f" {MARK[outcome.passed]} {outcome.sentence} {_worth(outcome, practice)}".rstrip())
        lines += [f"     {line}" for line in _lines(outcome, exercise)]
    if verdict.printed and not verdict.passed:
        lines += ["   Your code printed:", *[f"     {line}" for line in verdict.printed.splitlines()[:20]]]
    if verdict.fault:
        lines.append(f" ! Our fault, not yours: {verdict.fault}")
    return "\n".join(lines)


def as_html(verdict: Verdict, exercise: Exercise, practice: bool = False) -> str:
    """The report for a notebook: everything from outside is escaped; colours are never the only sign."""
    rows = "".join(_row(outcome, exercise, practice) for outcome in verdict.outcomes)
    named = "".join(
        '<p style="margin:.6em 0;padding:.5em .8em;border-left:4px solid #bf8700">'
        "<b>What this looks like:</b> "
        f"{escape(d.sentence)} {escape(reading(exercise, d.see))}</p>"
        for d in verdict.diagnoses
    )
    drawn = _picture(verdict.paths) if verdict.paths else ""
    printed = ""
    if verdict.printed and not verdict.passed:
        printed = (
            f"<details><summary>Your code printed</summary><pre>{escape(verdict.printed)}</pre></details>"
        )
    fault = f"<p><b>Our fault, not yours:</b> {escape(verdict.fault)}</p>" if verdict.fault else ""
    style = "list-style:none;padding:0;margin:.3em 0"
    return (
        f'<section aria-label="Check of {escape(verdict.exercise)}" style="max-width:52em">'
        f"<p style='margin:.2em 0'><b>{escape(exercise.title)}</b> · "
        f"<code>{escape(verdict.exercise)}</code> · {_total(verdict, practice)}</p>"
        f'{named}{drawn}<ul style="{style}">{rows}</ul>{fault}{printed}</section>'
    )


def _picture(drawn: Drawn) -> str:
    return (
        f'<figure style="margin:.4em 0;overflow-x:auto" tabindex="0">{html(drawn)}'
        f"<figcaption><small>{escape(caption(drawn))}</small></figcaption></figure>"
    )


def as_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict for a program: what the class report reads in a graded notebook."""
    return {
        "exercise": verdict.exercise,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "passed": verdict.passed,
        "checks": {o.name: o.passed for o in verdict.outcomes},
        "diagnoses": [{"name": d.name, "sentence": d.sentence} for d in verdict.diagnoses],
        "paths": asdict(verdict.paths) if verdict.paths else None,
    }


def _row(outcome: Outcome, exercise: Exercise, practice: bool) -> str:
    below = "".join(f"<br><small>{escape(line)}</small>" for line in _lines(outcome, exercise))
    mark = (
        f'<b style="position:absolute;left:0;color:{COLOUR[outcome.passed]}" '
        f'role="img" aria-label="{WORD[outcome.passed]}">{MARK[outcome.passed]}</b>'
    )
    said = _worth(outcome, practice)
    worth = f' <small style="opacity:.75">{said}</small>' if said else ""
    item = "position:relative;padding-left:1.6em;margin:.25em 0"
    return f'<li style="{item}">{mark}{escape(outcome.sentence)}{worth}{below}</li>'
