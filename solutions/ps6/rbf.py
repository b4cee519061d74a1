"""Answers to `rbf`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("rbf")


@bank.reference
def rbf(
    x: np.ndarray, c: np.ndarray, width: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    apart = x - c
    squared = np.sum(apart**2, axis=1)
    y = np.exp(-squared / (2 * width**2))
    weight = dy * y / width**2
    dc = weight[:, None] * apart
    return y, -dc.sum(axis=0), dc, dy * y * squared / width**3


@bank.right
def unit_by_unit(
    x: np.ndarray, c: np.ndarray, width: np.ndarray, dy: np.ndarray
) -> tuple[list[float], np.ndarray, list[np.ndarray], list[float]]:
    ys, dx, dcs, dwidths = [], np.zeros(len(x)), [], []
    for c_j, w, d in zip(c, width, dy, strict=True):
        r = np.linalg.norm((x - c_j) / w)
        y = np.exp(-r * r / 2)
        step = d * y * (c_j - x) / w / w
        dx = dx + step
        ys.append(float(y))
        dcs.append(-step)
        dwidths.append(float(d * y * r * r / w))
    return ys, dx, dcs, dwidths


@bank.right
def backward_through_each_operation(
    x: np.ndarray, c: np.ndarray, width: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    scaled = (x[None, :] - c) / width[:, None]
    squares = scaled * scaled
    total = squares @ np.ones(len(x))
    y = np.exp(-0.5 * total)
    dtotal = -0.5 * y * dy
    dscaled = 2 * scaled * np.outer(dtotal, np.ones(len(x)))
    dapart = dscaled / width[:, None]
    dwidth = -np.einsum("jk,jk->j", dscaled, scaled) / width
    return y, np.ones(len(width)) @ dapart, -dapart, dwidth


@bank.right
def by_jacobians(
    x: np.ndarray, c: np.ndarray, width: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    squared = [float((x - p) @ (x - p)) for p in c]
    y = np.array([np.exp(-s / 2 / w / w) for s, w in zip(squared, width, strict=True)])
    J = np.diag(y / width**2) @ (c - x)
    dc = np.stack([-d * row for d, row in zip(dy, J, strict=True)])
    return y, J.T @ dy, dc, np.diag(y * squared / width**3) @ dy


ALL = {"inputs", "centres"}
RETURN = "return y, -dc.sum(axis=0), dc, dy * y * squared / width**3"
bank.edit("sign_exchanged", "apart = x - c", "apart = c - x", loses=ALL, slip="exchanged")
bank.edit("width_once", "weight = dy * y / width**2", "weight = dy * y / width", loses=ALL, slip="width_once")
bank.edit("width_missing", "weight = dy * y / width**2", "weight = dy * y", loses=ALL, slip="width_missing")
bank.edit("width_squared", "squared / width**3", "squared / width**2", loses={"widths"}, slip="width_squared")
bank.edit(
    "distance_once",
    "y * squared / width**3",
    "y * np.sqrt(squared) / width**3",
    loses={"widths"},
    slip="distance_once",
)
bank.edit(
    "response_missing",
    "weight = dy * y / width**2",
    "weight = dy / width**2",
    loses=ALL,
    slip="response_missing",
)
bank.edit("last_unit", "-dc.sum(axis=0)", "-dc[-1]", loses={"inputs"}, slip="last_unit")
bank.edit(
    "mean_over_units", "-dc.sum(axis=0)", "-dc.mean(axis=0)", loses={"inputs"}, slip="factor_1/c.shape[0]@dx"
)
bank.edit("plus_in_dx", "-dc.sum(axis=0)", "dc.sum(axis=0)", loses={"inputs"}, slip="sign@dx")
bank.edit("minus_in_dwidth", "dy * y * squared", "-dy * y * squared", loses={"widths"}, slip="sign@dwidth")
bank.edit(
    "two_forgotten",
    "weight = dy * y / width**2",
    "weight = 2 * dy * y / width**2",
    loses=ALL,
    slip="twice@dx+dc",
)
bank.edit("no_half", "(2 * width**2)", "width**2", loses={"responses", "widths", *ALL}, slip="half_missing")
bank.edit(
    "distance_itself",
    "np.exp(-squared /",
    "np.exp(-np.sqrt(squared) /",
    loses={"responses", "widths", *ALL},
    slip="response_to_distance",
)
bank.edit("dy_missing", "weight = dy * y", "weight = y", loses=ALL)
bank.edit(
    "by_the_logarithm", "dy * y * squared / width**3", "-2 * dy * y * np.log(y) / width", loses={"returns"}
)
bank.edit("sum_over_the_wrong_axis", "-dc.sum(axis=0), dc", "-dc.sum(axis=1), dc", loses={"returns"})
bank.edit("in_place", "apart = x - c", "c *= -1\n    c += x\n    apart = c", loses={"keeps"})
bank.edit(
    "single_precision",
    "    weight",
    "    y = y.astype(np.float32).astype(float)\n    weight",
    loses={"responses", "widths", *ALL},
    slip="precision",
)
bank.edit(
    "width_itself",
    "(2 * width**2)",
    "(2 * width)",
    loses={"responses", "widths", *ALL},
    slip="response_to_width",
)
bank.edit(
    "density",
    "    weight =",
    "    y = y / (np.sqrt(2 * np.pi) * width)\n    weight =",
    loses={"responses", "widths", *ALL},
    slip="density",
)
bank.edit(
    "squares_first",
    "np.sum(apart**2, axis=1)",
    "x @ x - 2 * c @ x + np.sum(c**2, axis=1)",
    loses={"responses", "widths", *ALL},
    slip="precision",
)
bank.edit(
    "exponent_clipped",
    "np.exp(-squared / (2 * width**2))",
    "np.exp(np.maximum(-squared / (2 * width**2), -500))",
    loses={"responses"},
)
bank.edit(
    "eps_in_the_width",
    "(2 * width**2)",
    "(2 * width**2 + 1e-12)",
    loses={"responses", "widths", *ALL},
    slip="precision",
)
bank.edit(
    "clipped", "    weight = dy", "    dy = np.clip(dy, -1, 1)\n    weight = dy", loses={"widths", *ALL}
)
bank.edit(  # two mistakes, of which one has a name
    "density_and_width_squared",
    "    weight = dy * y / width**2\n    dc = weight[:, None] * apart\n"
    "    return y, -dc.sum(axis=0), dc, dy * y * squared / width**3",
    "    y = y / (np.sqrt(2 * np.pi) * width)\n    weight = dy * y / width**2\n"
    "    dc = weight[:, None] * apart\n    return y, -dc.sum(axis=0), dc, dy * y * squared / width**2",
    loses={"responses", "widths", *ALL},
)
