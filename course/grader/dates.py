"""Dates, extensions and what lateness costs, from `course.toml` to the gradebook."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from course.grader.classroom import Classroom

SPAN = re.compile(r"(\d+(?:\.\d+)?) (minute|hour|day|week)s?\Z")
DAY = 86_400.0


@dataclass(frozen=True)
class LatePolicy:
    """`per_day` of the score is lost for every day begun after `grace_minutes`, at most `most` of it."""

    per_day: float = 0.0
    most: float = 1.0
    grace_minutes: float = 0.0

    def share(self, seconds_late: float) -> float:
        """What share of the score a submission loses that is so late: min(most, per_day · ⌈days⌉)."""
        if seconds_late <= 60 * self.grace_minutes:
            return 0.0
        return min(self.most, self.per_day * math.ceil(seconds_late / DAY))

    @classmethod
    def of(cls, classroom: Classroom) -> "LatePolicy":
        """The table `[late]`.

        Raises:
            click.ClickException: names the file and the setting.
        """
        table = classroom.late
        unknown = set(table) - {"per_day", "most", "grace_minutes"}
        wrong = [k for k, v in table.items() if not isinstance(v, int | float) or v < 0]
        if unknown or wrong or max(table.get("per_day", 0), table.get("most", 1)) > 1:
            raise click.ClickException(
                f"{classroom.folder / 'course.toml'}: [late] has per_day and most, shares from 0 to 1, and "
                f"grace_minutes; not {', '.join(sorted(unknown) or wrong) or 'shares above 1'}."
            )
        return cls(**table)


def span(text: Any, where: str) -> timedelta:
    """`"3 days"` as a time.

    Raises:
        click.ClickException: says what is wanted.
    """
    found = SPAN.match(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise click.ClickException(
            f'{where}: an extension is such as "2 days" or "90 minutes", not {text!r}.'
        )
    return timedelta(**{f"{found[2]}s": float(found[1])})


def due_date(settings: Mapping[str, Any], where: str) -> datetime | None:
    """The date of a set in UTC, without a zone, as nbgrader keeps it."""
    due = settings.get("due")
    if due is None:
        return None
    if not isinstance(due, datetime) or due.tzinfo is None:
        raise click.ClickException(
            f"{where}: due is a date with time and zone, as in 2026-10-31T23:59:00+01:00, not {due!r}."
        )
    return due.astimezone(UTC).replace(tzinfo=None)


def apply_dates(classroom: Classroom, problem_set: str) -> None:
    """Write the set's date and the students' extensions to the gradebook."""
    from course.grader.database import opened  # slow to import: only where needed

    settings = classroom.sets.get(problem_set, {})
    where = f"{classroom.folder / 'course.toml'}: [sets.{problem_set}]"
    due = due_date(settings, where)
    extensions = {s: span(text, f"{where} {s}") for s, text in settings.get("extensions", {}).items()}
    if due is None and not extensions:
        return
    with opened(classroom) as gradebook:
        gradebook.update_or_create_assignment(problem_set, duedate=due)
        for student, more in extensions.items():
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(problem_set, student, extension=more)


def apply_penalties(classroom: Classroom, problem_set: str) -> None:
    """Write to the gradebook what each late notebook loses, of the score that it has now."""
    from nbgrader.api import MissingEntry  # slow to import: only where needed

    from course.grader.database import opened

    policy = LatePolicy.of(classroom)
    if not policy.per_day:
        return
    with opened(classroom) as gradebook:
        try:
            submissions = gradebook.assignment_submissions(problem_set)
        except MissingEntry:
            return
        for submission in submissions:
            share = policy.share(submission.total_seconds_late)
            for notebook in submission.notebooks:
                penalty = share * notebook.score
                if (notebook.late_submission_penalty or 0.0) != penalty:
                    notebook.late_submission_penalty = penalty
        gradebook.db.commit()
