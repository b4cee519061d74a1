"""RMSProp with one part of its rule altered."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array

Mean = Callable[[Array, Array, float], Array]
Size = Callable[[Array, float], Array]


def altered(
    mean: Mean, size: Size, w: Array, grad: Array, v: Array, lr: float, beta: float, eps: float
) -> Parts:
    """A step with another mean, or another size to divide by."""
    new = mean(v, grad, beta)
    with np.errstate(all="ignore"):
        return {"w": w - lr * grad / size(new, eps), "v": new}


def running(v: Array, grad: Array, beta: float) -> Array:
    """The running mean of squares."""
    return beta * v + (1 - beta) * grad**2


def root_and_eps(v: Array, eps: float) -> Array:
    """Its root, and ε."""
    return np.sqrt(v) + eps


def by_the_old_mean(w: Array, grad: Array, v: Array, lr: float, beta: float, eps: float) -> Parts:
    """The gradient divided by the size before."""
    with np.errstate(all="ignore"):
        return {"w": w - lr * grad / root_and_eps(v, eps), "v": running(v, grad, beta)}


def corrected(w: Array, grad: Array, v: Array, lr: float, beta: float, eps: float) -> Parts:
    """The mean corrected for its start at 0, as if this were the first step."""
    new = running(v, grad, beta)
    return {"w": w - lr * grad / root_and_eps(new / (1 - beta), eps), "v": new}


def uphill(right: Parts, w: Array) -> Parts:
    """The step added."""
    return right | {"w": 2 * w - right["w"]}


MISTAKES: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (name, sentence, partial(altered, mean, size))
        for name, sentence, mean, size in (
            (
                "eps_inside",
                "ε stands under the root; here it is added to the root.",
                running,
                lambda v, e: np.sqrt(v + e),
            ),
            ("no_root", "The root of the running mean is missing.", running, lambda v, e: v + e),
            (
                "weights_exchanged",
                "β and 1 − β are exchanged: β is what the old mean keeps.",
                lambda v, g, b: running(v, g, 1 - b),
                root_and_eps,
            ),
            (
                "sum",
                "The squares are summed up: the new one has the weight 1 − β.",
                lambda v, g, b: b * v + g**2,
                root_and_eps,
            ),
            (
                "sum_of_all",
                "All squares are summed up, and nothing is forgotten: the old mean keeps the weight β.",
                lambda v, g, b: v + g**2,
                root_and_eps,
            ),
            (
                "moduli",
                "The running mean is of |g|; it should be of g².",
                lambda v, g, b: b * v + (1 - b) * np.abs(g),
                root_and_eps,
            ),
        )
    ],
    (
        "old_mean",
        "The step is divided by the old running mean; the new one belongs there.",
        by_the_old_mean,
    ),
    (
        "corrected",
        "The running mean is divided by 1 − β, as Adam does at the start; here nothing is corrected.",
        corrected,
    ),
    (
        "rate_missing",
        "The rate η is missing in the step.",
        lambda w, grad, v, lr, beta, eps: altered(running, root_and_eps, w, grad, v, 1.0, beta, eps),
    ),
    (
        "mean_not_handed_on",
        "v comes back as it was: what is handed on is the new running mean.",
        lambda w, grad, v, *others: altered(running, root_and_eps, w, grad, v, *others) | {"v": v},
    ),
    (
        "uphill",
        "The weights move uphill: the step is subtracted.",
        lambda *args: uphill(altered(running, root_and_eps, *args), args[0]),
    ),
)
