"""The large case of an exercise that asks for a backward pass: only a backward pass answers it in time."""

from collections.abc import Callable, Mapping
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
