"""The adding task and the network that a student trains for it: both given, neither graded.

>>> X, y = adding_task(seed=1, N=100, T=50)
>>> float(((adding_outputs(p, X) - y) ** 2).mean())  # doctest: +SKIP
"""

from typing import NamedTuple

import numpy as np

from course.gated import logistic
from course.models import Array


class Adder(NamedTuple):
    """Parameters of an LSTM for two inputs with one linear output, read at the last step.

    Shapes: `W_x` (4h, 2), `W_h` (4h, h), `b` (4h), gate rows i, f, g, o; `W_qh` (1, h), `b_q` (1).
    """

    W_x: Array
    W_h: Array
    b: Array
    W_qh: Array
    b_q: Array


def adding_task(seed: int, N: int, T: int) -> tuple[Array, Array]:
    """`N` sequences of the adding task and the sums that are asked for.

    `X[n, t]` is (number, mark). Numbers are drawn from U(0, 1). Two steps have the mark 1, one in the first
    T//2 steps and one in the others, each place equally likely; all other marks are 0. `y[n]` is the sum of
    the two marked numbers.

    Args:
        seed: of the random numbers.
        N: number of sequences.
        T: number of steps, at least 2.

    Returns:
        X (N, T, 2) and y (N).

    Source: after Hochreiter & Schmidhuber, "Long short-term memory" (1997), experiment 4.
    """
    rng = np.random.default_rng(seed)
    numbers, marks = rng.uniform(size=(N, T)), np.zeros((N, T))
    rows = np.arange(N)
    marks[rows, rng.integers(0, T // 2, size=N)] = 1
    marks[rows, rng.integers(T // 2, T, size=N)] = 1
    return np.stack([numbers, marks], axis=2), (numbers * marks).sum(axis=1)


def adding_outputs(p: Adder, X: Array) -> Array:
    """The output after the last step, for sequences X (N, T, 2): shape (N).

    `a_t = W_x x_t + W_h h_{t-1} + b`, `c_t = σ(a^f) ⊙ c_{t-1} + σ(a^i) ⊙ tanh(a^g)`,
    `h_t = σ(a^o) ⊙ tanh(c_t)`, from `h_0 = c_0 = 0`; the output is `W_qh h_T + b_q`.
    This is `course.lstm_forward` for many sequences at once.
    """
    units = p.W_h.shape[1]
    h = c = np.zeros((len(X), units))
    for t in range(X.shape[1]):
        i, f, g, o = np.split(X[:, t] @ p.W_x.T + h @ p.W_h.T + p.b, 4, axis=1)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
    return np.asarray((h @ p.W_qh.T + p.b_q)[:, 0])
