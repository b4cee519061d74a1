"""The two checks that every exercise has: results come back in the right form, and nothing is changed."""

from typing import TYPE_CHECKING, Any

import numpy as np

from course.calls import Reply
from course.compare import difference, same
from course.exercise import KEEPS_POINTS, Case, Check, Exercise, Parts, seed_of
from course.frames import decode, encode
from course.results import Unmet

if TYPE_CHECKING:
    from course.judging import Run

RETURNS = "It returns {names}, as finite real arrays of the right shapes."
READABLE = "It returns {names}, in the form that is asked for."
KEEPS = "It leaves its inputs alone, and a later call does not change an earlier result."


def _returns(run: "Run") -> None:
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


def _keeps(run: "Run") -> None:
    """Inputs and earlier results are as they were; the same arguments give the same result."""
    for case in run.cases:
        if not same(run.reply(case).after, decode(encode(case.args))):
            raise Unmet("It changes one of its arguments in place. Work on a copy.")
    again, first = run.call(run.cases[-1]), run.reply(run.cases[-1])
    if not same(again.value, first.value):
        raise Unmet(
            "Called twice with the same arguments, it gives two different results: "
            "it keeps something, or draws random numbers without a seed."
        )
    other = Case("halved", _halved(run.cases[-1].args))  # same shapes, other values: a reused buffer shows
    if _stale(run, other, run.call(other)):
        raise Unmet(
            "Called with other arguments of the same shapes, it gives the earlier result again: it keeps it."
        )
    if _keeps_what_it_made(run):
        raise Unmet(
            "After a call with other arguments of the same shapes its result is wrong: it keeps something."
        )
    if not same(run.target.held(), run.record):
        raise Unmet("A later call changed an earlier result: it returns an array that it goes on using.")


def _stale(run: "Run", other: Case, reply: Reply) -> bool:
    """Whether the reply is that to the last case again, although another result is right."""
    if reply.failure is not None or run.exercise.oracle is None:
        return False
    try:
        now, before = run.named(reply, other), run.parts(run.cases[-1])
        kept = all(np.array_equal(now[name], before[name]) for name in now)
        if not kept or not any(np.any(value) for value in now.values()):  # zeros come of other mistakes too
            return False
        right, was = run.expected(other), run.expected(run.cases[-1])
    except Exception:  # halved arguments need not be what the exercise allows: then nothing is known
        return False
    return any(difference(right[name], was[name], 1e-3) is not None for name in right)


def _keeps_what_it_made(run: "Run") -> bool:
    """Whether every result is right, but not that to a further case that follows one of its shapes."""
    oracle = run.exercise.oracle
    if oracle is None or any(_wrong(run.parts(case), run.expected(case)) for case in run.cases):
        return False
    further = further_case(run.exercise)
    run.call(Case("halved", _halved(further.args)))  # whatever it gives: the next call is what counts
    try:
        got = run.named(run.call(further), further)
    except Unmet:
        return True
    return _wrong(got, oracle(*further.args), 1e-3)  # far off: its own checks judge how near it has to be


def further_case(exercise: Exercise) -> Case:
    """The case of middle size of one further draw: the same for everybody."""
    drawn = exercise.draw(seed_of(exercise.name, "further", "keeps"))
    return sorted(drawn, key=lambda case: case.size)[len(drawn) // 2]


def _wrong(got: Parts, right: Parts, *rtol: float) -> bool:
    return any(difference(got[name], right[name], *rtol) is not None for name in right)


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
    sentence = RETURNS if exercise.read is None else READABLE
    gate = Check("returns", sentence.format(names=names), 0, "", (), _returns)
    first = exercise.checks[0].name
    return [gate, *exercise.checks, Check("keeps", KEEPS, KEEPS_POINTS, "", ("returns", first), _keeps)]
