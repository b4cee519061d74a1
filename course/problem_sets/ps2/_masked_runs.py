"""Altered runs over a batch with padding: steps, what padding keeps, where it stands, starts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array, rnn_forward
from course.problem_sets.ps2._masked_laws import Mask

Step = Callable[..., Array]  # of p, X, t, H up to h_{t-1}, t counted from 1: the states (N, h)
Keep = Callable[..., Array]  # of the same: the states in the padding
Start = Callable[[Array], Array]


def argument(p: RNN, x: Array, h: Array) -> Array:
    """What tanh is taken of."""
    return np.asarray(x @ p.W_hx.T + h @ p.W_hh.T + p.b_h)


def run(mask: Mask, step: Step, keep: Keep, start: Start, p: RNN, X: Array, *rest: Array) -> Parts:
    """States by the rules given."""
    lengths, h_0 = rest
    H = [start(h_0)]
    for t in range(1, len(X) + 1):
        real = mask(t, lengths, len(X))[:, None]
        H.append(np.where(real, step(p, X, t, H), keep(p, X, t, H)))
    return {"H": np.stack(H)}


def of_argument(change: Callable[..., Array]) -> Step:
    """tanh of another argument: `change(p, x_t, h_{t-1})`."""
    return lambda p, X, t, H: np.tanh(change(p, X[t - 1], H[-1]))


def moved(p: RNN, X: Array, t: int, H: list[Array]) -> Array:
    """The step as it should be."""
    return np.tanh(argument(p, X[t - 1], H[-1]))


def kept(p: RNN, X: Array, t: int, H: list[Array]) -> Array:
    """The state as it is."""
    return H[-1]


def real(t: int, lengths: Array, T: int) -> Any:
    """The mask as it should be."""
    return t <= lengths


def unmasked(p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """Every sequence run to the end of the array, padding included."""
    return {"H": np.stack([rnn_forward(p, X[:, n], h_0[n])[0] for n in range(len(h_0))], axis=1)}


def zeroed(p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """The state multiplied by the mask."""
    H = unmasked(p, X, lengths, h_0)["H"]
    return {"H": H * (np.arange(len(H))[:, None] <= lengths)[:, :, None]}


STEPS: dict[str, tuple[str, Step]] = {
    "transposed_weights": (
        "W_hh is transposed",
        of_argument(lambda p, x, h: x @ p.W_hx.T + h @ p.W_hh + p.b_h),
    ),
    "bias_missing": ("b_h is missing", of_argument(lambda p, x, h: argument(p, x, h) - p.b_h)),
    "bias_twice": ("b_h is added twice", of_argument(lambda p, x, h: argument(p, x, h) + p.b_h)),
    "input_missing": ("W_hx x_t is missing", of_argument(lambda p, x, h: argument(p, 0 * x, h))),
    "state_missing": ("W_hh h_{t-1} is missing", of_argument(lambda p, x, h: argument(p, x, 0 * h))),
    "tanh_missing": ("tanh is missing", lambda p, X, t, H: argument(p, X[t - 1], H[-1])),
    "tanh_twice": ("tanh is taken twice", lambda p, X, t, H: np.tanh(moved(p, X, t, H))),
    "logistic": (
        "σ stands for tanh",
        lambda p, X, t, H: 0.5 + 0.5 * np.tanh(argument(p, X[t - 1], H[-1]) / 2),
    ),
    "input_before": ("x_{t-1} stands for x_t", lambda p, X, t, H: np.tanh(argument(p, X[t - 2], H[-1]))),
    "input_after": (
        "x_{t+1} stands for x_t",
        lambda p, X, t, H: np.tanh(argument(p, X[min(t, len(X) - 1)], H[-1])),
    ),
    "always_from_the_start": (
        "h_0 stands for h_{t-1}",
        lambda p, X, t, H: np.tanh(argument(p, X[t - 1], H[0])),
    ),
    "state_added": ("h_{t-1} is added as well", lambda p, X, t, H: moved(p, X, t, H) + H[-1]),
}
KEEPS: dict[str, tuple[str, Keep]] = {
    "back_to_the_start": ("is h_0 again", lambda p, X, t, H: H[0]),
    "back_to_the_first": ("is h_1", lambda p, X, t, H: H[min(1, len(H) - 1)]),
    "input_masked_only": (
        "runs on without input",
        of_argument(lambda p, x, h: argument(p, 0 * x, h)),
    ),
    "runs_on_by_inputs": ("runs on without W_hh h_{t-1}", of_argument(lambda p, x, h: argument(p, x, 0 * h))),
    "state_before_kept": ("is the state two steps before", lambda p, X, t, H: H[max(len(H) - 2, 0)]),
    "squashed": ("is tanh of the state before", lambda p, X, t, H: np.tanh(H[-1])),
}
MASKS: dict[str, tuple[str, Mask]] = {
    "padding_in_front": ("The padding is taken to stand in front", lambda t, lengths, T: t > T - lengths),
    "inverted": ("The mask is inverted", lambda t, lengths, T: t > lengths),
    "longest": (
        "Every sequence is taken to be as long as the longest",
        lambda t, lengths, T: t <= lengths.max() + 0 * lengths,
    ),
    "shortest": (
        "Every sequence is cut to the shortest",
        lambda t, lengths, T: t <= lengths.min() + 0 * lengths,
    ),
    "first_length": (
        "Every sequence gets the length of the first",
        lambda t, lengths, T: t <= lengths[0] + 0 * lengths,
    ),
    "lengths_reversed": ("The lengths stand in reverse order", lambda t, lengths, T: t <= lengths[::-1]),
    "complement": (
        "The lengths are taken for the number of padded steps",
        lambda t, lengths, T: t <= T - lengths,
    ),
    "exactly": ("Only step lengths[n] is taken for real", lambda t, lengths, T: np.equal(t, lengths)),
}
PREFIX: dict[str, Callable[[Array, int], Array]] = {
    "longest": lambda lengths, T: lengths.max() + 0 * lengths,
    "shortest": lambda lengths, T: lengths.min() + 0 * lengths,
    "first_length": lambda lengths, T: lengths[0] + 0 * lengths,
    "lengths_reversed": lambda lengths, T: lengths[::-1],
}
STARTS: dict[str, tuple[str, Start]] = {
    "zero": ("zero", lambda h_0: 0 * h_0),
    "shared": ("the first sequence's h_0 for all", lambda h_0: h_0[:1] + 0 * h_0),
    "last_shared": ("the last sequence's h_0 for all", lambda h_0: h_0[-1:] + 0 * h_0),
    "mean": ("the mean of the h_0 for all", lambda h_0: h_0.mean(axis=0) + 0 * h_0),
    "reversed": ("h_0 in reverse order", lambda h_0: h_0[::-1]),
    "squashed": ("tanh(h_0)", np.tanh),
}
