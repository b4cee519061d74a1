"""Answers to `layer_norm`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("layer_norm")


@bank.reference
def layer_norm(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    centred = X - X.mean(axis=1, keepdims=True)
    root = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    normed = centred / root
    d = dY * gain
    along = (d * normed).mean(axis=1, keepdims=True)
    dX = (d - d.mean(axis=1, keepdims=True) - normed * along) / root
    return normed * gain + bias, dX, (dY * normed).sum(axis=0), dY.sum(axis=0)


@bank.right
def step_by_step(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    # Every intermediate value has its own gradient.
    n = X.shape[1]
    mu = X.sum(axis=1) / n
    centred = X - mu[:, None]
    v = np.einsum("ij,ij->i", centred, centred) / n
    factor = (v + eps) ** -0.5
    dgain = np.einsum("ij,ij,i->j", dY, centred, factor)
    dnormed = dY * gain[None, :]
    dfactor = np.einsum("ij,ij->i", dnormed, centred)
    dv = -0.5 * dfactor * factor**3
    dcentred = dnormed * factor[:, None] + 2 / n * dv[:, None] * centred
    dmu = -dcentred.sum(axis=1)
    dX = dcentred + dmu[:, None] / n
    return gain * (centred * factor[:, None]) + bias, dX, dgain, np.ones(len(X)) @ dY


@bank.right
def by_jacobians(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    d = X.shape[1]
    Y, dX, dgain = np.zeros(X.shape), np.zeros(X.shape), np.zeros(d)
    C = np.eye(d) - np.full((d, d), 1 / d)
    for n in range(len(X)):
        u = X[n] - np.mean(X[n])
        s = np.sqrt(np.dot(u, u) / d + eps)
        J = np.diag(gain) @ (C / s - np.outer(u, u) / (d * s**3))
        Y[n] = gain * u / s + bias
        dX[n] = J.T @ dY[n]
        dgain += dY[n] * u / s
    return Y, dX, dgain, dY.sum(0)


@bank.right
def with_numpys_variance(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = X.shape[1]
    root = np.sqrt(np.var(X, axis=-1) + eps).reshape(-1, 1)
    normed = (X - np.mean(X, axis=-1).reshape(-1, 1)) / root
    g = gain * dY
    total, dot = g.sum(axis=1)[:, None], (g * normed).sum(axis=1)[:, None]
    dX = (n * g - total - normed * dot) / (n * root)
    return bias + gain * normed, dX, np.diag(dY.T @ normed), dY.T @ np.ones(len(X))


OUT, DX, PAR, FAR = "output", "inputs", "parameters", "far"
D, ROOT = (
    "(d - d.mean(axis=1, keepdims=True) - normed * along) / root",
    "(centred**2).mean(axis=1, keepdims=True) + eps",
)
RETURN = "(dY * normed).sum(axis=0), dY.sum(axis=0)"
bank.edit(
    "sum_of_squares",
    "(centred**2).mean",
    "(centred**2).sum",
    loses={"far", "inputs", "one_row", "output", "parameters"},
    slip="values_of_sums",
)
bank.edit(
    "eps_of_its_own",
    " + eps)",
    " + 1e-5)",
    loses={"far", "inputs", "one_row", "output", "parameters"},
    slip="eps_fixed",
)
bank.edit(
    "normed_alone",
    "return normed * gain + bias",
    "return normed",
    loses={"far", "one_row", "output"},
    slip="output_alone",
)

bank.edit(
    "mean_held", D, "(d - normed * (along - 0 * d)) / root", loses={"one_row", DX, FAR}, slip="mean_held"
)
bank.edit(
    "spread_held",
    D,
    "(d - d.mean(axis=1, keepdims=True)) / root",
    loses={"one_row", DX, FAR},
    slip="spread_held",
)
bank.edit("both_held", D, "d / root", loses={"one_row", DX, FAR}, slip="both_held")
bank.edit(
    "not_divided",
    D,
    "d - d.mean(axis=1, keepdims=True) - normed * along",
    loses={"one_row", DX, FAR},
    slip="over_root_missing",
)
bank.edit("sum_along", "(d * normed).mean", "(d * normed).sum", loses={"one_row", DX, FAR}, slip="spread_sum")
bank.edit(
    "along_dY",
    "along = (d * normed)",
    "along = (dY * normed)",
    loses={"one_row", DX, FAR},
    slip="gain_missing_in_the_spread",
)
bank.edit("gain_missing", "d = dY * gain", "d = dY", loses={"one_row", DX, FAR}, slip="gain_missing")
bank.edit(
    "gain_last",
    D,
    "gain * (dY - dY.mean(1, keepdims=True) - normed * (dY * normed).mean(1, keepdims=True)) / root",
    loses={"one_row", DX, FAR},
    slip="gain_last",
)
bank.edit(
    "sign_of_the_spread",
    "- normed * along",
    "+ normed * along",
    loses={"one_row", DX, FAR},
    slip="spread_turned",
)
bank.edit(
    "output_along",
    "- normed * along",
    "- (normed * gain + bias) * along",
    loses={"one_row", DX, FAR},
    slip="spread_behind_of_outputs",
)
bank.edit(
    "bias_in_the_gain",
    "(dY * normed).sum(axis=0)",
    "(dY * (normed * gain + bias)).sum(axis=0)",
    loses={"one_row", PAR, FAR},
    slip="bias_in_the_gain",
)
bank.edit(
    "mean_over_rows", "dY.sum(axis=0)", "dY.mean(axis=0)", loses={PAR, FAR}, slip="factor_1/X.shape[0]@dbias"
)
bank.edit(
    "gain_in_dbias",
    ", dY.sum(axis=0)",
    ", d.sum(axis=0)",
    loses={"one_row", PAR, FAR},
    slip="gain_in_the_bias",
)
bank.edit("sums_over_units", RETURN, "(dY * normed).sum(axis=1), dY.sum(axis=1)", loses={"returns"})
bank.edit(
    "eps_outside",
    f"np.sqrt({ROOT})",
    "np.sqrt((centred**2).mean(axis=1, keepdims=True)) + eps",
    loses={"one_row", OUT, DX, PAR, FAR},
    slip="eps_outside",
)
bank.edit("eps_missing", " + eps", "", loses={"returns"})
bank.edit(
    "squares_first",
    "(centred**2).mean(axis=1, keepdims=True)",
    "(X**2).mean(axis=1, keepdims=True) - X.mean(axis=1, keepdims=True) ** 2",
    loses={FAR},
)
bank.edit(
    "single_precision",
    "    along",
    "    normed = normed.astype(np.float32)\n    along",
    loses={"one_row", OUT, DX, PAR},
    slip="precision",
)
bank.edit(
    "centred_in_place", "    centred = X - X.mean", "    centred = X\n    centred -= X.mean", loses={"keeps"}
)


bank.edit(
    "unbiased_forward_alone",
    "(centred**2).mean(axis=1, keepdims=True)",
    "X.var(axis=1, ddof=1, keepdims=True)",
    loses={"one_row", OUT, DX, PAR, FAR},
    slip="unbiased",
)


@bank.wrong(loses={"one_row", OUT, DX, PAR, FAR}, slip="unbiased")
def unbiased(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = X.shape[1]
    std = np.sqrt(X.var(axis=1, ddof=1, keepdims=True) + eps)
    centred = X - X.mean(axis=1, keepdims=True)
    g = dY * gain
    dX = (g - g.mean(axis=1, keepdims=True)) / std - centred * (g * centred).sum(axis=1, keepdims=True) / (
        n - 1
    ) / std**3
    return gain * centred / std + bias, dX, (dY * centred / std).sum(axis=0), dY.sum(axis=0)


@bank.wrong(loses={"one_row", OUT, DX, PAR, FAR}, slip="batch")
def over_the_batch(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    std = np.sqrt(X.var(axis=0) + eps)
    normed = (X - X.mean(axis=0)) / std
    g = dY * gain
    dX = (g - g.mean(axis=0) - normed * (g * normed).mean(axis=0)) / std
    return gain * normed + bias, dX, (dY * normed).sum(axis=0), dY.sum(axis=0)


@bank.wrong(loses={OUT, DX, PAR, FAR}, slip="values_of_the_batch")
def over_everything(
    X: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float, dY: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    std = np.sqrt(X.var() + eps)
    normed = (X - X.mean()) / std
    g = dY * gain
    dX = (g - g.mean() - normed * (g * normed).mean()) / std
    return gain * normed + bias, dX, (dY * normed).sum(axis=0), dY.sum(axis=0)


bank.edit(
    "root_missing", f"np.sqrt({ROOT})", f"({ROOT})", loses={OUT, "one_row", DX, PAR, FAR}, slip="root_missing"
)
bank.edit(
    "spread_missing_in_the_gain",
    "(dY * normed).sum(axis=0)",
    "(dY * centred).sum(axis=0)",
    loses={"one_row", PAR, FAR},
    slip="spread_missing_in_the_gain",
)
bank.edit(
    "inputs_in_the_gain",
    "(dY * normed).sum(axis=0)",
    "(dY * X).sum(axis=0)",
    loses={"one_row", PAR, FAR},
    slip="inputs_in_the_gain",
)
bank.edit("clipped", "d = dY * gain", "d = np.clip(dY, -1, 1) * gain", loses={DX})
bank.edit(  # two mistakes, of which one has a name
    "mean_held_and_gain_in_its_own_gradient",
    "(d - d.mean(axis=1, keepdims=True) - normed * along) / root\n"
    "    return normed * gain + bias, dX, (dY * normed)",
    "(d - normed * along) / root\n    return normed * gain + bias, dX, (d * normed)",
    loses={"one_row", DX, PAR, FAR},
)
X_LOST = {"one_row", "inputs", "far"}
for _name, _old, _new, _loses, _slip in (  # of the table
    ("sum_for_mean_of_d", "(d - d.mean(", "(d - d.sum(", X_LOST, "mean_sum"),
    ("root_twice", "along) / root", "along) / root**2", X_LOST, "over_root_twice"),
    (
        "gain_in_dgain",
        "(dY * normed).sum",
        "(d * normed).sum",
        {"one_row", "parameters", "far"},
        "gain_in_its_gradient",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
for _name, _old, _new, _loses, _slip in (  # of the ways, and of other values
    (
        "divided_by_the_rows",
        "(d - d.mean(axis=1, keepdims=True) - normed * along) / root",
        "(d * len(X) - X.shape[1] * (d.mean(axis=1, keepdims=True) + normed * along)) / root / len(X)",
        X_LOST,
        "way_both_by_batch",
    ),
    ("entries_missing_behind_the_mean", "normed * along", "along", X_LOST, "spread_without_entries"),
    (
        "gain_after_the_bias",
        "normed * gain + bias",
        "(normed + bias) * gain",
        {"output", "one_row", "far"},
        "output_gain_last",
    ),
    (
        "not_centred",
        "normed = centred / root",
        "normed = X / root",
        {"output", "one_row", "inputs", "parameters", "far"},
        "values_not_centred",
    ),
    (
        "means_over_columns",
        "(d - d.mean(axis=1, keepdims=True) - normed * along)",
        "(d - d.mean(axis=0) - normed * (d * normed).mean(axis=0))",
        X_LOST,
        "columns_both",
    ),
    (
        "never_centred",
        "centred = X - X.mean(axis=1, keepdims=True)",
        "centred = X",
        {"output", "one_row", "inputs", "parameters", "far"},
        "values_of_mean_squares",
    ),
    ("epsilon_twice", "- normed * along) / root", "- normed * along) / (root + eps)", X_LOST, "final_eps"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
