"""One step of RMSProp: the gradient divided by its running size."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array


def rmsprop_step(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of RMSProp, for every entry by itself.

    Formula: v' = β v + (1 − β) g²,  w' = w − η g / (√v' + ε).  Here g is `grad` and η is `lr`. ε stands
             outside the root, and nothing corrects for the start.

    Args:
        w: weights, any shape.
        grad: the gradient g, the shape of w.
        v: the running mean of the squared gradient, the shape of w; zeros at first.
        lr: the rate η > 0.
        beta: β, 0 ≤ β < 1.
        eps: ε ≥ 0; it is 0 only where v' is not.

    Returns:
        w: the new weights w'.
        v: the new running mean v'.

    Source: Tieleman & Hinton, "Lecture 6.5 - RMSProp" (2012), in the form of torch.optim.RMSprop.
    """
    raise NotImplementedError("rmsprop_step: return w, v")


NAMES = ("w", "v")
exercise = Exercise(rmsprop_step, title="Dividing by a running size", chapter="13 optimizers", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """The first step; a later one; one with a large ε; some gradients of zero; no ε at all."""
    drawn = []
    for name in ("first step", "later", "large ε", "zeros", "no ε"):
        shape = tuple(draws.sizes(rng, 2))
        w, grad = draws.away_from_zero(rng, *shape), rng.normal(size=shape)
        v = rng.uniform(0.1, 3.0, size=shape)
        eps = {"large ε": float(rng.uniform(0.2, 0.6)), "no ε": 0.0}.get(name, float(rng.uniform(1e-3, 1e-2)))
        if name == "first step":
            v = 0 * v
        if name == "zeros":
            grad[0], v[0, 0] = 0.0, 0.0
        drawn.append(
            Case(name, (w, grad, v, float(rng.uniform(0.05, 0.2)), float(rng.uniform(0.55, 0.9)), eps))
        )
    return drawn


@exercise.shaped
def shapes(w: Array, *others: object) -> dict[str, tuple[int, ...]]:
    """Both like w."""
    return dict.fromkeys(NAMES, w.shape)


SEE = "Dividing by a running size"


@exercise.check("mean", "The running mean moves towards g², as far as β says.", points=2, see=SEE)
def mean(run: Run) -> None:
    """Its distance from g² shrinks by the factor β."""
    for case in run.cases:
        _, grad, v, _, beta, _ = case.args
        run.equal(run.parts(case)["v"] - grad**2, beta * (v - grad**2), "v, less g²,", case)


def distances(case: Case, got: Parts) -> tuple[Array, Array]:
    """How far each weight has moved, times √v' + ε; and the gradient times the rate."""
    w, grad, _, lr, _, eps = case.args
    return (w - got["w"]) * (np.sqrt(np.maximum(got["v"], 0)) + eps), lr * grad


@exercise.check("step", "The step, with your running mean, is right.", points=2, see=SEE)
def step(run: Run) -> None:
    """w − w', times what it was divided by, is η g."""
    for case in run.cases:
        got, want = distances(case, run.parts(case))
        run.equal(got, want, "(w − w')(√v' + ε)", case)


SCALE = 2.0**-40


@exercise.check(
    "scale_law",
    "Without ε the size of the gradients does not matter.",
    points=1,
    see="Scale invariance and its loss",
)
def scale_law(run: Run) -> None:
    """Gradients times 2^−40, means times 2^−80: the same weights. And with ε, if it is scaled too."""
    for name in ("no ε", "later"):
        for case in run.on(name):
            w, grad, v, lr, beta, eps = case.args
            smaller = Case("gradients of 1e-12", (w, SCALE * grad, SCALE**2 * v, lr, beta, SCALE * eps))
            got, want = run.named(run.call(smaller), smaller), run.parts(case)
            run.equal(got["w"], want["w"], "w, with all gradients (and ε) times 2^−40,", case)
            run.equal(got["v"] / SCALE**2, want["v"], "v, divided by 2^−80,", case)


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


for _name, _sentence, _mean, _size in (
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
        "moduli",
        "The running mean is of |g|; it should be of g².",
        lambda v, g, b: b * v + (1 - b) * np.abs(g),
        root_and_eps,
    ),
):
    exercise.slip(_name, _sentence, partial(altered, _mean, _size), SEE)


def by_the_old_mean(w: Array, grad: Array, v: Array, lr: float, beta: float, eps: float) -> Parts:
    """The gradient divided by the size before."""
    with np.errstate(all="ignore"):
        return {"w": w - lr * grad / root_and_eps(v, eps), "v": running(v, grad, beta)}


def corrected(w: Array, grad: Array, v: Array, lr: float, beta: float, eps: float) -> Parts:
    """The mean corrected for its start at 0, as if this were the first step."""
    new = running(v, grad, beta)
    return {"w": w - lr * grad / root_and_eps(new / (1 - beta), eps), "v": new}


exercise.slip(
    "old_mean",
    "The step is divided by the old running mean; the new one belongs there.",
    by_the_old_mean,
    SEE,
)
exercise.slip(
    "corrected",
    "The running mean is divided by 1 − β, as Adam does at the start; here nothing is corrected.",
    corrected,
    SEE,
)
exercise.slip(
    "uphill",
    "The weights move uphill: the step is subtracted.",
    lambda w, grad, *others: {"w": 2 * w - altered(running, root_and_eps, w, grad, *others)["w"]},
    SEE,
)
