"""One step of SMORMS3: how much of the past counts, and how far to go, without a human."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array
from course.problem_sets.ps6._smorms3 import MISTAKES


def smorms3_step(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One step of SMORMS3, for every entry by itself.

    Formula: r = 1/(mem + 1),  g' = (1 − r) g + r grad,  g2' = (1 − r) g2 + r grad²,  x = g'²/(g2' + ε),
             w' = w − min(η, x) grad/(√g2' + ε),  mem' = 1 + mem (1 − x).  Here η is `lr`, the largest rate.

    Args:
        w: weights, any shape.
        grad: the gradient, the shape of w.
        mem: about how many gradients are remembered, the shape of w, at least 1; ones at first.
        g: the running mean of the gradient, the shape of w; zeros at first.
        g2: the running mean of the squared gradient, the shape of w; zeros at first.
        lr: η > 0.
        eps: ε ≥ 0; it is 0 only where g2' is not.

    Returns:
        w: the new weights w'.
        mem: mem'.
        g: g'.
        g2: g2'.

    Source: Funk, "RMSprop loses to SMORMS3 - Beware the Epsilon!" (2015).
    """
    raise NotImplementedError("smorms3_step: return w, mem, g, g2")


NAMES = ("w", "mem", "g", "g2")
exercise = Exercise(smorms3_step, title="Steps without a human", chapter="13 optimizers", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """The first step; a later one; a large ε; some gradients of zero; no ε at all."""
    drawn = []
    for name in ("first step", "later", "large ε", "zeros", "no ε"):
        shape = tuple(draws.sizes(rng, 2))
        w, grad = draws.away_from_zero(rng, *shape), draws.away_from_zero(rng, *shape)
        mem, lr = rng.uniform(1.5, 9.0, size=shape), float(rng.uniform(0.2, 0.3))
        g = 0.6 * draws.away_from_zero(rng, *shape)
        g2 = g**2 + rng.uniform(0.02, 0.3, size=shape)
        g.flat[0], g.flat[1] = 0.7 * np.sign(grad.flat[0]), -grad.flat[1] / mem.flat[1]  # far over η; x = 0
        g2.flat[0] = 0.5
        eps = {"large ε": float(rng.uniform(0.05, 0.1)), "no ε": 0.0}.get(
            name, float(rng.uniform(1e-3, 1e-2))
        )
        if name == "first step":
            mem, g, g2 = np.ones(shape), np.zeros(shape), np.zeros(shape)
        if name == "no ε":  # and large gradients, which nothing should clip
            grad, g, g2 = 50 * grad, 50 * g, 2500 * g2
        if name == "zeros":
            grad[0], g[0, 0], g2[0, 0] = 0.0, 0.0, 0.0
        drawn.append(Case(name, (w, grad, mem, g, g2, lr, eps)))
    return drawn


@exercise.shaped
def shapes(w: Array, *others: object) -> dict[str, tuple[int, ...]]:
    """All like w."""
    return dict.fromkeys(NAMES, w.shape)


SEE = "Steps without a human"


@exercise.check(
    "means", "Both means weigh the old one mem times as much as the new entry.", points=2, see=SEE
)
def means(run: Run) -> None:
    """(mem + 1) g' = mem g + grad, and the same for squares."""
    for case in run.cases:
        _, grad, mem, g, g2, _, _ = case.args
        got = run.parts(case)
        run.equal((mem + 1) * got["g"], mem * g + grad, "(mem + 1) g", case)
        run.equal((mem + 1) * got["g2"], mem * g2 + grad**2, "(mem + 1) g2", case)


@exercise.check("memory", "mem, with your means, is right.", points=2, see=SEE)
def memory(run: Run) -> None:
    """(mem' − 1)(g2' + ε) = mem (g2' + ε − g'²)."""
    for case in run.cases:
        mem, eps, got = case.args[2], case.args[6], run.parts(case)
        size = got["g2"] + eps
        run.equal((got["mem"] - 1) * size, mem * (size - got["g"] ** 2), "(mem' − 1)(g2' + ε)", case)


@exercise.check("step", "The step, with your means, is right.", points=2, see=SEE)
def step(run: Run) -> None:
    """How far each weight has moved, times √g2' + ε: no further than η grad, nor than x grad."""
    for case in run.cases:
        w, grad, lr, eps, got = case.args[0], case.args[1], case.args[5], case.args[6], run.parts(case)
        moved = (w - got["w"]) * (np.sqrt(np.maximum(got["g2"], 0)) + eps)
        share = got["g"] ** 2 / (got["g2"] + eps)
        run.equal(moved, grad * np.minimum(lr, share), "(w − w')(√g2' + ε)", case)


SCALE = 2.0**-40


@exercise.check(
    "scale_law",
    "Without ε the size of the gradients does not matter.",
    points=1,
    see="Scale invariance and its loss",
)
def scale_law(run: Run) -> None:
    """Gradients times 2^−40, squares times 2^−80: the same weights and memory."""
    for case in run.on("no ε"):
        w, grad, mem, g, g2, lr, eps = case.args
        smaller = Case("gradients of 1e-12", (w, SCALE * grad, mem, SCALE * g, SCALE**2 * g2, lr, eps))
        got, want = run.named(run.call(smaller), smaller), run.parts(case)
        for name, factor in (("w", 1.0), ("mem", 1.0), ("g", SCALE), ("g2", SCALE**2)):
            run.equal(got[name] / factor, want[name], f"{name}, with all gradients times 2^−40,", case)


for _name, _sentence, _value in MISTAKES:
    exercise.slip(_name, _sentence, _value, SEE)
