"""The record of a grading: how each mark came about, and whether it was finished."""

import json
import os
from pathlib import Path
from typing import Any

from course.grader.judged.outputs import points
from course.grader.judged.session import Result
from course.grader.judged.steps import Step

FOLDER = "judged"


class Record:
    """One submission's record, `judged/SET/STUDENT.json`; a change is on disk whole or not at all."""

    def __init__(self, classroom: Path, problem_set: str, student: str) -> None:
        self.path = classroom / FOLDER / problem_set / f"{student}.json"

    def read(self) -> dict[str, Any]:
        """What stands there, or nothing."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def write(self, data: dict[str, Any]) -> None:
        """Replace it."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        draft.write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.path)

    def update(self, **values: Any) -> None:
        """Change some of it."""
        self.write(self.read() | values)

    @property
    def interrupted(self) -> bool:
        """Whether a grading began and did not end."""
        return self.read().get("complete") is False


def entry(step: Step, result: Result) -> dict[str, Any]:
    """One mark, as the record keeps it."""
    entry: dict[str, Any] = {"judged": step.kind == "judged", "points": step.points}
    if result.verdict is not None:
        entry["score"] = points(result.verdict, step.points)
        entry["passed"] = {o.name: o.passed for o in result.verdict.outcomes}
        entry["slips"] = [d.name for d in result.verdict.diagnoses]
    fault = result.fault or (result.verdict.fault if result.verdict else "")
    return entry | {key: value for key, value in {"zero": result.zero, "fault": fault}.items() if value}
