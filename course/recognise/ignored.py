"""An argument that an answer leaves out: its results are right for zeros in the argument's place."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from course.compare import agree
from course.recognise.by_ways import take
from course.recognise.claims import Claim
from course.recognise.patterns import ALL
from course.recognise.rules import RIGHT
from course.recognise.seen import Parts, Seen, wrong_parts

if TYPE_CHECKING:
    from course.exercise import Exercise

INPUTS = (("W_x", "x"), ("W_hx", "X"))  # a matrix and what it multiplies
Change = Callable[[tuple[Any, ...]], tuple[Any, ...]]


def ignored(exercise: "Exercise", seen: Sequence[Seen]) -> tuple[Claim, ...]:
    """The arrays that a wrong answer treats as zero; the smallest case decides most."""
    if not wrong_parts(seen):  # what is right may well not depend on an array
        return ()
    ordered = sorted(seen, key=lambda s: sum(part.size for part in s.want.values()))
    names = [
        name
        for name, change in _arrays(exercise, seen[0].args)
        if all(_right(exercise, one, change) for one in ordered)
    ]
    for W, x in INPUTS:
        if names == [W, x]:  # one mistake: their product is left out
            return (
                Claim(f"ignores_{W}_{x}", f"{W} {x.lower()} is not used: the result is right without it."),
            )
    return tuple(Claim(f"ignores_{n}", f"{n} is not used: the result is right for {n} = 0.") for n in names)


def _right(exercise: "Exercise", one: Seen, change: Change) -> bool:
    value = right_for(exercise, one.want, change(one.args))
    return all(agree(one.got[name], value[name]) for name in value)


def right_for(exercise: "Exercise", named: Parts, args: tuple[Any, ...]) -> Parts:
    """What is right for these arguments; `named` are results of the same names and steps.

    By edges or paths where there are any: the oracle takes longer.
    """
    if exercise.weighed:
        (right,) = exercise.weighed.right([args])
        return {name: part[0].real for name, part in right.items()}
    unrolled = exercise.unrolled
    if unrolled and unrolled.truncation:
        taken = take(unrolled, unrolled.truncation, args)
        return {name: taken.part(name, taken.right) for name in unrolled.names.values()}
    if unrolled and unrolled.summed and {*unrolled.names.values()} == {*named}:
        return unrolled.whole(args, unrolled.steps(named))(RIGHT, ALL, named)
    assert exercise.oracle is not None
    return exercise.oracle(*args)


def _arrays(exercise: "Exercise", args: tuple[Any, ...]) -> Iterator[tuple[str, Change]]:
    """Every array among the arguments, by its name in the signature, with the change that zeroes it."""
    stub = getattr(exercise.stub, "forward", exercise.stub)
    names = [name for name in inspect.signature(stub).parameters if name != "ctx"]
    for number, (name, arg) in enumerate(zip(names, args, strict=False)):
        if isinstance(arg, tuple) and hasattr(arg, "_fields"):
            yield from ((field, partial(_zeroed, number, field)) for field in arg._fields)
        elif isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
            yield name, partial(_zeroed, number, "")


def sizes(exercise: "Exercise", args: tuple[Any, ...]) -> dict[str, float]:
    """What a mean or a sum too many may multiply by: the length of every axis of every array given."""
    stub = getattr(exercise.stub, "forward", exercise.stub)
    names = [name for name in inspect.signature(stub).parameters if name != "ctx"]
    given = [(name, arg) for name, arg in zip(names, args, strict=False) if isinstance(arg, np.ndarray)]
    return {f"{name}.shape[{axis}]": float(n) for name, arg in given for axis, n in enumerate(arg.shape)}


def _zeroed(number: int, field: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    arg = args[number]
    value = arg._replace(**{field: 0 * getattr(arg, field)}) if field else 0 * arg
    return (*args[:number], value, *args[number + 1 :])
