"""Putting judged grading into a classroom: called by its `nbgrader_config.py`."""

from pathlib import Path
from typing import Any

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


def install(c: Any) -> None:
    """Make `nbgrader autograde` (and the formgrader's button) judge outside the student's process.

    nbgrader has settings for the steps, but none for the class that leads through them: that name is bound
    anew, in the two modules that use it.
    """
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
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.GenerateFeedback.preprocessors = [GetMarks]
    c.HTMLExporter.extra_template_basedirs.extend(
        [str(TEMPLATES)]
    )  # formgrader's formulas, without a network
    c.Exporter.optimistic_validation = True  # a notebook is validated after all steps, not after each
