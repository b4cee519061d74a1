"""The forward models that the course gives. None of them is graded.

Every function here is *complex-safe*: given complex arguments it is analytic in them,
so that the complex step (`course.oracles`) can differentiate it exactly.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class RNN(NamedTuple):
    """Parameters of a tanh RNN; a gradient with respect to them is an `RNN` too.

    Shapes: `W_hx` (h, d), `W_hh` (h, h), `b_h` (h), `W_qh` (q, h), `b_q` (q).
    """

    W_hx: Array
    W_hh: Array
    b_h: Array
    W_qh: Array
    b_q: Array


class LinearRNN(NamedTuple):
    """Parameters of a linear RNN without biases; a gradient with respect to them is a `LinearRNN` too.

    Shapes: `W_hx` (h, d), `W_hh` (h, h), `W_qh` (q, h).
    """

    W_hx: Array
    W_hh: Array
    W_qh: Array


def rnn_forward(p: RNN, X: Array, h_0: Array) -> tuple[Array, Array]:
    """Run the RNN: `a_t = W_hx x_t + W_hh h_{t-1} + b_h`, `h_t = tanh(a_t)`, `o_t = W_qh h_t + b_q`.

    Args:
        p: parameters.
        X: inputs (T, d), time first.
        h_0: initial state (h).

    Returns:
        H (T+1, h) with `H[0] = h_0` and `H[t] = h_t`, and O (T, q) with `O[t-1] = o_t`.

    Source: Elman, "Finding structure in time" (1990); book, chapter 4, eq. of the tanh network.
    """
    H = [h_0]
    for x_t in X:
        H.append(np.tanh(p.W_hx @ x_t + p.W_hh @ H[-1] + p.b_h))
    states = np.stack(H)
    return states, states[1:] @ p.W_qh.T + p.b_q


def mean_squared_loss(outputs: Array, Y: Array) -> Any:
    """`L = (1/T) Σ_t ½‖o_t − y_t‖²` for outputs and targets (T, q); a scalar."""
    return 0.5 * np.sum((outputs - Y) ** 2) / len(Y)


def rnn_loss(p: RNN, X: Array, Y: Array, h_0: Array) -> Any:
    """The loss `L = (1/T) Σ_t ½‖o_t − y_t‖²` of `rnn_forward`; X (T, d), Y (T, q), h_0 (h)."""
    return mean_squared_loss(rnn_forward(p, X, h_0)[1], Y)


def linear_forward(p: LinearRNN, X: Array, h_0: Array) -> tuple[Array, Array]:
    """Run the linear RNN: `h_t = W_hx x_t + W_hh h_{t-1}`, `o_t = W_qh h_t`; shapes as in `rnn_forward`."""
    H = [h_0]
    for x_t in X:
        H.append(p.W_hx @ x_t + p.W_hh @ H[-1])
    states = np.stack(H)
    return states, states[1:] @ p.W_qh.T


def linear_loss(p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Any:
    """The loss `L = (1/T) Σ_t ½‖o_t − y_t‖²` of `linear_forward`; X (T, d), Y (T, q), h_0 (h)."""
    return mean_squared_loss(linear_forward(p, X, h_0)[1], Y)


def masked_loss(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Any:
    """The mean over a batch of each sequence's own mean loss: `L = (1/N) Σ_n L_n`.

    `L_n` is `rnn_loss` of sequence n alone, cut to its first `lengths[n]` steps.
    X (T, N, d), Y (T, N, q), lengths (N), h_0 (N, h).
    """
    losses = [rnn_loss(p, X[:T_n, n], Y[:T_n, n], h_0[n]) for n, T_n in enumerate(lengths)]
    return sum(losses) / len(losses)
