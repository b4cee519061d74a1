"""Judging: run an exercise's checks on a target, here or in another process, and say what was found."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.calls import Reply, Target
from course.common_checks import all_checks
from course.compare import difference
from course.diagnosis import diagnose, readable
from course.exercise import Case, Check, Exercise, Parts
from course.recognise.shape_words import steps_said
from course.recognise.slips import by_slips
from course.results import Unmet, explain, flatten
from course.verdict import Diagnosis, Drawn, Outcome, Verdict

# By its inputs a function can choose where it fails, how and in which case: of hidden ones no more is told.
UNSEEN: dict[str, Any] = {"hidden": True, "message": "", "detail": ""}


class Run:
    """One target on one list of cases: each is called once, results are kept by case."""

    def __init__(self, exercise: Exercise, target: Target, cases: Sequence[Case], record: list[Any]) -> None:
        self.exercise, self.target, self.cases = exercise, target, list(cases)
        self.record = record  # every result the target has given, in order, shared by all runs on it
        self._called: list[Case] = []  # kept, as a case of a check's own must not lose its id to another
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
            self._called.append(case)
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
        return self.named(self.reply(case), case)

    def named(self, reply: Reply, case: Case) -> Parts:
        """The same of a reply that is already there, such as one to a case that a check made up."""
        if reply.failure is not None:
            where = "" if reply.failure.kind == "not_yet" else f"in the case {case.name}"
            raise Unmet(*explain(reply.failure, self.exercise.name), where)
        try:
            return flatten(self._read(reply.value, case), self.exercise.returns)
        except Unmet as unmet:
            raise Unmet(unmet.message, unmet.detail or f"in the case {case.name}") from None

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
                self.equal(got[name], expected[name], name, case, self.exercise.timed.get(name))

    def equal(self, got: Any, expected: Any, name: str, case: Case, steps: int | None = None) -> None:
        """`got` equals `expected` within the table's tolerance, or `Unmet`, calling it `name`.

        `steps` is the axis of time, if there is one: then the first wrong step is told too.
        """
        gap = difference(np.asarray(got), np.asarray(expected))
        if gap is not None:
            said = steps_said(got, expected, steps) if steps is not None else ""
            raise Unmet(f"{name} is not right in the case {case.name}.", f"{gap}{said}")

    def fail(self, message: str, detail: str = "") -> None:
        """Say that the claim does not hold."""
        raise Unmet(message, detail)


def judge(exercise: Exercise, target: Target, public: Sequence[Case], hidden: Sequence[Case] = ()) -> Verdict:
    """Run every check on the public cases, then on the hidden ones. Never raises for what the target does.

    A mistake seen on the public cases is named before the target meets a hidden one: so no name, picture or
    number can depend on them. Where only hidden cases fail, nothing but an exercise's own slip is named.
    """
    record: list[Any] = []
    seen, unseen = (Run(exercise, target, cases, record) for cases in (public, hidden))
    faults: list[str] = []
    done = _outcomes(seen, {}, faults)
    wrong = _wrong(exercise, done)
    diagnoses, paths = _named(lambda: diagnose(seen)) if wrong and not faults else ((), None)
    if hidden:
        done = _outcomes(unseen, done, faults)
        if not wrong and not faults and _wrong(exercise, done):
            diagnoses, paths = _named(lambda: (by_slips([seen, unseen]) if readable(unseen) else (), None))
    return Verdict(exercise.name, tuple(done.values()), diagnoses, target.printed, "".join(faults[:1]), paths)


def _outcomes(run: Run, before: dict[str, Outcome], faults: list[str]) -> dict[str, Outcome]:
    """Every check on a run, but those that build on one that has not passed, or that failed before."""
    done: dict[str, Outcome] = {}
    for check in all_checks(run.exercise):
        if any(not done[name].passed for name in check.after):
            done[check.name] = _told(check, None, "Not run: it builds on a check that has not passed.")
        elif check.name in before and (check.once or not before[check.name].passed):
            done[check.name] = before[check.name]
        else:
            outcome = _outcome(check, run, faults)
            failed_unseen = bool(before) and outcome.passed is False
            done[check.name] = replace(outcome, **UNSEEN) if failed_unseen else outcome
    return done


Named = tuple[tuple[Diagnosis, ...], Drawn | None]


def _wrong(exercise: Exercise, done: dict[str, Outcome]) -> bool:
    return any(done[check.name].passed is False for check in exercise.checks)


def _named(find: Callable[[], Named]) -> Named:
    """The diagnosis; if it fails, that is said, and decides no marks."""
    try:
        return find()
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        sentence = f"Naming this mistake failed ({why}). That is our fault: please report it."
        return (Diagnosis("our_fault", sentence, ""),), None


def _outcome(check: Check, run: Run, faults: list[str]) -> Outcome:
    """What a check finds on a run, whatever it builds on; a failure of ours is kept in `faults`."""
    try:
        check.test(run)
    except Unmet as unmet:
        return _told(check, False, unmet.message, unmet.detail)
    except Exception as error:  # ours: a target's errors arrive as Failure
        faults.append(
            f"the check {check.name!r} of {run.exercise.name} failed: {type(error).__name__}: {error}"
        )
        return _told(check, None, "This check failed.")
    return _told(check, True)


def _told(check: Check, passed: bool | None, message: str = "", detail: str = "") -> Outcome:
    return Outcome(check.name, check.sentence, check.points, passed, message, detail, check.see)
