"""From results to a notebook's outputs: what stock nbgrader scores, and what a person may see."""

import builtins
import math
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from nbformat import NotebookNode, from_dict

from course.grader.judged.reading import is_image
from course.grader.judged.session import Result
from course.grader.judged.steps import Step
from course.grader.sandbox import Defences, Limits
from course.recognise.gallery import is_known
from course.report import MIME, as_data, as_html, as_text
from course.verdict import Verdict

NOT_JUDGED = "Not judged: this test ran inside the student's own process."
NUMBER = re.compile(r"(?<![\w.])-?\d+(\.\d+)*(e[+-]?\d+)?(?!\w)")
# mistakes whose sentence holds a number that was measured
MEASURED = ("factor", "factor_per_case", "clipped", "raised")
EDGES = "Some edges of the cell are not counted exactly once."  # which, and how often, is measured
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
FORMS = {"text/plain": True, "image/png": True, "text/html": False, "image/svg+xml": False}


class Shown:
    """What is shown of one notebook. `first` is the index of the first judged cell: later ones are silent."""

    def __init__(self, defences: Defences, limits: Limits, first: int) -> None:
        self.on, self.limits, self.first = defences, limits, first

    def of(self, step: Step, result: Result) -> list[NotebookNode]:
        """The outputs of a step."""
        made = {"judged": self._judged, "test": self._test, "cell": self._cell}[step.kind](step, result)
        return [from_dict(output) for output in made]  # type: ignore[no-untyped-call]

    def _judged(self, step: Step, result: Result) -> list[dict[str, Any]]:
        verdict = result.verdict
        if verdict is None:
            return [_text(_reason(result)), _score(0.0)]
        about = SimpleNamespace(**{k: str(v) for k, v in result.about.items()})
        shown: Any = without_numbers(verdict) if self.on.silence else verdict
        given: Any = (shown, about, step.points == 0)
        report: dict[str, Any] = {"text/plain": as_text(*given), "text/html": as_html(*given)}
        report[MIME] = as_data(shown)
        return [_display(report), _score(points(verdict, step.points))]

    def _test(self, step: Step, result: Result) -> list[dict[str, Any]]:
        if result.zero or result.fault:
            return [_error("NotRun", None, _reason(result))]
        label = [_text(NOT_JUDGED)]
        if result.error is not None:
            return [*label, *self._cell(step, result)]
        made = [o for o in self._cell(step, result) if o["output_type"] != "execute_result"]
        if any(o.get("output_type") == "stream" and o.get("name") == "stderr" for o in result.outputs):
            if not any(o.get("name") == "stderr" for o in made):
                made.append({"output_type": "stream", "name": "stderr", "text": "(printed to stderr)"})
            return [*label, *made]
        for output in result.outputs:
            if type(output) is dict and output.get("output_type") == "execute_result":
                data = output.get("data")
                said = data.get("text/plain", "") if type(data) is dict else ""
                return [*label, *made, *self._own_score(said, step.points)]
        return [*label, *made]

    def _own_score(self, said: Any, most: float) -> list[dict[str, Any]]:
        """A score that a plain test printed: a number, or (as in nbgrader) full marks if it is none."""
        if not self.on.finite_scores:
            return [_result(str(said))]
        try:
            value = float(said)
        except (TypeError, ValueError):
            return []
        return [_score(value if 0.0 <= value <= most else 0.0)]

    def _cell(self, step: Step, result: Result) -> list[dict[str, Any]]:
        if result.zero or result.fault:
            return [_error("NotRun", None, _reason(result))]
        made: list[dict[str, Any]] = []
        if step.index < self.first or not self.on.silence:
            for output in result.outputs:
                made += self._output(output)
        if result.error is not None:
            name, line, text = (result.error.get(k) for k in ("name", "line", "text"))
            where = line if type(line) is int and 1 <= line <= step.lines else None
            made.append(_error(_builtin(name), where, "" if self.on.bare_exceptions else str(text)))
        return made if not self.on.output_caps else made[:200]

    def _output(self, output: Any) -> list[dict[str, Any]]:
        """One output of the student's: text and PNG, within limits."""
        if type(output) is not dict:
            return []
        if output.get("output_type") == "stream" and type(output.get("parts")) is list:
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            text = "".join(p for p in output["parts"] if type(p) is str)
            return [{"output_type": "stream", "name": name, "text": self._clip(text)}]
        kept = {}
        for form, harmless in FORMS.items():
            value = output["data"].get(form) if type(output.get("data")) is dict else None
            if type(value) is not str or not (harmless or not self.on.plain_outputs):
                continue
            if form != "image/png":
                kept[form] = self._clip(value)
            elif is_image(value, form, self.limits.image_bytes if self.on.output_caps else 1 << 31):
                kept[form] = value
        if not kept:
            return []
        if output.get("output_type") == "execute_result":
            return [_result(kept.get("text/plain", ""))] if set(kept) <= {"text/plain"} else [_display(kept)]
        return [_display(kept)]

    def _clip(self, text: str) -> str:
        text = ANSI.sub("", text)
        if self.on.output_caps and len(text) > self.limits.text:
            return text[: self.limits.text] + "\n… (cut)"
        return text


def points(verdict: Verdict, most: float) -> float:
    """The verdict as marks of the cell: a finite number in [0, most]."""
    share = verdict.points / verdict.max_points if verdict.max_points else 0.0
    value = most * share
    return min(max(value, 0.0), most) if math.isfinite(value) else 0.0


def without_numbers(verdict: Verdict) -> Verdict:
    """The verdict as its report shows it: what was observed, without numbers that came from the function.

    A function can put anything it has seen, hidden cases too, into the numbers and shapes that it returns:
    also those of an exercise that was judged before. A picture is shown if it is one of the course's own.
    """
    outcomes = tuple(replace(o, message=_masked(o.message), detail="") for o in verdict.outcomes)
    named = tuple(replace(d, sentence=_unmeasured(d.name, d.sentence)) for d in verdict.diagnoses)
    paths = verdict.paths if verdict.paths and is_known(verdict.paths, verdict.exercise) else None
    if paths is None:
        named = tuple(replace(d, sentence=EDGES) if d.name == "edges" else d for d in named)
    return replace(verdict, outcomes=outcomes, printed="", diagnoses=named, paths=paths)


def _unmeasured(name: str, sentence: str) -> str:
    """A diagnosis's sentence; a factor that was measured is left out of it."""
    return NUMBER.sub("…", sentence) if name.split("@")[0] in MEASURED else sentence


def _masked(message: str) -> str:
    parts = re.split(r"(\(line \d+ of your code\)|within \d+ seconds|in the case .*$)", message)
    return "".join(part if i % 2 else NUMBER.sub("…", part) for i, part in enumerate(parts))


def _builtin(name: Any) -> str:
    known = getattr(builtins, name, None) if type(name) is str else None
    return str(name) if isinstance(known, type) and issubclass(known, BaseException) else "Exception"


def _reason(result: Result) -> str:
    if result.fault:
        return f"Our fault, not yours: {result.fault}. The marks are not decided; a person will look at it."
    return result.zero


def _text(text: str) -> dict[str, Any]:
    return _display({"text/plain": text})


def _display(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _result(text: str) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": text},
        "metadata": {},
        "execution_count": None,
    }


def _score(value: float) -> dict[str, Any]:
    return _result(repr(float(value)))


def _error(name: str, line: int | None, text: str) -> dict[str, Any]:
    where = f" on line {line} of this cell" if line else ""
    shown = f"{name}{where}{': ' if text else ''}{text}"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [shown]}
