"""Judging: run an exercise's checks on a target, here or in another process, and say what was found."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.calls import Failure, Reply, Target
from course.compare import difference, same
from course.diagnosis import diagnose
from course.exercise import KEEPS_POINTS, Case, Check, Exercise, Parts
from course.frames import decode, encode
from course.verdict import Diagnosis, Outcome, Verdict

RETURNS = "It returns {names}, as finite real arrays of the right shapes."
LARGEST = 1 << 22  # entries of one result: beyond it, converting would cost the judge its memory
KEEPS = "It leaves its inputs alone, and a later call does not change an earlier result."


class Unmet(Exception):
    """A claim does not hold: what was observed, and the numbers (never shown for hidden cases)."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message, self.detail = message, detail


class Run:
    """One target on one list of cases: each is called once, results are kept by case."""

    def __init__(self, exercise: Exercise, target: Target, cases: Sequence[Case], record: list[Any]) -> None:
        self.exercise, self.target, self.cases = exercise, target, list(cases)
        self.record = record  # every result the target has given, in order, shared by all runs on it
        self._replies: dict[int, Reply] = {}
        self._expected: dict[int, Parts] = {}

    def on(self, name: str = "", but: str = "") -> list[Case]:
        """The cases of that name (default: all), but not those called `but`."""
        chosen = [c for c in self.cases if name in ("", c.name) and c.name != but]
        if not chosen:
            raise LookupError(f"{self.exercise.name}: no case is called {name!r}")
        return chosen

    def reply(self, case: Case) -> Reply:
        """The target's reply to a case."""
        if id(case) not in self._replies:
            self._replies[id(case)] = self.call(case)
        return self._replies[id(case)]

    def call(self, case: Case) -> Reply:
        """Call the target anew."""
        reply = self.target.call(case.args)
        if reply.failure is None:
            self.record.append(reply.value)
        return reply

    def expected(self, case: Case) -> Parts:
        """The oracle's results."""
        if self.exercise.oracle is None:
            raise LookupError(f"{self.exercise.name} has no oracle")
        if id(case) not in self._expected:
            self._expected[id(case)] = self.exercise.oracle(*case.args)
        return self._expected[id(case)]

    def parts(self, case: Case) -> Parts:
        """The target's results by name, as float64 arrays, or `Unmet` with the reason why not."""
        reply = self.reply(case)
        if reply.failure is not None:
            raise Unmet(*explain(reply.failure, self.exercise.name), f"in the case {case.name}")
        return flatten(self._read(reply.value, case), self.exercise.returns)

    def _read(self, value: Any, case: Case) -> Any:
        if self.exercise.read is None:
            return value
        try:
            return self.exercise.read(value, *case.args)
        except ValueError as error:
            raise Unmet(f"{self.exercise.name}: {error}.") from None

    def agree(self, names: Sequence[str] = (), on: str = "", but: str = "") -> None:
        """The named parts equal the oracle's on those cases, or `Unmet` at the worst place."""
        for case in self.on(on, but):
            expected = self.expected(case)
            got = self.parts(case)
            for name in names or expected:
                self.equal(got[name], expected[name], name, case)

    def equal(self, got: Any, expected: Any, name: str, case: Case) -> None:
        """`got` equals `expected` within the table's tolerance, or `Unmet`, calling it `name`."""
        gap = difference(np.asarray(got), np.asarray(expected))
        if gap is not None:
            raise Unmet(f"{name} is not right in the case {case.name}.", str(gap))

    def fail(self, message: str, detail: str = "") -> None:
        """Say that the claim does not hold."""
        raise Unmet(message, detail)


def explain(failure: Failure, name: str) -> tuple[str]:
    """What a student should read about a call that gave no result."""
    where = f" (line {failure.line} of your code)" if failure.line else ""
    if failure.kind == "not_yet":
        return (f"Not yet: {name} still raises NotImplementedError. Replace that line by your code.",)
    if failure.kind == "raised":
        said = f": {failure.message}" if failure.message else ""
        return (f"{name} raised {failure.type}{said}{where}.",)
    if failure.kind == "timeout":
        return (f"{name} took too long: {failure.message}.",)
    return (f"{name}: {failure.message}.",)


def flatten(value: Any, returns: tuple[Any, ...]) -> Parts:
    """Name the results: `returns` is a tuple of names and of NamedTuple classes, in order."""
    items = [value] if len(returns) == 1 and not (type(value) in (tuple, list) and len(value) == 1) else value
    wanted = ", ".join(r if isinstance(r, str) else r.__name__ for r in returns)
    if not isinstance(items, tuple | list) or len(items) != len(returns):
        got = f"{len(items)} results" if isinstance(items, tuple | list) else _kind(value)
        raise Unmet(f"It should return ({wanted}); it returned {got}.")
    parts: Parts = {}
    for item, name in zip(items, returns, strict=True):
        if isinstance(name, str):
            parts[name] = _real(item, name)
        elif isinstance(item, tuple | list) and len(item) == len(name._fields):
            parts |= {field: _real(v, field) for field, v in zip(name._fields, item, strict=True)}
        else:
            raise Unmet(
                f"It should return ({wanted}), with all {len(name._fields)} fields of {name.__name__}."
            )
    return parts


def _kind(value: Any) -> str:
    return "None (is a `return` missing?)" if value is None else f"one {type(value).__name__}"


def _real(value: Any, name: str) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(value)
    except ValueError:
        raise Unmet(f"{name} is a list of arrays of unequal shapes.") from None
    if array.size > LARGEST:
        raise Unmet(f"{name} has shape {array.shape}; that is far too large.")
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real
    if array.dtype.kind not in "fiub":
        kind = "complex" if array.dtype.kind == "c" else type(value).__name__
        raise Unmet(f"{name} should be a real array; it is {kind}.")
    return array.astype(np.float64)


def _returns(run: Run) -> None:
    """The gate that every other check builds on: names, shapes, finite numbers."""
    for case in run.cases:
        got = run.parts(case)
        shapes = run.exercise.shapes
        wanted = shapes(*case.args) if shapes else {k: np.shape(v) for k, v in run.expected(case).items()}
        for name, shape in wanted.items():
            if got[name].shape != shape:
                raise Unmet(
                    f"{name} has shape {got[name].shape}; it should be {shape} in the case {case.name}."
                )
            if not np.isfinite(got[name]).all():
                raise Unmet(f"{name} contains nan or inf in the case {case.name}.")


def _keeps(run: Run) -> None:
    """Inputs and earlier results are as they were; the same arguments give the same result."""
    for case in run.cases:
        if not same(run.reply(case).after, decode(encode(case.args))):
            raise Unmet("It changes one of its arguments in place. Work on a copy.")
    again, first = run.call(run.cases[-1]), run.reply(run.cases[-1])
    if not same(again.value, first.value):
        raise Unmet(
            "Called twice with the same arguments, it gives two different results: it keeps something."
        )
    run.call(Case("halved", _halved(run.cases[-1].args)))  # same shapes, other values: a reused buffer shows
    if not same(run.target.held(), run.record):
        raise Unmet("A later call changed an earlier result: it returns an array that it goes on using.")


def _halved(arg: Any) -> Any:
    """The arguments with every real number and array halved."""
    if isinstance(arg, tuple):
        items = [_halved(item) for item in arg]
        return type(arg)(*items) if hasattr(arg, "_fields") else tuple(items)
    real = isinstance(arg, float) or (isinstance(arg, np.ndarray) and arg.dtype.kind == "f")
    return arg / 2 if real else arg


def all_checks(exercise: Exercise) -> list[Check]:
    """The exercise's own checks between the two that every exercise has."""
    names = ", ".join(r if isinstance(r, str) else r.__name__ for r in exercise.returns)
    gate = Check("returns", RETURNS.format(names=names), 0, "", (), _returns)
    first = exercise.checks[0].name
    return [gate, *exercise.checks, Check("keeps", KEEPS, KEEPS_POINTS, "", ("returns", first), _keeps)]


def judge(exercise: Exercise, target: Target, public: Sequence[Case], hidden: Sequence[Case] = ()) -> Verdict:
    """Run every check on the public cases, then on the hidden ones. Never raises for what the target does."""
    record: list[Any] = []
    runs = [Run(exercise, target, cases, record) for cases in (public, hidden) if cases]
    outcomes: dict[str, Outcome] = {}
    fault = ""
    for check in all_checks(exercise):
        try:
            outcomes[check.name] = _outcome(check, runs, outcomes)
        except Exception as error:  # ours: a target's errors arrive as Failure
            fault = (
                fault
                or f"the check {check.name!r} of {exercise.name} failed: {type(error).__name__}: {error}"
            )
            outcomes[check.name] = Outcome(
                check.name, check.sentence, check.points, None, "This check failed."
            )
    wrong = any(outcomes[check.name].passed is False for check in exercise.checks)
    diagnoses = _named(runs) if wrong and not fault else ()
    return Verdict(exercise.name, tuple(outcomes.values()), diagnoses, target.printed, fault)


def _named(runs: Sequence[Run]) -> tuple[Diagnosis, ...]:
    """The diagnosis; if it fails, that is said, and decides no marks."""
    try:
        return diagnose(runs)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        sentence = f"Naming this mistake failed ({why}). That is our fault: please report it."
        return (Diagnosis("our_fault", sentence, ""),)


def _outcome(check: Check, runs: Sequence[Run], done: dict[str, Outcome]) -> Outcome:
    def outcome(passed: bool | None, message: str = "", detail: str = "", hidden: bool = False) -> Outcome:
        return Outcome(check.name, check.sentence, check.points, passed, message, detail, check.see, hidden)

    missing = [name for name in check.after if not done[name].passed]
    if missing:
        return outcome(None, "Not run: it builds on a check that has not passed.")
    for number, run in enumerate(runs):
        try:
            check.test(run)
        except Unmet as unmet:
            hidden = number > 0
            return outcome(False, unmet.message, "" if hidden else unmet.detail, hidden)
    return outcome(True)
