"""The large case of an exercise that asks for a backward pass: only a backward pass answers it in time."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Large, Parts
from course.models import RNN, Array
from course.oracles import along


def large_network(rng: draws.Rng, loss: Callable[..., Any], *more: Any) -> Large:
    """27,000 parameters over 30 steps: 27,000 forward passes, or one backward pass.

    `loss(p, X, Y, h_0, *more)` is complex-safe; the answer returns the gradients (RNN, dh_0, dX).
    """
    d, h, q, T = 64, 128, 16, 30
    p = RNN(
        rng.normal(size=(h, d)) / 8,
        0.9 * rng.normal(size=(h, h)) / np.sqrt(h),
        draws.away_from_zero(rng, h) / 2,
        rng.normal(size=(q, h)) / 8,
        draws.away_from_zero(rng, q),
    )
    X, Y, h_0 = rng.normal(size=(T, d)), rng.normal(size=(T, q)), draws.away_from_zero(rng, h)
    at = p._asdict() | {"dX": X, "dh_0": h_0}
    directions = {name: rng.normal(size=x.shape) for name, x in at.items()}

    def moved_loss(moved: dict[str, Array]) -> Any:
        return loss(RNN(*[moved[n] for n in RNN._fields]), moved["dX"], Y, moved["dh_0"], *more)

    def both(got: Parts) -> dict[str, tuple[float, float]]:
        return {n: (float(np.sum(got[n] * v)), along(moved_loss, at, n, v)) for n, v in directions.items()}

    return Large(Case("27,000 parameters", (p, X, Y, h_0, *more)), both, partial(moved_loss, at))


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
    directions = {n: rng.normal(size=x.shape) for n, x in inputs.items()}
    weights = rng.normal(size=dy.shape)

    def loss(at: dict[str, Array]) -> Any:
        return np.sum(dy * output(*at.values()))

    def both(got: Parts) -> dict[str, tuple[float, float]]:
        pairs = {n: (float(np.sum(got[n] * v)), along(loss, inputs, n, v)) for n, v in directions.items()}
        value = output(*inputs.values())
        return pairs | {result: (float(np.sum(got[result] * weights)), float(np.sum(value * weights)))}

    return Large(Case(name, args), both, partial(loss, inputs))
