"""The large case of an exercise that asks for a backward pass: only a backward pass answers it in time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Large, Parts
from course.models import RNN, Array
from course.oracles import slope

Move = tuple[Callable[[Array], Any], Array]  # a complex-safe scalar function of one argument, and its value


def large_case(rng: draws.Rng, case: Case, moves: Mapping[str, Move]) -> Large:
    """A case judged along one random direction for each result.

    `moves` says, by name of the result, of which function it is the gradient, and where: `(f, x)`.
    """
    directions = {name: rng.normal(size=x.shape) for name, (_, x) in moves.items()}

    def both(got: Parts) -> dict[str, tuple[float, float]]:
        return {n: (float(np.sum(got[n] * v)), slope(*moves[n], v)) for n, v in directions.items()}

    f, x = next(iter(moves.values()))
    return Large(case, both, partial(f, x))


def moved(args: Mapping[str, Array], name: str, loss: Callable[..., Any]) -> Move:
    """`loss(args)` as a function of the one called `name`."""
    return lambda v: loss({**args, name: v}), args[name]


def large_network(rng: draws.Rng, loss: Callable[..., Any], *more: Any) -> Large:
    """27,000 parameters over 30 steps: 27,000 forward passes, or one backward pass.

    `loss(p, X, Y, h_0, *more)` is complex-safe; the answer returns the gradients (RNN, dh_0, dX).
    """
    d, h, q, T = 64, 128, 16, 30
    X, Y, h_0 = rng.normal(size=(T, d)), rng.normal(size=(T, q)), draws.away_from_zero(rng, h)
    p = large_rnn(rng, d, h, q)
    at = p._asdict() | {"dX": X, "dh_0": h_0}

    def of(args: Mapping[str, Array]) -> Any:
        return loss(RNN(*[args[n] for n in RNN._fields]), args["dX"], Y, args["dh_0"], *more)

    case = Case("27,000 parameters", (p, X, Y, h_0, *more))
    return large_case(rng, case, {name: moved(at, name, of) for name in at})


def large_rnn(rng: draws.Rng, d: int, h: int, q: int) -> RNN:
    """A network whose states stay between -1 and 1 without sticking there, however wide it is."""
    return RNN(
        rng.normal(size=(h, d)) / np.sqrt(d),
        0.9 * rng.normal(size=(h, h)) / np.sqrt(h),
        draws.away_from_zero(rng, h) / 2,
        rng.normal(size=(q, h)) / np.sqrt(h),
        draws.away_from_zero(rng, q),
    )


def large_gated(
    rng: draws.Rng, name: str, loss: Callable[..., Any], p: Any, at: dict[str, Array], args: tuple[Any, ...]
) -> Large:
    """A large gated network: the answer to `args` is the gradients of p and of all that stands in `at`.

    `loss(p, *at.values())` is complex-safe.
    """
    places = p._asdict() | at

    def of(all_args: Mapping[str, Array]) -> Any:
        return loss(type(p)(*[all_args[n] for n in p._fields]), *[all_args[n] for n in at])

    return large_case(rng, Case(name, args), {part: moved(places, part, of) for part in places})


def large_layer(
    rng: draws.Rng,
    name: str,
    args: tuple[Any, ...],
    output: Callable[..., Array],
    inputs: dict[str, Array],
    dy: Array,
    result: str = "y",
) -> Large:
    """A layer with so many entries that a derivative for each takes minutes, a backward pass milliseconds.

    `args` are the exercise's arguments. `output(*inputs.values())` is complex-safe; the answer returns its
    value under the name `result`, and for each name in `inputs` the gradient of Σ dy ⊙ output.
    """
    weights = rng.normal(size=dy.shape)

    def of(at: Mapping[str, Array]) -> Any:
        return np.sum(dy * output(*at.values()))

    judged = large_case(rng, Case(name, args), {n: moved(inputs, n, of) for n in inputs})

    def both(got: Parts) -> dict[str, tuple[float, float]]:
        value = output(*inputs.values())
        forward = (float(np.sum(got[result] * weights)), float(np.sum(value * weights)))
        return judged.along(got) | {result: forward}

    return replace(judged, along=both)
