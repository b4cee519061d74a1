"""nbgrader's autograde with the student's files behind one door, and nothing lost when it is interrupted."""

import glob
import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.utils import rmtree
from traitlets import Bool, Dict, Int, List, Unicode

from course.grader.judged.ahead import Job, Key
from course.grader.judged.context import Context
from course.grader.judged.gradebook import one_engine
from course.grader.judged.rebuild import Node
from course.grader.judged.staging import Door
from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.cgroups import start_time
from course.grader.sandbox.choose import KINDS
from course.grader.sandbox.client import Refused

STAGED = ".staged-"  # .staged-<process>-<its start time>, removed at the end or by the next run


class JudgedAutograde(Autograde):  # type: ignore[misc]
    """Autograde which reads staged copies of what was handed in, and completes what was interrupted."""

    trust_students = Bool(
        os.environ.get("COURSE_TRUST_STUDENTS") == "1",
        help="Grade without a sandbox where none can be made. The grade record says so.",
    ).tag(config=True)
    off = List(Unicode(), help="Names of defences to switch off, for tests.").tag(config=True)
    sandboxes = List(Unicode(), list(KINDS), help="Kinds of sandbox to try, in order.").tag(config=True)
    jobs = Int(1, min=1, help="How many notebooks run at once, each in a sandbox of its own.").tag(
        config=True
    )
    limits = Dict(help="Limits that differ from the usual ones, such as {'cell_seconds': 120}.").tag(
        config=True
    )

    def start(self) -> None:
        """Grade everything that is not graded yet."""
        root = Path(self.coursedir.root)
        self.staged = f"{STAGED}{os.getpid()}-{start_time(os.getpid())}"
        _sweep(root)
        defences = Defences.without(self.off)
        if self.off:
            self.log.warning("Defences are off: %s", ", ".join(sorted(self.off)))
        try:
            with (
                one_engine(),
                Context(
                    root,
                    defences,
                    Limits(**self.limits),
                    kinds=self.sandboxes,
                    trust_students=self.trust_students,
                    workers=self.jobs,
                ) as self.context,
            ):
                if waiting := self._stage():
                    self.context.prepare(self.coursedir.assignment_id)
                    self.context.ahead.plan(self._coming(waiting))
                super().start()
        except Refused as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        finally:
            shutil.rmtree(root / self.staged, ignore_errors=True)
        for fault in self.context.faults:
            self.log.error("Our fault, not the student's: %s is not decided. Grade it by hand.", fault)

    @property
    def _input_directory(self) -> str:
        return self.staged if self._sanitizing else str(self.coursedir.autograded_directory)

    def _stage(self) -> list[tuple[str, Path]]:
        """Copy every submission that this run may grade through the door; those that are not graded yet."""
        problem_set, steps = self.coursedir.assignment_id, self.coursedir
        released = Path(steps.format_path(steps.release_directory, ".", problem_set))
        if not any(released.glob("*.ipynb")):
            command = f"nbgrader generate_assignment {problem_set}"
            raise NbGraderException(f"{released} holds no notebook: run `{command}`")
        door = Door(released, self.context.defences, self.context.limits)
        pattern = steps.format_path(steps.submitted_directory, "(?P<student>.*)", problem_set, True)
        waiting = []
        for folder in sorted(
            glob.glob(steps.format_path(steps.submitted_directory, steps.student_id, problem_set))
        ):
            found = re.fullmatch(pattern, folder)
            if found is not None and os.path.isdir(folder):
                student = found["student"]
                staged = Path(steps.format_path(self.staged, student, problem_set))
                door.stage(Path(folder), staged)
                if not self._is_graded(student, problem_set):
                    waiting.append((student, staged))
        return waiting

    def _coming(self, waiting: list[tuple[str, Path]]) -> Iterator[tuple[Key, Callable[[], Job]]]:
        """The notebooks that nbgrader will ask for, in its order."""
        problem_set = self.coursedir.assignment_id
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", problem_set))
        for student, staged in sorted(waiting, key=lambda w: str(w[1])):
            for path in sorted(staged.glob(f"{self.coursedir.notebook_id}.ipynb")):
                names = {"assignment": problem_set, "student": student, "notebook": path.stem}
                folders = [staged, source]
                yield (student, path.stem), partial(self._job, path, folders, names)

    def _job(self, path: Path, folders: list[Path], names: dict[str, str]) -> Job:
        book: Node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        return self.context.job(book, folders, names)

    def _is_graded(self, student: str, problem_set: str) -> bool:
        """Whether this run has nothing to do for a student."""
        place = self.coursedir.format_path(self.coursedir.autograded_directory, student, problem_set)
        done = os.path.exists(place) and not self.context.record(problem_set, student).interrupted
        return done and not self.force

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether to grade a submission: also one whose grading was interrupted."""
        record = self.context.record(assignment_id, student_id)
        place = os.path.normpath(self._format_dest(assignment_id, student_id))
        if record.interrupted and os.path.exists(place):
            self.log.warning("The grading of %s was interrupted; it is done again.", student_id)
            rmtree(place)
        wanted: bool = super().init_destination(assignment_id, student_id)
        if wanted:
            record.update(complete=False)
        return wanted

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Hand our context on to the preprocessors."""
        resources: dict[str, Any] = super().init_single_notebook_resources(notebook_filename)
        resources["nbgrader"]["judging"] = self.context
        resources["nbgrader"]["folder"] = os.path.dirname(notebook_filename)
        return resources

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """The last thing that is done for a submission: now it is complete."""
        super().set_permissions(assignment_id, student_id)
        self.context.record(assignment_id, student_id).update(complete=True)


def _sweep(root: Path) -> None:
    """Remove staged copies of runs that were killed."""
    for folder in root.glob(f"{STAGED}*"):
        process, _, started = folder.name.removeprefix(STAGED).partition("-")
        if not process.isdigit() or start_time(int(process)) != started:
            shutil.rmtree(folder, ignore_errors=True)
