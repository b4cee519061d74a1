"""Answers to `scaled_activation`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("scaled_activation")


@bank.reference
def scaled_activation(
    z: np.ndarray, a: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    t = np.tanh(z)
    return a * t, dy * a * (1 - t**2), np.sum(dy * t, axis=0)


@bank.right
def by_the_hyperbolic_cosine(
    z: np.ndarray, a: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    e = np.exp(-2 * np.abs(z))
    t = np.sign(z) * (1 - e) / (1 + e)
    return t * a, dy * (4 * e / (1 + e) ** 2) * a[None, :], np.einsum("ni,ni->i", dy, t)


@bank.right
def example_by_example(
    z: np.ndarray, a: np.ndarray, dy: np.ndarray
) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    ys, dzs, da = [], [], np.zeros(len(a))
    for row, d in zip(z, dy, strict=True):
        t = np.tanh(row)
        D = np.diag(a * (1 - t) * (1 + t))
        ys.append(a * t)
        dzs.append(D.T @ d)
        da = da + np.diag(t) @ d
    return ys, dzs, da


@bank.right
def by_the_logistic_function(
    z: np.ndarray, a: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    s = np.where(
        z > 0,
        1 / (1 + np.exp(-2 * np.maximum(z, 0))),
        np.exp(2 * np.minimum(z, 0)) / (1 + np.exp(2 * np.minimum(z, 0))),
    )
    da = (dy.T @ (2 * s - 1)).diagonal()
    return a * (2 * s - 1), 4 * a * s * (1 - s) * dy, da


DZ, DA = "dy * a * (1 - t**2)", "np.sum(dy * t, axis=0)"
bank.edit("slope_of_output", DZ, "dy * a * (1 - (a * t) ** 2)", loses={"inputs"}, slip="slope_of_output")
bank.edit("gain_missing", DZ, "dy * (1 - t**2)", loses={"inputs"}, slip="gain_missing")
bank.edit("slope_missing", DZ, "dy * a", loses={"inputs"}, slip="slope_missing")
bank.edit("slope_twice", DZ, "dy * a * (1 - t**2) ** 2", loses={"inputs"}, slip="slope_twice")
bank.edit("slope_of_value", DZ, "dy * a * (1 - np.tanh(t) ** 2)", loses={"inputs"}, slip="slope_of_value")
bank.edit("tanh_by_division", DZ, "dy * a * (1 - (a * t / a) ** 2)", loses={"returns"})
bank.edit("slope_root", DZ, "dy * a * (1 - t)", loses={"inputs"})
bank.edit("gain_divides", DZ, "dy * (1 - t**2) / a", loses={"returns"})
bank.edit("gain_squared", DZ, "dy * a**2 * (1 - t**2)", loses={"inputs"})
bank.edit("dy_missing", DZ, "a * (1 - t**2)", loses={"inputs"})
bank.edit("output_in_da", DA, "np.sum(dy * a * t, axis=0)", loses={"gains"}, slip="gain_in_its_own_gradient")
bank.edit("last_example", DA, "(dy * t)[-1]", loses={"gains"}, slip="last_example")
bank.edit("mean_over_examples", DA, "np.mean(dy * t, axis=0)", loses={"gains"}, slip="factor_1/z.shape[0]@da")
bank.edit("inputs_in_da", DA, "np.sum(dy * z, axis=0)", loses={"gains"}, slip="argument_for_value")
bank.edit("slope_in_da", DA, "np.sum(dy * (1 - t**2), axis=0)", loses={"gains"})
bank.edit("one_gain_for_all", DA, "np.sum(dy * t)", loses={"returns"})
bank.edit("gain_inside", "t = np.tanh(z)", "t = np.tanh(a * z)", loses={"output", "inputs", "gains"})
bank.edit(
    "quotient_of_exponentials",
    "t = np.tanh(z)",
    "t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))",
    loses={"returns"},
)
bank.edit("clipped", "t = np.tanh(z)", "t = np.tanh(np.clip(z, -1, 1))", loses={"output", "inputs", "gains"})
bank.edit("in_place", "    t = np.tanh(z)", "    t = np.tanh(z, out=z)", loses={"keeps"})
bank.edit(
    "single_precision",
    "t = np.tanh(z)",
    "t = np.tanh(z).astype(np.float32)",
    loses={"output", "inputs", "gains"},
    slip="precision",
)
bank.edit("gain_inside_alone", "return a * t", "return np.tanh(a * z)", loses={"output"}, slip="gain_inside")
bank.edit("gradient_clipped", DZ, "np.clip(dy, -1, 1) * a * (1 - t**2)", loses={"inputs"})
