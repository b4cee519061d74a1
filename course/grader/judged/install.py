"""Putting judged grading into a classroom: called by its `nbgrader_config.py`."""

from pathlib import Path
from typing import Any

import click
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.apps.generatefeedbackapp
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteKernelspec,
)

from course.grader.classroom import Classroom
from course.grader.collect.plugins import LmsCollector, LmsExtractor
from course.grader.database import install_messages, setting
from course.grader.judged.converter import JudgedAutograde
from course.grader.judged.feedback import FeedbackExporter
from course.grader.judged.pages import GetMarks, JudgedFeedback
from course.grader.judged.preprocessors import (
    CheckMetadataOnce,
    JudgedExecute,
    OverwriteJudgedCells,
    SaveJudgedGrades,
)

TEMPLATES = Path(__file__).parents[1] / "templates"


def install(c: Any, in_classroom: bool = True) -> None:
    """Make `nbgrader autograde` (and the formgrader's button) judge outside the student's process.

    nbgrader has settings for the steps, but none for the class that leads through them: that name is bound
    anew, in the two modules that use it. `in_classroom`: gradebook and scheduler are those of `course.toml`;
    any other course directory of nbgrader's has none.

    Raises:
        SystemExit: if `course.toml` is wrong. After any other error in its configuration nbgrader would go on
            without it: with another gradebook, no sandbox and no judge.
    """
    if in_classroom:
        _settings(c)
    nbgrader.apps.autogradeapp.Autograde = JudgedAutograde
    nbgrader.apps.api.Autograde = JudgedAutograde
    nbgrader.apps.generatefeedbackapp.GenerateFeedback = JudgedFeedback
    nbgrader.apps.api.GenerateFeedback = JudgedFeedback
    c.Autograde.autograde_preprocessors = [
        JudgedExecute,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveJudgedGrades,
        AssignLatePenalties,
        CheckMetadataOnce,
    ]
    c.Autograde.sanitize_preprocessors = [
        ClearOutput,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteJudgedCells,
        CheckMetadataOnce,
    ]
    c.ZipCollectApp.extractor_plugin = LmsExtractor
    c.ZipCollectApp.collector_plugin = LmsCollector
    c.ZipCollectApp.force = True  # what is collected anew takes the place of what was collected before
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.GenerateFeedback.preprocessors = [GetMarks]
    c.HTMLExporter.extra_template_basedirs.extend(
        [str(TEMPLATES)]
    )  # formgrader's formulas, without a network
    c.Exporter.optimistic_validation = True  # a notebook is validated after all steps, not after each


def _settings(c: Any) -> None:
    """What `course.toml` decides."""
    try:
        classroom = Classroom.open(Path(c.CourseDirectory.root))
    except click.ClickException as error:
        raise SystemExit(f"Error: {error.message}") from None
    c.CourseDirectory.db_url = classroom.gradebook
    c.JudgedAutograde.scheduler = classroom.scheduler
    install_messages(setting(classroom))
