"""nbgrader's generate_feedback, which makes a page anew only where it would be another one."""

import hashlib
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task, rmtree

import course
from course.grader.judged.gradebook import Submitted, one_engine
from course.grader.judged.rebuild import Node
from course.grader.judged.records import Record


class JudgedFeedback(GenerateFeedback):  # type: ignore[misc]
    """Feedback pages of the submissions whose marks, comments or notebooks have changed."""

    def start(self) -> None:
        """Make the pages of all students, or skip them."""
        with one_engine():
            self.marks = all_marks(self.coursedir.db_url, self.coursedir.assignment_id)
            super().start()

    def _content(self, problem_set: str, student: str) -> str:
        """A name for all that the pages of a submission show."""
        folder = Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, problem_set))
        content = hashlib.sha256(repr([course.__version__, self.marks[student]]).encode())
        for path in sorted(folder.glob("*.ipynb")):
            content.update(path.name.encode() + path.read_bytes())
        return content.hexdigest()

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether the pages of a submission are to be made."""
        place = Path(os.path.normpath(self._format_dest(assignment_id, student_id)))
        record = Record(Path(self.coursedir.root), assignment_id, student_id)
        self.content = self._content(assignment_id, student_id)
        if place.exists():
            if record.read().get("feedback") == self.content and not self.force:
                return False
            rmtree(str(place))
        return bool(super().init_destination(assignment_id, student_id))

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """The last thing that is done for a submission: its pages are up to date."""
        super().set_permissions(assignment_id, student_id)
        record = Record(Path(self.coursedir.root), assignment_id, student_id)
        record.update(feedback=self.content)


def all_marks(url: str, problem_set: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every mark, comment and penalty of a set by student, in two questions to the gradebook."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    notebook = SubmittedNotebook
    with Gradebook(url) as gradebook:
        for table, columns in (
            (Grade, (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)),
            (Comment, (Comment.auto_comment, Comment.manual_comment)),
        ):
            rows = (
                gradebook.db.query(
                    SubmittedAssignment.student_id, BaseCell.name, notebook.late_submission_penalty, *columns
                )
                .select_from(table)
                .join(notebook, table.notebook_id == notebook.id)
                .join(SubmittedAssignment, notebook.assignment_id == SubmittedAssignment.id)
                .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                .join(BaseCell, table.cell_id == BaseCell.id)
                .filter(Assignment.name == problem_set)
            )
            for student, *values in rows:
                found[student].append((table.__name__, *values))
    for marks in found.values():
        marks.sort(key=repr)
    return found


class GetMarks(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of GetGrades: all marks of a notebook at once, not cell by cell."""

    def preprocess(self, nb: Node, resources: dict[str, Any]) -> tuple[Node, dict[str, Any]]:
        """Put scores and comments into the cells."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            whose = (about["notebook"], about["assignment"], about["student"])
            notebook = gradebook.find_submission_notebook(*whose)
            marks = Submitted(gradebook, notebook)
            for cell in nb.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                if is_solution(cell) or is_task(cell):
                    cell.metadata.nbgrader["comment"] = marks.find_comment(name).comment
                if is_grade(cell) or is_task(cell):
                    grade = marks.find_grade(name)
                    score = None if grade.needs_manual_grade else grade.score
                    cell.metadata.nbgrader.update(score=score, points=grade.max_score)
            late = notebook.late_submission_penalty or 0
            about.update(score=notebook.score - late, max_score=notebook.max_score, late_penalty=late)
        return nb, resources
