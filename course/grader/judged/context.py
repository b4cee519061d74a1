"""What one run of `nbgrader autograde` holds: settings, the place where jobs run, secret, records."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import nbformat

import course
from course.grader.judged.ahead import Ahead
from course.grader.judged.gradebook import Released
from course.grader.judged.interrupt import Interrupt
from course.grader.judged.jobs import Done, Job, Key, Place, Terms
from course.grader.judged.outputs import Shown
from course.grader.judged.rebuild import Node, about, restore
from course.grader.judged.records import Record, entry
from course.grader.judged.seeds import attempt_of, secret_of, seed
from course.grader.judged.staging import files_of
from course.grader.judged.steps import Source, steps_of
from course.grader.sandbox.cgroups import sweep
from course.grader.sandbox.client import owner


class Context:
    """Shared by all submissions of a run. A context manager: at its end no process of ours is left."""

    def __init__(self, classroom: Path, terms: Terms, place: Place, only: Sequence[str] = ()) -> None:
        self.classroom, self.place = classroom, place
        self.defences, self.limits = terms.defences, terms.limits
        self.only = frozenset(only)
        self.kept: dict[Key, Node] = {}  # graded notebooks of which all marks stay but those of `only`
        self.sources: dict[Path, Source] = {}
        self.known: dict[tuple[str, str, str], Released] = {}
        self.faults: list[str] = []
        self.secret = secret_of(classroom)
        self.reading = threading.Lock()
        self.interrupt = Interrupt(place.stop)
        self.ahead = Ahead(place.run, place.threads, self.interrupt, place.window)

    def __deepcopy__(self, memo: Any) -> Self:
        return self  # nbconvert copies what it hands to a preprocessor

    def __enter__(self) -> Self:
        sweep()
        return self

    def __exit__(self, *error: object) -> None:
        self.ahead.close(self.place.stop)
        self.place.close()
        sweep(owner())

    def begin(self, problem_set: str) -> None:
        """Start what the notebooks of a set need, and wait for nothing."""
        self.place.begin(self._flavours(problem_set))

    def prepare(self, problem_set: str) -> None:
        """Wait for what the notebooks of a set need; raises `Refused` if nothing can be made."""
        self.place.prepare(self._flavours(problem_set))

    def _flavours(self, problem_set: str) -> set[str]:
        folder = self.classroom / "source" / problem_set
        return {self.source(problem_set, p.stem).flavour for p in folder.glob("*.ipynb")}

    def source(self, problem_set: str, notebook: str) -> Source:
        """What the instructor's source says about a notebook."""
        path = self.classroom / "source" / problem_set / f"{notebook}.ipynb"
        with self.reading:
            if path not in self.sources:
                self.sources[path] = Source.read(path) if path.is_file() else Source({}, "numpy")
            return self.sources[path]

    def released(self, url: str, problem_set: str, notebook: str) -> Released:
        """What the gradebook says of a released notebook's cells."""
        key = (url, problem_set, notebook)
        if key not in self.known:
            self.known[key] = Released.read(*key)
        return self.known[key]

    def record(self, problem_set: str, student: str) -> Record:
        """The record of a submission."""
        return Record(self.classroom, problem_set, student)

    def keep(self, student: str, graded: Path) -> None:
        """Keep what stands in a student's graded notebooks, but for the exercises of `only`."""
        for path in graded.glob("*.ipynb"):
            self.kept[student, path.stem] = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]

    def stays(self, names: dict[str, str]) -> bool:
        """Whether nothing of a notebook is to be judged anew."""
        source = self.source(names["assignment"], names["notebook"])
        known = (names["student"], names["notebook"]) in self.kept
        return known and not self.only & {*source.judged, *source.judged.values()}

    def decides(self, names: dict[str, str], cell: Node) -> bool:
        """Whether this run decides about a cell of a notebook, or leaves its mark and comment as they are."""
        name = about(cell).get("grade_id", "")
        judged = self.source(names["assignment"], names["notebook"]).judged.get(name, "")
        return (names["student"], names["notebook"]) not in self.kept or bool(self.only & {name, judged})

    def job(self, book: Node, folders: Sequence[Path], names: dict[str, str]) -> Job:
        """What there is to run in a notebook; of files in several folders the last one's count."""
        problem_set, student, notebook = names["assignment"], names["student"], names["notebook"]
        source = self.source(problem_set, notebook)
        steps = steps_of(book, source, judge=self.defences.judge, tags=not self.defences.source_cells)
        if (student, notebook) in self.kept:
            steps = [s for s in steps if s.kind == "cell" or self.only & {s.name, s.exercise}]
        attempt = attempt_of("\0".join(cell.source for cell in book.cells).encode())
        whose = (student, attempt) if self.defences.own_seeds else ("", "")
        seeds = {
            name: seed(self.secret, problem_set, whose[0], name, whose[1])
            if self.defences.hidden_cases
            else None
            for name in source.judged.values()
        }
        return Job((student, notebook), source.flavour, tuple(steps), seeds, files_of(folders))

    def execute(self, book: Node, folder: Path, names: dict[str, str]) -> set[str]:
        """Fill a sanitized notebook's outputs in; returns the grade cells that a person must decide."""
        kept = self.kept.get((names["student"], names["notebook"]))
        if kept is not None:
            restore(book, kept)
        if self.stays(names):
            return set()
        job = self.job(book, [folder], names)
        done = self.ahead.result(job)
        results, (student, notebook) = done.results, job.key
        first = min((s.index for s in job.steps if s.kind == "judged"), default=len(book.cells))
        shown = Shown(self.defences, self.limits, first)
        undecided = set()
        for number, step in enumerate(job.steps, 1):
            result = results[step.index]
            book.cells[step.index].outputs = shown.of(step, result)
            book.cells[step.index].execution_count = number
            if step.kind != "cell" and (result.fault or (result.verdict and result.verdict.fault)):
                undecided.add(step.name)
        self.faults += [f"{student}, {notebook}, {name}" for name in sorted(undecided)]
        self._note(names["assignment"], job, done)
        return undecided

    def _note(self, problem_set: str, job: Job, done: Done) -> None:
        student, notebook = job.key
        record = self.record(problem_set, student)
        cells = {s.name: entry(s, done.results[s.index]) for s in job.steps if s.kind != "cell"}
        before = record.read()
        kinds = before.get("sandbox", {}) | {job.flavour: done.sandbox}
        books = before.get("notebooks", {})
        if job.key in self.kept:
            cells = books.get(notebook, {}).get("cells", {}) | cells
        about: dict[str, Any] = {"seconds": round(done.seconds, 3), "cells": cells}
        about |= {"worker": done.worker} if done.worker else {}
        record.update(
            course=course.__version__,
            sandbox=kinds,
            trusted_students="none" in kinds.values(),
            defences_off=self.defences.off,
            notebooks=books | {notebook: about},
        )
