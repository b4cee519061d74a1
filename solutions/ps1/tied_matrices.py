"""Answers to `tied_matrices`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("tied_matrices")


@bank.reference
def tied_matrices(W: np.ndarray, v: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    h = np.tanh(W @ x)
    z = np.tanh(W @ h)
    delta_1 = (1 - z**2) * v
    delta_2 = (1 - h**2) * (W.T @ delta_1)
    outer = np.outer(delta_1, h)
    inner = np.outer(delta_2, x)
    return outer, inner, outer + inner


@bank.right
def forward_mode(W: np.ndarray, v: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # A tangent for every entry of either matrix, and one for both at once.
    def slope(V_1: np.ndarray, V_2: np.ndarray) -> float:
        h = np.tanh(W @ x)
        dh = (V_2 @ x) / np.cosh(W @ x) ** 2
        return float(v @ ((V_1 @ h + W @ dh) / np.cosh(W @ h) ** 2))

    results = np.zeros((3, *W.shape))
    for i, j in np.ndindex(W.shape):
        E = np.zeros_like(W)
        E[i, j] = 1.0
        results[:, i, j] = slope(E, 0 * E), slope(0 * E, E), slope(E, E)
    return results[0], results[1], results[2]


@bank.right
def jacobian_products(
    W: np.ndarray, v: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # Row Jacobians times the third-order derivative of a product, summed by einsum.
    n = len(x)
    h = np.tanh(W @ x)
    row_1 = v @ np.diag(1 - np.tanh(W @ h) ** 2)
    row_2 = row_1 @ W @ np.diag(1 - h**2)
    eye = np.eye(n)
    outer = np.einsum("i,ij,k->jk", row_1, eye, h)
    inner = np.einsum("i,ij,k->jk", row_2, eye, x)
    return outer, inner, np.einsum("ui,uk->ik", np.stack([row_1, row_2]), np.stack([h, x]))


OUTER, INNER, BOTH = {"outer_use"}, {"inner_use"}, {"both_uses"}
ALL = OUTER | INNER | BOTH
bank.edit("transpose", "W.T @ delta_1", "W @ delta_1", loses=INNER | BOTH, slip="transpose")
bank.edit("matrix_missing", "(W.T @ delta_1)", "delta_1", loses=INNER | BOTH, slip="matrix_missing")
bank.edit(
    "slopes_missing",
    "(1 - z**2) * v\n    delta_2 = (1 - h**2) * (W.T @ delta_1)",
    "v\n    delta_2 = W.T @ delta_1",
    loses=ALL,
    slip="slope_missing",
)
bank.edit("outer_slope_left_out", "(1 - z**2) * v", "v", loses=ALL, slip="outer_slope_missing")
bank.edit(
    "inner_slope_left_out",
    "(1 - h**2) * (W.T @ delta_1)",
    "W.T @ delta_1",
    loses=INNER | BOTH,
    slip="inner_slope_missing",
)
bank.edit(
    "slopes_twice",
    "(1 - z**2) * v\n    delta_2 = (1 - h**2)",
    "(1 - z**2) ** 2 * v\n    delta_2 = (1 - h**2) ** 2",
    loses=ALL,
    slip="slope_twice",
)
bank.edit(
    "slopes_of_values",
    "(1 - z**2) * v\n    delta_2 = (1 - h**2)",
    "(1 - np.tanh(z) ** 2) * v\n    delta_2 = (1 - np.tanh(h) ** 2)",
    loses=ALL,
    slip="slope_of_value",
)
bank.edit(
    "slopes_exchanged",
    "(1 - z**2) * v\n    delta_2 = (1 - h**2)",
    "(1 - h**2) * v\n    delta_2 = (1 - z**2)",
    loses=ALL,
    slip="slopes_exchanged",
)
bank.edit(
    "values_after",
    "np.outer(delta_1, h)\n    inner = np.outer(delta_2, x)",
    "np.outer(delta_1, z)\n    inner = np.outer(delta_2, h)",
    loses=ALL,
    slip="value_after",
)
bank.edit(
    "input_for_both",
    "np.outer(delta_1, h)",
    "np.outer(delta_1, x)",
    loses=OUTER | BOTH,
    slip="input_for_hidden",
)
bank.edit(
    "hidden_for_both",
    "np.outer(delta_2, x)",
    "np.outer(delta_2, h)",
    loses=INNER | BOTH,
    slip="hidden_for_input",
)
bank.edit(
    "inner_forgotten", "np.outer(delta_2, x)", "np.zeros_like(W)", loses=INNER | BOTH, slip="inner_missing"
)
bank.edit("swapped", "return outer, inner,", "return inner, outer,", loses=OUTER | INNER, slip="swapped")
bank.edit("mean", "outer + inner", "(outer + inner) / 2", loses=BOTH, slip="mean")
bank.edit("only_the_last_use", "inner, outer + inner", "inner, outer", loses=BOTH, slip="outer_alone")
bank.edit("only_the_first_use", "inner, outer + inner", "inner, inner", loses=BOTH, slip="inner_alone")
bank.edit(
    "transposed",
    "    return outer, inner, outer + inner",
    "    return outer.T, inner.T, (outer + inner).T",
    loses=ALL,
    slip="transposed_results",
)
bank.edit(
    "outer_transposed",
    "np.outer(delta_1, h)",
    "np.outer(h, delta_1)",
    loses=OUTER | BOTH,
    slip="outer_transposed",
)
bank.edit(
    "inner_transposed",
    "np.outer(delta_2, x)",
    "np.outer(x, delta_2)",
    loses=INNER | BOTH,
    slip="inner_transposed",
)
bank.edit(
    "one_transposed_in_the_total",
    "outer + inner",
    "outer + inner.T",
    loses=BOTH,
    slip="transposed_in_the_total",
)
bank.edit("product", "outer + inner", "outer * inner", loses=BOTH, slip="product")
bank.edit(
    "argument_of_the_tanh",
    "np.outer(delta_1, h)",
    "np.outer(delta_1, W @ x)",
    loses=OUTER | BOTH,
    slip="argument_for_hidden",
)
bank.edit(
    "weights_sent_back", "W.T @ delta_1", "W.T @ v", loses=INNER | BOTH, slip="outer_slope_not_passed_on"
)
bank.edit(
    "slope_before_the_matrix",
    "(1 - h**2) * (W.T @ delta_1)",
    "W.T @ ((1 - h**2) * delta_1)",
    loses=INNER | BOTH,
    slip="slope_before_matrix",
)
bank.edit("outer_slope_twice", "(1 - z**2)", "(1 - z**2) ** 2", loses=ALL, slip="outer_slope_twice")
bank.edit("inner_slope_twice", "(1 - h**2)", "(1 - h**2) ** 2", loses=INNER | BOTH, slip="inner_slope_twice")
bank.edit("outer_slope_of_value", "1 - z**2", "1 - np.tanh(z) ** 2", loses=ALL, slip="outer_slope_of_state")
bank.edit(
    "inner_slope_of_value", "1 - h**2", "1 - np.tanh(h) ** 2", loses=INNER | BOTH, slip="inner_slope_of_state"
)
bank.edit("output_weights_missing", "(1 - z**2) * v", "1 - z**2", loses=ALL, slip="weights_missing")
bank.edit("sign", "(1 - z**2) * v", "(z**2 - 1) * v", loses=ALL, slip="sign")
bank.edit(
    "single_precision",
    "h = np.tanh(W @ x)",
    "h = np.tanh((W @ x).astype(np.float32))",
    loses=ALL,
    slip="precision",
)
bank.edit("total_in_place", "outer + inner", "np.add(outer, inner, out=W)", loses={"keeps"})
BOTH_LOST = {"outer_use", "inner_use", "both_uses"}
for _name, _old, _new, _loses, _slip in (  # of the table
    ("inner_not_squared", "(1 - h**2)", "(1 - h)", {"inner_use", "both_uses"}, "inner_slope_not_squared"),
    ("inner_slope_at_the_outer", "(1 - z**2)", "(1 - h**2)", BOTH_LOST, "outer_slope_of_the_inner"),
    ("inner_less_outer", "outer + inner", "inner - outer", {"both_uses"}, "total_minus_1_1"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
for _name, _old, _new, _loses, _slip in (  # of factors, reads, totals and forward passes
    ("outer_counted_twice_alone", "outer + inner", "2 * outer", {"both_uses"}, "total_2_0"),
    ("forward_without_inner_tanh", "h = np.tanh(W @ x)", "h = W @ x", BOTH_LOST, "forward_no_inner_tanh"),
    ("value_beside_the_slope", "(1 - z**2) * v", "(1 - z**2) * z * v", BOTH_LOST, "outer_with_z"),
    (
        "outer_reads_its_value",
        "np.outer(delta_1, h)",
        "np.outer(delta_1, z)",
        {"outer_use", "both_uses"},
        "outer_reads_z",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
