"""Layer normalisation, forward and backward."""

from functools import partial

import numpy as np

from course import draws
from course.compare import difference
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.large import large_layer
from course.models import Array
from course.problem_sets.ps6._layer_norm import (
    HELD,
    SPREADS,
    altered,
    by_their_values,
    gradients,
    normalised,
    over_the_batch,
)
from course.problem_sets.ps6._layer_norm_table import SLIPS
from course.recognise.slips import flows
from course.recognise.tables import listed


def layer_norm(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Layer normalisation of a batch, forward, and the gradients of a loss behind it.

    Formula: for each row x of X, with μ the mean of its entries and v the mean of (x_i − μ)²,
             y_i = gain_i (x_i − μ) / √(v + ε) + bias_i. The loss L depends on Y, and ∂L/∂Y = dY is given.

    A row may lie as far from zero as ±1000 with a spread of only 0.0005; six digits are enough there. All
    entries of a row may be equal: ε keeps the result finite.

    Args:
        X: one example a row, shape (N, d).
        gain: shape (d).
        bias: shape (d).
        eps: ε > 0.
        dY: ∂L/∂Y, shape (N, d).

    Returns:
        Y: shape (N, d).
        dX: ∂L/∂X, shape (N, d).
        dgain: ∂L/∂gain, shape (d).
        dbias: ∂L/∂bias, shape (d).

    Source: Ba, Kiros & Hinton, "Layer normalization" (2016).
    """
    raise NotImplementedError("layer_norm: return Y, dX, dgain, dbias")


NAMES = ("Y", "dX", "dgain", "dbias")
exercise = Exercise(layer_norm, title="Layer normalisation", chapter="12 saturation", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One row; several; one with equal entries among them; rows far from zero."""
    drawn = []
    for name, (N, d) in (
        ("one row", (1, 5)),
        ("several", (3, 4)),
        ("equal entries", (2, 3)),
        ("±1000", (5, 8)),
    ):
        X = rng.normal(size=(N, d)) * rng.uniform(0.5, 2.0, size=(N, 1)) + rng.normal(size=(N, 1))
        if name == "equal entries":
            X[1] = 0.75
        if name == "±1000":  # so many binary places that sums are exact and squares are not
            far = rng.permutation(np.resize([-1000.0, 1000.0], N))[:, None]  # no column is nearly constant
            X = far + np.round(rng.normal(size=(N, d)) * 2**25) / 2**36
        gain, bias = draws.away_from_zero(rng, d), draws.away_from_zero(rng, d)
        eps = float(rng.uniform(1e-3, 1e-2) * (1e-6 if name == "±1000" else 1.0))
        size = draws.LARGE if name == "several" else 1.0  # a gradient that nothing should clip
        drawn.append(Case(name, (X, gain, bias, eps, size * draws.away_from_zero(rng, N, d))))
    return drawn


@exercise.expects
def expected(X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> Parts:
    """The complex step of the formula."""
    return gradients(normalised, X, gain, bias, eps, dY)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """A thousand rows of a hundred entries."""
    X, dY = rng.normal(size=(1000, 100)), rng.normal(size=(1000, 100))
    inputs = {"dX": X, "dgain": rng.normal(size=100), "dbias": rng.normal(size=100)}
    args = (*inputs.values(), 1e-3, dY)
    return large_layer(rng, "1000 rows", args, partial(normalised, 1e-3), inputs, dY, "Y")


SEE = "Normalising before a saturating unit"
exercise.claim("output", "Y is right.", parts=("Y",), but="±1000", points=1, see=SEE)
exercise.claim("one_row", "With one row every gradient is right.", on="one row", points=1, see=SEE)
exercise.claim(
    "inputs",
    "∂L/∂X is right: μ and v depend on X as well.",
    parts=("dX",),
    but="±1000",
    points=2,
    see=SEE,
)
exercise.claim(
    "parameters",
    "∂L/∂gain and ∂L/∂bias are right: every row adds to them.",
    parts=("dgain", "dbias"),
    but="±1000",
    points=1,
    see=SEE,
)


@exercise.check("far", "Far from zero all results are right to six digits.", points=1, see=SEE)
def far(run: Run) -> None:
    """A difference of squares keeps three there; rounding a mean costs no more than seven of sixteen."""
    for case in run.on("±1000"):
        got = run.parts(case)
        for name, right in run.expected(case).items():
            gap = difference(got[name], right, 1e-6)
            if gap is not None:
                run.fail(
                    f"{name} is not right in the case {case.name}. "
                    "A small difference of large numbers loses its digits: where does one stand in yours?",
                    str(gap),
                )


for _name, _sentence, _output in HELD:
    exercise.slip(_name, _sentence, partial(altered, _output, ("dX",)), SEE)
for _name, _sentence, _other in SPREADS:
    _flows = flows(partial(gradients, _other), partial(by_their_values, _other))
    exercise.slip(_name, _sentence, partial(altered, _other, ("Y",)), SEE, _flows)
exercise.slip(
    "batch",
    "Columns are normalised, as batch normalisation does; here each row is, by itself.",
    partial(altered, over_the_batch, ("Y", "dX")),
    SEE,
    flows(partial(gradients, over_the_batch)),
)
exercise.slip(
    "gain_last",
    "In ∂L/∂X the gain multiplies the result; it belongs to dY, before the means over the row are taken.",
    lambda X, gain, bias, eps, dY: {"dX": gain * expected(X, np.ones_like(gain), bias, eps, dY)["dX"]},
    SEE,
)
exercise.slip(
    "spread_missing_in_the_gain",
    "∂L/∂gain holds the centred entries; they should be divided by √(v + ε) as well.",
    lambda X, gain, bias, eps, dY: {"dgain": np.sum(dY * (X - X.mean(axis=1, keepdims=True)), axis=0)},
    SEE,
)
exercise.slip(
    "inputs_in_the_gain",
    "∂L/∂gain holds X where it should hold the normalised entries.",
    lambda X, gain, bias, eps, dY: {"dgain": np.sum(dY * X, axis=0)},
    SEE,
)
exercise.slip(
    "gain_missing",
    "The gain is missing in ∂L/∂X: what reaches the normalised entries is dY ⊙ gain.",
    lambda X, gain, bias, eps, dY: {"dX": expected(X, np.ones_like(gain), bias, eps, dY)["dX"]},
    SEE,
)
exercise.slip(
    "bias_in_the_gain",
    "∂L/∂gain holds Y where it should hold the normalised entries, without gain and bias.",
    lambda X, gain, bias, eps, dY: {"dgain": np.sum(dY * normalised(eps, X, gain, bias), axis=0)},
    SEE,
)
exercise.table = listed(SLIPS, SEE)
