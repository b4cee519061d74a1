"""An LSTM's altered gradients, one slip at a time: what `course.lstm_many` must give as well."""

from typing import Any

import numpy as np

from course.altered_lstm import RIGHT, LSTMSlip, quarters, tangents
from course.gated import LSTM, logistic
from course.models import Array


def _both_tangents(
    p: LSTM, x: Array, h: Array, c: Array, entering: Array, d_h: Array, d_c: Array, slip: LSTMSlip, *f: Any
) -> tuple[tuple[Array, Array], dict[str, Array]]:
    """`tangents`, which follow the slip in what enters alone if it is `at_uses`."""
    if not slip.at_uses:
        return tangents(p, x, h, c, entering, d_h, d_c, slip, *f)
    after, used = tangents(p, x, h, c, entering, 0 * d_h, 0 * d_c, slip, *f)
    passed = tangents(p, x, h, c, 0 * entering, d_h, d_c, RIGHT, *f)[1]
    return after, {way: used[way] + passed[way] for way in used}


def altered_gradients(
    p: LSTM, X: Array, dH: Array, dc_T: Array, h_0: Array, c_0: Array, slip: LSTMSlip
) -> dict[str, Array]:
    """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩` by W_x, W_h, b, a, X, h_0 and c_0, altered.

    All directions run forward at once: one for each entry of a_1 … a_T, of h_0 and of c_0.
    """
    T, h = dH.shape
    directions = np.eye(4 * h * T + 2 * h)
    d_h, d_c = directions[:, 4 * h * T : -h], directions[:, -h:]
    response, states, f = np.zeros(len(directions)), [(h_0, c_0)], None
    for t, x in enumerate(X):
        if t and T - t >= slip.within:
            d_h, d_c = d_h * ("h" in slip.carried), d_c * ("c" in slip.carried)
        entering = directions[:, 4 * h * t : 4 * h * (t + 1)]
        after, d = _both_tangents(p, x, *states[-1], entering, d_h, d_c, slip, f)
        of_loss = sum((d[way] for way in slip.seen), d_h * (slip.added in ("h", "loss h")))
        response = response + of_loss @ dH[t]
        d_h = sum((d[way] for way in slip.onward), d_h * (slip.added in ("h", "later h")))
        d_c, f = d["kept"], logistic(quarters(p.W_x @ x + p.W_h @ states[-1][0] + p.b)[1])
        states.append(after)
    response = response + d_c @ dc_T
    delta, rest = response[: 4 * h * T].reshape(T, 4 * h), response[4 * h * T :]
    used = [state for state, _ in (states[:-1] if slip.state_used == "before" else states[1:])]
    found = {"W_x": delta.T @ X, "W_h": delta.T @ np.stack(used), "b": delta.sum(axis=0)}
    return found | {"a": delta, "X": delta @ p.W_x, "h_0": rest[:h], "c_0": rest[h:]}
