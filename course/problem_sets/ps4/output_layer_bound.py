"""A bound on the gradient of the output layer that is known before any pass."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws
from course.compare import difference
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.problem_sets.ps4._output_layer import of_network, reach, steepest


def output_layer_bound(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    """A bound on ‖∂L/∂W_qh‖ that needs no pass through the network: only norms, and the size of the state.

    The network is o_t = W_qh h_t + b_q with L = (1/T) Σ_t ½‖o_t − y_t‖², and every entry of every state h_t
    lies in [−1, 1], as tanh makes it. Nothing else is known: no inputs, no W_hh, no states.

    The bound has to be one, and to say something:
      holds   ‖∂L/∂W_qh‖ (Frobenius) <= bound for all states h_1 … h_T in [−1, 1]^h;
      close   bound <= 4 · reach in the cases of the check, where
              reach = (1/T) Σ_t max_v ‖(W_qh v + b_q − y_t) vᵀ‖ over v in [−1, 1]^h:
              the mean of the largest norms that the steps can give one by one.
    The maximum has 2^h candidates, and h may be 64: do not look for it, bound it.

    Args:
        W_qh: output weights, shape (q, h).
        b_q: output bias, shape (q).
        Y: targets, shape (T, q).
        h: the number of hidden units.

    Returns:
        bound: a number.
    """
    raise NotImplementedError("output_layer_bound: return the bound")


exercise = Exercise(
    output_layer_bound, title="A bound before any pass", chapter="9 clipping", returns=("bound",)
)

KNOWN = ((3, 5, "targets like −b_q"), (12, 64, "many units"), (25, 6, "no weights"), (6, 36, "no errors"))
CLOSE = 4.0
ROUNDING = 1e-9


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Random layers; then layers for which the largest gradient is known: W_qh = u signsᵀ, b_q − y_t ∥ u."""
    drawn = []
    for T, name in ((1, "T=1"), (7, "random")):
        q, h = draws.sizes(rng, 2, T)
        W, b = rng.normal(size=(q, h)), draws.away_from_zero(rng, q)
        W[:, 0] *= 0.1  # entries of a row that are far apart
        drawn.append(Case(name, (W, b, rng.normal(size=(T, q)), h)))
    for T, h, name in KNOWN:
        (q,) = draws.sizes(rng, 1, T, h)
        u, signs = rng.uniform(0.5, 1.0, size=q), rng.choice([-1.0, 1.0], size=h)
        beta = h * rng.uniform(0.8, 1.2, size=T)
        b = draws.away_from_zero(rng, q)
        if name == "targets like −b_q":
            b = beta.mean() / 2 * u
        else:
            beta *= np.where(np.arange(T) % 2, -1, 1)
        beta = 0 * beta if name == "no errors" else beta
        W = np.outer(u, signs) * (name != "no weights")
        drawn.append(Case(name, (W, b, b - beta[:, None] * u, h)))
    return drawn


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"bound": ()}


SEE = "Must the output layer be clipped?"


@exercise.check("holds", "No network has a larger gradient.", points=3, see=SEE)
def holds(run: Run) -> None:
    """Corners of the cube, and networks drawn at random whose states come near to them."""
    for case in run.cases:
        bound, (W_qh, b_q, Y, h) = float(run.parts(case)["bound"]), case.args
        found = max(steepest(W_qh, b_q, Y, h), *[of_network(W_qh, b_q, Y, h, seed) for seed in range(4)])
        if bound < found * (1 - ROUNDING):
            run.fail(
                f"There are states with a larger gradient in the case {case.name}.",
                f"Your bound {bound:.10g}, the gradient {found:.10g}",
            )


@exercise.check("close", "It is at most four times the reach.", points=2, see=SEE)
def close(run: Run) -> None:
    """Not a number that is large enough for anything."""
    for case in run.cases:
        bound, largest = float(run.parts(case)["bound"]), reach(*case.args)
        if bound > CLOSE * largest * (1 + ROUNDING):
            run.fail(
                f"The bound is more than four times the reach in the case {case.name}.",
                f"Your bound {bound:.10g}, the reach {largest:.10g}",
            )


def between(bare: float, tight: float, W_qh: Array, b_q: Array, Y: Array, h: int) -> tuple[float, float]:
    """The reach, with b_q − y_t multiplied by `bare` and W_qh by `tight`; and the largest of any like layer.

    Like it are layers whose weights and errors have the same norms; one output and equal weights go
    furthest. Where the largest gradient is known, so does the layer itself.
    """
    W, D = tight * W_qh, bare * (b_q - Y)
    even = np.full((1, h), np.sqrt(np.sum(W**2) / h))
    errors = np.sqrt(np.sum(D**2, axis=1, keepdims=True))
    return reach(W, 0 * b_q, -D, h), reach(even, np.zeros(1), -errors, h)


Factors = Callable[[Array, int], tuple[float, float]]  # from Y and h to `bare` and `tight`


def wrong_by(factors: Factors, W_qh: Array, b_q: Array, Y: Array, h: int) -> Parts:
    """The reach with these factors, where the largest gradient is known."""
    low, high = between(*factors(Y, h), W_qh, b_q, Y, h)
    return {"bound": np.array(high)} if difference(np.array(low), np.array(high)) is None else {}


def as_wrong_elsewhere(
    factors: Factors, name: str, got: Parts, W_qh: Array, b_q: Array, Y: Array, h: int
) -> bool:
    """Whether the bound lies between the two."""
    low, high = between(*factors(Y, h), W_qh, b_q, Y, h)
    return bool(low * (1 - ROUNDING) <= got[name] <= high * (1 + ROUNDING))


def roots(bare: int, tight: int) -> Factors:
    """Powers of √h."""
    return lambda Y, h: (h ** (bare / 2), h ** (tight / 2))


for _name, _sentence, _factors in (
    (
        "state_of_norm_one",
        "The state is taken to have norm 1: h entries in [−1, 1] can have the norm √h.",
        roots(-1, -1),
    ),
    (
        "output_of_norm_one",
        "W_qh is taken to act on a state of norm 1: that state too can have the norm √h.",
        roots(0, -1),
    ),
    ("h_for_its_root", "The norm of a state is taken as h: it is at most √h.", roots(1, 1)),
    (
        "h_in_the_output",
        "In the output error the norm of a state is taken as h: it is at most √h.",
        roots(0, 1),
    ),
    (
        "sum_for_mean",
        "The steps are added: L is a mean over T steps, and so is its gradient.",
        lambda Y, h: (len(Y), len(Y)),
    ),
):
    exercise.slip(_name, _sentence, partial(wrong_by, _factors), SEE, partial(as_wrong_elsewhere, _factors))
