"""Forward passes with one thing altered in their derivative: what a slip's backward pass computes.

The values stay right; only what the complex step sees changes. Under a step of 1e-30 a complex number
is a dual number: `.real` is the value, `.imag` the tangent, and a cut edge is `.real`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from course.models import RNN, Array, LinearRNN, mean_squared_loss


@dataclass(frozen=True)
class Alter:
    """Which rule of the backward pass is altered, named after what the student's code does."""

    transpose: bool = True  # False: W_hh δ for W_hhᵀ δ
    at_start: bool = True  # False: the step from h_1 to h_0 has the right matrix all the same
    slope: str = "tanh"  # "missing", "twice", "of_state" (tanh′ taken at h_t instead of a_t), "from_value"
    recurrence: bool = True  # False: no gradient from step t to step t-1
    state_used: str = "before"  # "after": h_t for h_{t-1} in ∂L/∂W_hh
    first_use: bool = True  # False: the use of W_hh at step 1 is forgotten
    cut_every: int = 0  # k > 0: no gradient passes from step k+1 to k, from 2k+1 to 2k, …


def slope_of(a: Array, kind: str) -> Array:
    """The derivative of tanh at real `a`, as a slip would have it."""
    right = 1 - np.tanh(a) ** 2
    if kind == "missing":
        return np.ones_like(a)
    if kind == "twice":
        return right**2
    if kind == "from_value":  # 1 − a², as if a were the value of a tanh
        return 1 - a**2
    return 1 - np.tanh(np.tanh(a)) ** 2 if kind == "of_state" else right


def altered_states(p: RNN, X: Array, h_0: Array, alter: Alter, linear: bool = False) -> Array:
    """States h_1 … h_T (T, h) whose values are right and whose tangents follow `alter`.

    `p.W_hh` is one matrix (h, h), or one copy for every step (T, h, h). `linear` leaves out the tanh.
    """
    copies = np.broadcast_to(p.W_hh, (len(X), *p.W_hh.shape[-2:]))
    slope = "missing" if linear and alter.slope == "tanh" else alter.slope
    states, h = [], h_0.astype(complex)
    for t, (x_t, W) in enumerate(zip(X, copies, strict=True)):
        a = p.W_hx @ x_t + W.real @ h.real + p.b_h
        after = a.real if linear else np.tanh(a.real)
        tangent = np.imag(a)
        if alter.first_use or t > 0:
            tangent = tangent + np.imag(W) @ (h.real if alter.state_used == "before" else after)
        if t == 0 or (alter.recurrence and not (alter.cut_every and t % alter.cut_every == 0)):
            right = alter.transpose or (t == 0 and not alter.at_start)
            tangent = tangent + (W.real if right else W.real.T) @ h.imag
        h = after + 1j * slope_of(a.real, slope) * tangent
        states.append(h)
    return np.stack(states)


def altered_loss(alter: Alter, last_only: bool = False) -> Any:
    """A loss `L(p, X, Y, h_0)` like `rnn_loss`, or `linear_loss` for a `LinearRNN`, with the altered rule.

    `last_only` keeps ℓ_T alone.
    """

    def loss(p: RNN | LinearRNN, X: Array, Y: Array, h_0: Array) -> Any:
        linear = isinstance(p, LinearRNN)
        p = with_biases(p) if isinstance(p, LinearRNN) else p
        outputs = altered_states(p, X, h_0, alter, linear) @ p.W_qh.T + p.b_q
        return (
            mean_squared_loss(outputs[-1:], Y[-1:]) / len(Y) if last_only else mean_squared_loss(outputs, Y)
        )

    return loss


def with_biases(p: LinearRNN) -> RNN:
    """The same network with biases of zero."""
    return RNN(p.W_hx, p.W_hh, np.zeros(len(p.W_hh)), p.W_qh, np.zeros(len(p.W_qh)))


@dataclass(frozen=True)
class RNNSlip:
    """A mistake in the backward pass of the tanh RNN: its sentence, where to read, and the altered rule."""

    name: str
    sentence: str
    see: str
    alter: Alter


# What a slip is called where Jacobians are multiplied forward in time, and there is no δ.
FORWARD = {"transpose": "W_hhᵀ is used where W_hh belongs."}

RNN_SLIPS = (
    RNNSlip(
        "transpose",
        "W_hh is used where W_hhᵀ belongs, or the other way round: δ_t reaches h_{t-1} as W_hhᵀ δ_t.",
        "Backward in time",
        Alter(transpose=False),
    ),
    RNNSlip(
        "slope_missing",
        "The factor tanh′(a_t) = 1 − h_t² is missing.",
        "Weights and biases",
        Alter(slope="missing"),
    ),
    RNNSlip(
        "slope_twice",
        "The factor tanh′(a_t) is applied twice.",
        "Weights and biases",
        Alter(slope="twice"),
    ),
    RNNSlip(
        "slope_of_state",
        "tanh′ is taken at h_t instead of a_t: as h_t is tanh(a_t) already, the slope is 1 − h_t².",
        "Weights and biases",
        Alter(slope="of_state"),
    ),
    RNNSlip(
        "later_state",
        "h_t is used where h_{t-1} belongs: W_hh multiplies the state before the step.",
        "Weights and biases",
        Alter(state_used="after"),
    ),
    RNNSlip(
        "no_recurrence",
        "Nothing travels between steps: the path through h_{t-1} is dropped or never updated.",
        "Backward in time",
        Alter(recurrence=False),
    ),
    RNNSlip(
        "first_use",
        "The use of W_hh at step 1, on h_0, is missing.",
        "Weights and biases",
        Alter(first_use=False),
    ),
)
