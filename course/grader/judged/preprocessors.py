"""The two steps that replace nbgrader's own in `Autograde.autograde_preprocessors`."""

from pathlib import Path
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from course.grader.judged.rebuild import Node


class JudgedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of Execute: run the notebook in a sandbox and let the judge decide."""

    def preprocess(self, nb: Node, resources: dict[str, Any]) -> tuple[Node, dict[str, Any]]:
        """Fill the outputs in."""
        about = resources["nbgrader"]
        about["undecided"] = about["judging"].execute(nb, Path(about["folder"]), about)
        return nb, resources


class SaveJudgedGrades(SaveAutoGrades):  # type: ignore[misc]
    """In the place of SaveAutoGrades: what we failed to decide waits for a person."""

    def _add_score(self, cell: Node, resources: dict[str, Any]) -> None:
        super()._add_score(cell, resources)
        name = cell.metadata["nbgrader"]["grade_id"]
        if name in resources["nbgrader"]["undecided"]:
            grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()
