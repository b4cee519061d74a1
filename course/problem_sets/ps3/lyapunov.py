"""The rate at which a network's Jacobians grow or shrink: the right one, where eigenvalues are not."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts, seed_of
from course.judging import Run
from course.models import RNN, Array, rnn_forward
from course.oracles import STEP
from course.problem_sets.ps3 import _exact
from course.problem_sets.ps3._runs import known_product, open_inputs, with_a_gap


def lyapunov(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    """The growth rate per step of the Jacobian of the last state with respect to the first.

    Formula: λ = (1/T) ln s_max(∂h_T/∂h_0) = (1/T) ln s_max(J_T ⋯ J_1),  J_t = ∂h_t/∂h_{t-1},
             h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h).
    For T → ∞ this is the largest Lyapunov exponent. The product itself may be too large or too small for
    float64; λ never is.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d); T is up to two thousand.
        h_0: initial state, shape (h); h is up to 40.

    Returns:
        λ: the rate per step, with the natural logarithm; a number.
    """
    raise NotImplementedError("lyapunov: return λ")


exercise = Exercise(lyapunov, title="The growth rate of a gradient", chapter="6 norms", returns=("λ",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; a few; so many that the product underflows; and so many that it overflows."""
    drawn = []
    for name, T in (("T=1", 1), ("a few steps", 3), ("shrinking", 900), ("growing", 900)):
        h, d, q = sorted(draws.sizes(rng, 3), reverse=T == 3)  # many units: their product is not of rank one
        p, h_0 = draws.rnn(rng, d, h, q), draws.away_from_zero(rng, h)
        X = rng.normal(size=(T, d))
        if T > 100:
            radius = 0.004 if name == "shrinking" else 3.0  # beside it a constant added to a norm shows
            p = p._replace(W_hh=radius * with_a_gap(rng, h), W_hx=p.W_hx / 2)
            X = X if name == "shrinking" else open_inputs(rng, p, T, h_0)
        drawn.append(Case(name, (p, X, h_0)))
    return drawn


def jacobians(p: RNN, X: Array, h_0: Array) -> list[Array]:
    """J_1 … J_T by the complex step of the given forward pass, all steps at once."""
    H, h = rnn_forward(p, X, h_0)[0][:-1], len(h_0)
    moved = H[:, None, :] + 1j * STEP * np.eye(h)  # (T, h, h): unit j of the state before the step is moved
    after = np.tanh((X @ p.W_hx.T + p.b_h)[:, None, :] + moved @ p.W_hh.T)
    return list(np.imag(after).swapaxes(1, 2) / STEP)


def rate(factors: list[Array]) -> Parts:
    """The rate of the product of the factors, the first of them applied first; exact but for its reading."""
    return {"λ": np.asarray(_exact.product(factors[::-1])[1] / len(factors))}


@exercise.expects
def expected(p: RNN, X: Array, h_0: Array) -> Parts:
    """The Jacobians by the complex step, their product in whole numbers."""
    return rate(jacobians(p, X, h_0))


SEE = "Lyapunov exponents"
exercise.claim("one_step", "With one step λ is ln s_max(J_1).", on="T=1", points=1, see=SEE)
exercise.claim("a_few", "Over a few steps λ is right.", on="a few steps", points=2, see=SEE)
exercise.claim("shrinking", "It is right where the product underflows.", on="shrinking", points=1, see=SEE)
exercise.claim("growing", "It is right where the product overflows.", on="growing", points=1, see=SEE)


@exercise.check(
    "many_units",
    "It is right with 40 units over 800 steps.",
    points=1,
    see=SEE,
    after=("one_step", "a_few", "shrinking", "growing"),
)
def many_units(run: Run) -> None:
    """A network whose product is known beforehand."""
    args, right = known_product(np.random.default_rng(seed_of(*run.cases[0].args[-1].tolist())))
    case = Case("40 units, T=800", args)
    got = run.named(run.call(case), case)["λ"]
    if got.shape != ():
        run.fail(f"λ is not a number in the case {case.name}.")
    run.equal(got, right, "λ", case)


def altered(change: Callable[[Array, Array, Array], Array], p: RNN, X: Array, h_0: Array) -> Parts:
    """The rate with other factors: `change(W, h, before)` makes one from the weights and two states."""
    H = rnn_forward(p, X, h_0)[0]
    return rate([np.asarray(change(p.W_hh, h, b)) for h, b in zip(H[1:], H[:-1], strict=True)])


def read_otherwise(read: Callable[[list[Array]], float], *args: Any) -> Parts:
    """Another number from the right Jacobians."""
    return {"λ": np.asarray(read(jacobians(*args)))}


def of_product(number: Callable[[Array], float], factors: list[Array]) -> float:
    """(1/T) ln of another number of the product than its largest singular value."""
    P, s = _exact.product(factors[::-1])
    found = number(P)
    return (s + float(np.log(found))) / len(factors) if found > 0 else np.nan


def rate_of(factors: list[Array], steps: int) -> float:
    """(1/steps) ln s_max of the product of these factors; of none, 0."""
    return _exact.product(factors[::-1])[1] / steps if factors else 0.0


for _name, _sentence, _value in (
    ("first_missing", "The first Jacobian, ∂h_1/∂h_0, is missing.", lambda J: rate_of(J[1:], len(J))),
    ("last_missing", "The last Jacobian, ∂h_T/∂h_{T-1}, is missing.", lambda J: rate_of(J[:-1], len(J))),
    (
        "one_column",
        "It is the growth of one direction, the first unit's: s_max is that of the one that grows most.",
        partial(of_product, lambda P: float(np.linalg.norm(P[:, 0]))),
    ),
    (
        "mean_of_norms",
        "It is the mean of ln‖J_t‖ over the steps: that bounds the rate from above, and is not it.",
        lambda J: float(np.mean([np.log(np.linalg.norm(A, 2)) for A in J])),
    ),
    (
        "mean_of_radii",
        "It is the mean of ln ρ(J_t): eigenvalues of single factors say nothing about their product.",
        lambda J: float(np.mean([np.log(np.abs(np.linalg.eigvals(A)).max()) for A in J])),
    ),
    (
        "radius",
        "The spectral radius of the product stands where its largest singular value belongs.",
        partial(of_product, lambda P: float(np.abs(np.linalg.eigvals(P)).max())),
    ),
    (
        "frobenius",
        "The root of the sum of squares of the product stands where its largest singular value belongs.",
        partial(of_product, lambda P: float(np.linalg.norm(P))),
    ),
    (
        "not_per_step",
        "The logarithm is not divided by T: λ is a rate per step.",
        lambda J: _exact.product(J[::-1])[1],
    ),
    (
        "order",
        "The product stands in the wrong order: J_T, the latest, stands leftmost.",
        lambda J: _exact.product(J)[1] / len(J),
    ),
    (
        "base_10",
        "The logarithm is to base 10; the natural one is asked for.",
        lambda J: _exact.product(J[::-1])[1] / len(J) / float(np.log(10)),
    ),
    (
        "base_2",
        "The logarithm is to base 2; the natural one is asked for.",
        lambda J: _exact.product(J[::-1])[1] / len(J) / float(np.log(2)),
    ),
):
    exercise.slip(_name, _sentence, partial(read_otherwise, _value), SEE)

for _name, _sentence, _change in (
    ("slope_missing", "The slopes are missing: J_t is D_t W_hh, not W_hh.", lambda W, h, before: W),
    (
        "slope_of_state",
        "tanh′ is taken at h_t instead of a_t: as h_t is tanh(a_t) already, the slope is 1 − h_t².",
        lambda W, h, before: (1 - np.tanh(h) ** 2)[:, None] * W,
    ),
    (
        "slope_one_early",
        "The slope of step t is 1 − h_t², not 1 − h_{t-1}².",
        lambda W, h, before: (1 - before**2)[:, None] * W,
    ),
    (
        "columns_scaled",
        "The slopes multiply the columns of W_hh: in J_t = D_t W_hh they multiply its rows.",
        lambda W, h, before: W * (1 - h**2),
    ),
    ("transpose", "W_hhᵀ stands where W_hh belongs.", lambda W, h, before: (1 - h**2)[:, None] * W.T),
):
    exercise.slip(_name, _sentence, partial(altered, _change), "Products of different Jacobians")
