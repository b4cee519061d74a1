"""One step of RMSProp: the gradient divided by its running size."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.problem_sets.ps6._rmsprop import MISTAKES


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
        if name == "no ε":  # and large gradients, which nothing should clip
            grad, v = 50 * grad, 2500 * v
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


for _name, _sentence, _value in MISTAKES:
    exercise.slip(_name, _sentence, _value, SEE)
