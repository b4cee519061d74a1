"""Mistakes with checkpoints in the first pass, which keeps them: what is run again is right but for them."""

from collections.abc import Callable

import numpy as np

from course.models import RNN, Array, rnn_forward
from course.problem_sets.ps2._pieces import Start, begun_at, rerun
from course.recognise.segments import Segments


def bare(p: RNN) -> RNN:
    """The network without its bias b_h."""
    return p._replace(b_h=0 * p.b_h)


def first_pass(change: Callable[[RNN, Array], tuple[RNN, Array]]) -> Start:
    """Checkpoints of a first pass with other parameters or inputs."""

    def start(case: Segments, number: int, first: int) -> Array:
        p, X = change(case.p, case.X)
        return np.asarray(rnn_forward(p, X, case.h_0)[0][first])

    return start


def linear_pass(case: Segments, number: int, first: int) -> Array:
    """Checkpoints of a first pass without tanh."""
    h = case.h_0
    for x in case.X[:first]:
        h = case.p.W_hx @ x + case.p.W_hh @ h + case.p.b_h
    return np.asarray(h)


FIRST_PASS = (
    *[
        rule
        for what, change in (
            ("the bias b_h is missing", lambda p, X: (bare(p), X)),
            ("W_hh is transposed", lambda p, X: (p._replace(W_hh=p.W_hh.T), X)),
            ("W_hh is missing", lambda p, X: (p._replace(W_hh=0 * p.W_hh), X)),
            ("W_hx is missing", lambda p, X: (p._replace(W_hx=0 * p.W_hx), X)),
            ("step t takes x_{t+1}", lambda p, X: (p, np.roll(X, -1, 0))),
            ("step t takes x_{t-1}", lambda p, X: (p, np.roll(X, 1, 0))),
        )
        for rule in rerun(
            "first_pass_altered",
            f"In the pass that keeps the checkpoints {what}.",
            begun_at(first_pass(change)),
        )
    ],
    *rerun(
        "first_pass_altered", "In the pass that keeps the checkpoints tanh is missing.", begun_at(linear_pass)
    ),
)
