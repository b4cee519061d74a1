"""nbgrader's autograde with the student's files behind one door, and nothing lost when it is interrupted."""

import contextlib
import glob
import json
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

from course.grader.database import Unreachable
from course.grader.judged.context import Context
from course.grader.judged.gradebook import one_engine
from course.grader.judged.jobs import Halt, Job, Key, Terms
from course.grader.judged.places import place
from course.grader.judged.rebuild import Node
from course.grader.judged.staging import Door, Staged
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
    only = List(
        Unicode(), help="Exercises to judge anew; in what is graded already, all other marks stay."
    ).tag(config=True)
    news = Int(-1, help="A file descriptor for news of the progress, a JSON object a line.").tag(config=True)
    jobs = Int(1, min=1, help="How many notebooks run at once, each in a sandbox of its own.").tag(
        config=True
    )
    scheduler = Dict(
        value_trait=Unicode(),
        help="A Dask scheduler on whose workers notebooks run: address, and PEM files ca, cert and key.",
    ).tag(config=True)
    limits = Dict(help="Limits that differ from the usual ones, such as {'cell_seconds': 120}.").tag(
        config=True
    )

    def start(self) -> None:
        """Grade everything that is not graded yet."""
        root = Path(self.coursedir.root)
        self.staged = f"{STAGED}{os.getpid()}-{start_time(os.getpid())}"
        _sweep(root)
        defences = Defences.without(self.off)
        terms = Terms(Limits(**self.limits), defences, tuple(self.sandboxes), self.trust_students)
        if self.off:
            self.log.warning("Defences are off: %s", ", ".join(sorted(self.off)))
        try:
            where = place(terms, self.jobs, self.scheduler, root, self._warn)
            with one_engine(), Context(root, terms, where, self.only) as self.context:
                waiting = self._stage()
                self._tell(waiting=len(waiting))
                if waiting:
                    self.context.prepare(self.coursedir.assignment_id)
                with self.context.interrupt:
                    self.context.ahead.plan(self._coming(waiting))
                    super().start()
        except (Refused, Halt) as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        except NbGraderException as error:
            if isinstance(error.__context__, Unreachable):
                self.log.error("%s", error.__context__)
            raise
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
        waiting: list[tuple[str, Path]] = []
        self.handed_in: dict[str, Staged] = {}
        for folder in sorted(
            glob.glob(steps.format_path(steps.submitted_directory, steps.student_id, problem_set))
        ):
            found = re.fullmatch(pattern, folder)
            if found is not None and os.path.isdir(folder):
                student = found["student"]
                staged = Path(steps.format_path(self.staged, student, problem_set))
                self.handed_in[student] = door.stage(Path(folder), staged)
                done = not self._why_again(problem_set, student)
                if done and self.only:
                    self.context.keep(student, self._graded_place(problem_set, student))
                if not done or self.force or self.only:
                    if not waiting:
                        self.context.begin(problem_set)  # what takes seconds to start does so meanwhile
                    waiting.append((student, staged))
        return waiting

    def _tell(self, **news: object) -> None:
        """News of the progress, for whoever started this run."""
        if self.news >= 0:
            with contextlib.suppress(OSError):  # nobody listens any more
                os.write(self.news, json.dumps(news).encode() + b"\n")

    def _warn(self, text: str) -> None:
        """Something that an instructor should know while it goes on."""
        self.log.warning("%s", text)
        self._tell(warning=text)

    def _coming(self, waiting: list[tuple[str, Path]]) -> Iterator[tuple[Key, Callable[[], Job]]]:
        """The notebooks that nbgrader will ask for, in its order."""
        problem_set = self.coursedir.assignment_id
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", problem_set))
        for student, staged in sorted(waiting, key=lambda w: str(w[1])):
            for path in sorted(staged.glob(f"{self.coursedir.notebook_id}.ipynb")):
                names = {"assignment": problem_set, "student": student, "notebook": path.stem}
                folders = [staged, source]
                if not self.context.stays(names):
                    yield (student, path.stem), partial(self._job, path, folders, names)

    def _job(self, path: Path, folders: list[Path], names: dict[str, str]) -> Job:
        book: Node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        return self.context.job(book, folders, names)

    def _graded_place(self, problem_set: str, student: str) -> Path:
        place = self.coursedir.format_path(self.coursedir.autograded_directory, student, problem_set)
        return Path(os.path.normpath(place))

    def _why_again(self, problem_set: str, student: str) -> str:
        """Why a submission must be graded, or "" if this was done already."""
        record = self.context.record(problem_set, student).read()
        if not self._graded_place(problem_set, student).exists():
            return "it is new"
        if record.get("complete") is False:
            return "its grading was interrupted"
        if record.get("content", self.handed_in[student].content) != self.handed_in[student].content:
            return "something else was handed in"
        return ""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether to grade a submission: also one that has changed, or whose grading was interrupted."""
        self.context.interrupt.look()
        record = self.context.record(assignment_id, student_id)
        place = self._graded_place(assignment_id, student_id)
        why = self._why_again(assignment_id, student_id) or ("judged anew" if self.only else "")
        if why and place.exists():
            self.log.warning("%s is graded again: %s.", student_id, why)
            rmtree(str(place))
        wanted: bool = super().init_destination(assignment_id, student_id)
        if wanted:
            self.same = record.read().get("content") == self.handed_in[student_id].content
            record.update(complete=False)
        return wanted

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Hand our context on to the preprocessors."""
        resources: dict[str, Any] = super().init_single_notebook_resources(notebook_filename)
        resources["nbgrader"]["judging"] = self.context
        resources["nbgrader"]["same"] = self.same
        resources["nbgrader"]["folder"] = os.path.dirname(notebook_filename)
        return resources

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """The last thing that is done for a submission: now it is complete."""
        super().set_permissions(assignment_id, student_id)
        staged = self.handed_in[student_id]
        self.context.record(assignment_id, student_id).update(
            complete=True, content=staged.content, notes=list(staged.notes)
        )
        self._tell(student=student_id)


def _sweep(root: Path) -> None:
    """Remove staged copies of runs that were killed."""
    for folder in root.glob(f"{STAGED}*"):
        process, _, started = folder.name.removeprefix(STAGED).partition("-")
        if not process.isdigit() or start_time(int(process)) != started:
            shutil.rmtree(folder, ignore_errors=True)
