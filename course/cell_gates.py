"""Gates that may stand for an LSTM's forget gates in its direct path, by mistake: what is said, and which."""

from collections.abc import Callable

import numpy as np

from course.gated import logistic
from course.models import Array


def _within_units(join: Callable[..., Array]) -> Callable[[Array], Array]:
    return lambda F: np.broadcast_to(join(F, axis=1)[:, None], F.shape)


def _of_time(join: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda F: np.broadcast_to(join(F), F.shape)


GATES: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "1-f": ("1 − f stands for f, the share of c_{t-1} that is kept", lambda F: 1 - F),
    "f(1-f)": (
        "f (1 − f) stands for f: the gates are held fixed, and no slope is on the path",
        lambda F: F * (1 - F),
    ),
    "1-f^2": ("1 − f² stands for f: no tanh is on the path", lambda F: 1 - F**2),
    "sqrt": ("The root of f stands for f", np.sqrt),
    "cubed": ("Every gate enters three times: c_t has the factor f_t once", lambda F: F**3),
    "logistic": ("σ is taken of f, which is a gate already", logistic),
    "tanh": ("tanh is taken of f, which is a gate already", np.tanh),
    "log10": ("The sum of logarithms to base 10 is taken back by e^x", lambda F: F ** (1 / np.log(10))),
    "log2": ("The sum of logarithms to base 2 is taken back by e^x", lambda F: F ** (1 / np.log(2))),
    "exp10": ("The sum of natural logarithms is taken back by 10^x", lambda F: F ** np.log(10)),
    "exp2": ("The sum of natural logarithms is taken back by 2^x", lambda F: F ** np.log(2)),
    "reversed": ("The gates stand in reverse order", lambda F: F[::-1]),
    "last": ("f_T stands for every gate", _of_time(lambda F: F[-1])),
    "first": ("f_1 stands for every gate", _of_time(lambda F: F[0])),
    "mean_over_steps": ("The mean over the steps stands for every gate", _of_time(lambda F: F.mean(axis=0))),
    "product_over_units": ("The product of the gates of all units stands for each", _within_units(np.prod)),
    "most_over_units": ("The largest gate of all units stands for each", _within_units(np.max)),
    "least_over_units": ("The smallest gate of all units stands for each", _within_units(np.min)),
    "shut_skipped": ("A gate of 0 is left out: nothing passes it", lambda F: np.where(F == 0, 1.0, F)),
    "last_open": (
        "f_T is left out, and the others stand one step late",
        lambda F: np.vstack([F[1:], 0 * F[:1] + 1]),
    ),
    "first_open": (
        "f_T is left out, and the others stand one step early",
        lambda F: np.vstack([0 * F[:1] + 1, F[:-1]]),
    ),
    "one_early_first_twice": (
        "f_T is left out, and f_1 stands twice, the others one step early",
        lambda F: np.vstack([F[:1], F[:-1]]),
    ),
}
