"""Naming a mistake: a slip is recognised when its value equals the student's on every case."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from course.compare import difference
from course.exercise import Case, Parts, Slip
from course.verdict import Diagnosis

if TYPE_CHECKING:
    from course.judging import Run


def diagnose(runs: "Sequence[Run]") -> tuple[Diagnosis, ...]:
    """The slips that explain every case of every run; all of them if several cannot be told apart."""
    exercise = runs[0].exercise
    if not all(_readable(run, case) for run in runs for case in run.cases):
        return ()
    cases = sorted(((run, case) for run in runs for case in run.cases), key=lambda rc: _size(rc[1]))
    found = [
        slip for slip in exercise.slips if all(_explains(slip, case, run.parts(case)) for run, case in cases)
    ]
    return tuple(Diagnosis(slip.name, slip.sentence, slip.see) for slip in found) or _generic(cases)


def _readable(run: "Run", case: Case) -> bool:
    """Whether the call gave results at all: a crash is its own message."""
    reply = run.reply(case)
    return reply.failure is None


def _size(case: Case) -> int:
    return sum(np.size(field) for arg in case.args for field in (arg if isinstance(arg, tuple) else (arg,)))


def _explains(slip: Slip, case: Case, got: Parts) -> bool:
    value = slip.value(*case.args)
    return all(difference(got[name], value[name]) is None for name in value)


def _generic(cases: "Sequence[tuple[Run, Case]]") -> tuple[Diagnosis, ...]:
    """The shape of the error, from got and expected alone."""
    if cases[0][0].exercise.oracle is None:
        return ()
    pairs = [(run.parts(case), run.expected(case)) for run, case in cases]
    if all(difference(got[n], want[n], 1e-5) is None for got, want in pairs for n in want):
        sentence = "Right to about single precision only: is something float32, or a difference quotient?"
        return (Diagnosis("precision", sentence, ""),)
    return ()
