"""The steps that replace nbgrader's own in `Autograde`'s two lists of preprocessors."""

import json
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.api import Gradebook
from nbgrader.preprocessors import CheckCellMetadata, NbGraderPreprocessor, OverwriteCells, SaveAutoGrades

from course.grader.judged.gradebook import Submitted
from course.grader.judged.rebuild import Node


class JudgedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of Execute: run the notebook in a sandbox and let the judge decide."""

    def preprocess(self, nb: Node, resources: dict[str, Any]) -> tuple[Node, dict[str, Any]]:
        """Fill the outputs in."""
        about = resources["nbgrader"]
        about["undecided"] = about["judging"].execute(nb, Path(about["folder"]), about)
        return nb, resources


class OverwriteJudgedCells(OverwriteCells):  # type: ignore[misc]
    """In the place of OverwriteCells: asks for a released notebook's cells once a run, not cell by cell."""

    def preprocess(self, nb: Node, resources: dict[str, Any]) -> tuple[Node, dict[str, Any]]:
        """Put back what a student may not change. No cell is missing: the notebook was put together anew."""
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.gradebook = about["judging"].released(about["db_url"], self.assignment_id, self.notebook_id)
        for index, cell in enumerate(nb.cells):
            self.preprocess_cell(cell, resources, index)
        return nb, resources


class SaveJudgedGrades(SaveAutoGrades):  # type: ignore[misc]
    """In the place of SaveAutoGrades: one commit a notebook; what we failed to decide waits for a person."""

    def preprocess(self, nb: Node, resources: dict[str, Any]) -> tuple[Node, dict[str, Any]]:
        """Write the marks and comments of all cells, all or none."""
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id, self.db_url = about["student"], about["db_url"]
        with Gradebook(self.db_url) as gradebook:
            whose = (self.notebook_id, self.assignment_id, self.student_id)
            self.gradebook = Submitted(gradebook, gradebook.find_submission_notebook(*whose))
            commit, gradebook.db.commit = gradebook.db.commit, lambda: None  # stock commits at every cell
            for index, cell in enumerate(nb.cells):
                if about["judging"].decides(about, cell):
                    self.preprocess_cell(cell, resources, index)
            commit()
        return nb, resources

    def _add_score(self, cell: Node, resources: dict[str, Any]) -> None:
        about = resources["nbgrader"]
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        waits = grade.needs_manual_grade
        super()._add_score(cell, resources)
        if name in about["undecided"]:
            grade.auto_score, grade.needs_manual_grade = None, True
        elif grade.manual_score is not None and about["same"]:
            grade.needs_manual_grade = waits  # a person has marked this very answer


class CheckMetadataOnce(CheckCellMetadata):  # type: ignore[misc]
    """In the place of CheckCellMetadata: what was found valid is not looked at again.

    All submissions bear the released metadata, and looking took a tenth of the time of a submission.
    """

    valid: ClassVar[set[str]] = set()

    def preprocess(self, nb: Node, resources: dict[str, Any]) -> tuple[Node, dict[str, Any]]:
        """Check a notebook whose metadata differ from all those seen before."""
        met = json.dumps([(cell.cell_type, cell.metadata.get("nbgrader")) for cell in nb.cells])
        if met not in self.valid:
            nb, resources = super().preprocess(nb, resources)
            self.valid.add(met)
        return nb, resources
