"""The exercises about the LSTM's gradient, with weights on the edges: what they declare as `weighed`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course import draws
from course.gated import LSTM
from course.models import Array
from course.recognise.cell import ARRIVING, EDGES, GATES, STATES, Steps, by_edge
from course.recognise.once import kept_once
from course.recognise.weighing import Parts, Weighed

steps_of = kept_once(Steps.of)


def _sequence(p: LSTM, X: Array, dH: Array, h_0: Array, c_0: Array) -> Callable[[Array], Parts]:
    run, dc_T = steps_of(p, X, h_0, c_0), np.zeros_like(c_0)

    def value(w: Array) -> Parts:
        found = run.gradients(dH, dc_T, by_edge(EDGES, w))
        weights = {name: found[name] for name in LSTM._fields}
        return weights | {"dX": found["X"], "dh_0": found["h_0"], "dc_0": found["c_0"]}

    return value


def _sequences(rng: draws.Rng) -> list[tuple[Any, ...]]:
    """Of different lengths: a factor that depends on T is no weight of an edge."""
    return [
        (draws.lstm(rng, d, h), rng.normal(size=(T, d)), draws.away_from_zero(rng, T, h), *_states(rng, h))
        for T, d, h in ((3, 2, 3), (4, 3, 2))
    ]


def _start_once(p: LSTM, X: Array, dH: Array, h_0: Array, c_0: Array) -> Callable[[Array], Parts]:
    run, dc_T = steps_of(p, X, h_0, c_0), np.zeros_like(c_0)

    def value(w: Array) -> Parts:
        once = {edge: np.ones((len(w), 1, 1)) for edge in ("c→c", *GATES)}
        found = run.gradients(dH, dc_T, by_edge(EDGES, w), once)
        return {"dh_0": found["h_0"], "dc_0": found["c_0"]}

    return value


ONE_STEP = (*EDGES, ARRIVING)


def _step(p: LSTM, x: Array, h: Array, c: Array, dh_next: Array, dc_next: Array) -> Callable[[Array], Parts]:
    run = steps_of(p, x[None], h, c)

    def value(w: Array) -> Parts:
        found = run.gradients(dh_next[None], dc_next, by_edge(ONE_STEP, w))
        weights = {name: found[name] for name in LSTM._fields}
        return weights | {"dx": found["X"][:, 0], "dh": found["h_0"], "dc": found["c_0"]}

    return value


def _single_steps(rng: draws.Rng) -> list[tuple[Any, ...]]:
    return [
        (draws.lstm(rng, d, h), rng.normal(size=d), *_states(rng, h), *draws.away_from_zero(rng, 2, h))
        for d, h in ((2, 4), (4, 3))
    ]


def _jacobian(p: LSTM, x: Array, h: Array, c: Array) -> Callable[[Array], Parts]:
    run = steps_of(p, x[None], h, c)
    return lambda w: {"J": run.jacobian(by_edge(STATES, w))}


def _steps(rng: draws.Rng) -> list[tuple[Any, ...]]:
    return [args[:4] for args in _single_steps(rng)]


def _states(rng: draws.Rng, h: int) -> tuple[Array, Array]:
    return draws.away_from_zero(rng, h), 2 * draws.away_from_zero(rng, h)


OF_A_SEQUENCE = Weighed(EDGES, _sequence, _sequences, last=_start_once)
OF_A_STEP = Weighed(ONE_STEP, _step, _single_steps)
OF_A_JACOBIAN = Weighed(STATES, _jacobian, _steps)
