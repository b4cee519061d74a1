"""What a mistake returns that mixes the sequences of a batch on the way back."""

from collections.abc import Callable

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.recognise.sequences import basis

Mix = Callable[[Array], Array]  # of states (…, B, h)


def mixed(mix: Mix, W_hx: Array, W_hh: Array, b_h: Array, X: Array, h_0: Array, dH: Array) -> Parts:
    """The gradients, if what goes back from h_t to h_{t-1} is `mix` of the batch at every step.

    All directions of one argument are carried forwards at once, through the mix.
    """
    H = [h_0]
    for x in X:
        H.append(np.tanh(x @ W_hx.T + H[-1] @ W_hh.T + b_h))
    still = np.zeros((1, *h_0.shape))
    moves: dict[str, tuple[Array, Callable[[int, Array], Array]]] = {
        "W_hx": (W_hx, lambda t, moved: X[t] @ moved.swapaxes(1, 2)),
        "W_hh": (W_hh, lambda t, moved: H[t] @ moved.swapaxes(1, 2)),
        "b_h": (b_h, lambda t, moved: moved[:, None]),
        "X": (X, lambda t, moved: moved[:, t] @ W_hx.T),
        "h_0": (h_0, lambda t, moved: still),
    }
    found = {}
    for name, (at, entering) in moves.items():
        moved = basis(*at.shape)
        tangent, total = moved if name == "h_0" else still, np.zeros(len(moved))
        for t, weight in enumerate(dH):
            tangent = (1 - H[t + 1] ** 2) * (entering(t, moved) + mix(tangent) @ W_hh.T)
            total += np.sum(weight * tangent, axis=(1, 2))
        found[name] = total.reshape(at.shape)
    return found
