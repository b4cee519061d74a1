"""Answers to `is_gradient`."""

import numpy as np

from course.grader.bank import Bank
from course.practice import gradient, value

bank = Bank("is_gradient")


@bank.reference
def is_gradient(name: str, x: np.ndarray) -> bool:
    eps = 1e-30
    slopes = np.array([np.imag(value(name, x + 1j * eps * e)) / eps for e in np.eye(len(x))])
    error = np.abs(gradient(name, x) - slopes)
    return bool(np.max(error) < 1e-7 * np.max(np.abs(slopes)))


@bank.right
def random_complex_directions(name: str, x: np.ndarray) -> bool:
    # The slope along several random directions says it all, with probability one.
    rng = np.random.default_rng(314159)
    g = gradient(name, x)
    for u in rng.normal(size=(8, len(x))):
        slope = np.imag(value(name, x + 1e-40j * u)) * 1e40
        if abs(slope - g @ u) > 3e-8 * np.linalg.norm(g):
            return False
    return True


@bank.right
def polynomial_fit(name: str, x: np.ndarray) -> bool:
    # f along an axis, sampled at Chebyshev points and fitted by a cubic: its linear coefficient.
    g = gradient(name, x)
    nodes = np.cos(np.pi * (np.arange(9) + 0.5) / 9)
    slopes = []
    for e in np.eye(len(x)):
        values = np.array([value(name, x + n * e) for n in nodes])
        slopes.append(np.polynomial.polynomial.polyfit(nodes, values - values.mean(), 3)[1])
    return bool(np.abs(g - slopes).max() <= 2e-7 * np.abs(g).max())


EVERY = {"right", "scales", "factor", "one_entry", "sideways", "small_scale", "millionths"}
REFUSALS = EVERY - {"right", "scales"}
TEST = "np.max(error) < 1e-7 * np.max(np.abs(slopes))"
bank.edit("loose", "1e-7 *", "1e-4 *", loses={"millionths"}, slip="loose")
bank.edit("very_loose", "1e-7 *", "1e-2 *", loses={"millionths", "one_entry"}, slip="very_loose")
bank.edit("absolute", " * np.max(np.abs(slopes))", "", loses={"small_scale"}, slip="absolute")
bank.edit(
    "one_direction",
    TEST,
    "abs(np.sum(gradient(name, x) - slopes)) < 1e-7 * np.max(np.abs(slopes))",
    loses={"sideways"},
    slip="one_direction",
)
bank.edit("accepts_everything", TEST, "True", loses=REFUSALS, slip="accepts_all")
bank.edit("inverted", TEST, f"not {TEST}", loses=EVERY, slip="inverted")
bank.edit("refuses_everything", TEST, "False", loses={"right", "scales"}, slip="refuses_all")
bank.edit(
    "allclose",
    TEST,
    "np.allclose(gradient(name, x), slopes)",
    loses={"small_scale", "millionths"},
    slip="allclose",
)
bank.edit("first_entry", "np.max(error)", "error[0]", loses={"one_entry"}, slip="an_entry")
bank.edit("median_entry", "np.max(error)", "np.median(error)", loses={"one_entry", "sideways"})
bank.edit(
    "largest_difference",
    "np.max(error)",
    "np.max(gradient(name, x) - slopes)",
    loses={"factor"},
    slip="above_only",
)
bank.edit(
    "along_x",
    TEST,
    "abs(np.sum((gradient(name, x) - slopes) * x)) < 1e-7 * np.max(np.abs(slopes))",
    loses={"sideways"},
    slip="direction_of_x",
)
bank.edit("too_strict", "1e-7 *", "0 *", loses={"right", "scales"}, slip="refuses_all")
bank.edit("step_never_divided", " / eps for", " for", loses={"right", "scales"}, slip="refuses_all")
bank.edit(
    "sizes_only",
    "np.abs(gradient(name, x) - slopes)",
    "np.abs(np.abs(gradient(name, x)) - np.abs(slopes))",
    loses={"factor", "small_scale"},
    slip="sizes",
)
bank.edit(
    "lengths_compared",
    TEST,
    "abs(np.linalg.norm(gradient(name, x)) - np.linalg.norm(slopes)) < 1e-7 * np.max(np.abs(slopes))",
    loses={"factor", "small_scale"},
    slip="sizes",
)
bank.edit(
    "point_rounded", "    eps = 1e-30\n", "    eps = 1e-30\n    x[:] = np.round(x, 3)\n", loses={"keeps"}
)


@bank.wrong(loses={"scales"}, slip="differences")
def central_difference(name: str, x: np.ndarray) -> bool:
    g = gradient(name, x)
    slopes = [(value(name, x + 1e-6 * e) - value(name, x - 1e-6 * e)) / 2e-6 for e in np.eye(len(x))]
    return bool(np.max(np.abs(g - slopes)) < 1e-6 * np.max(np.abs(g)))


@bank.wrong(loses={"scales", "millionths"})
def forward_difference(name: str, x: np.ndarray) -> bool:
    g = gradient(name, x)
    slopes = [(value(name, x + 1e-8 * e) - value(name, x)) / 1e-8 for e in np.eye(len(x))]
    return bool(np.max(np.abs(g - slopes)) < 1e-5 * np.max(np.abs(g)))
