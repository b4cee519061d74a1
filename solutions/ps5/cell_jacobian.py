"""Answers to `cell_jacobian`."""

import numpy as np

from course import LSTM, lstm_step
from course.grader.bank import Bank

bank = Bank("cell_jacobian")


@bank.reference
def cell_jacobian(p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> np.ndarray:
    a_i, a_f, a_g, a_o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
    W_i, W_f, W_g, W_o = np.split(p.W_h, 4)
    i, f, o = [1 / (1 + np.exp(-a)) for a in (a_i, a_f, a_o)]
    g = np.tanh(a_g)
    y = np.tanh(f * c + i * g)
    read = o * (1 - y**2)
    by_i = (g * i * (1 - i))[:, None] * W_i
    by_f = (c * f * (1 - f))[:, None] * W_f
    by_g = (i * (1 - g**2))[:, None] * W_g
    by_o = (y * o * (1 - o))[:, None] * W_o
    cell = by_i + by_f + by_g
    state = by_o + read[:, None] * cell
    return np.block([[state, np.diag(read * f)], [cell, np.diag(f)]])


@bank.right
def two_matrices(p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> np.ndarray:
    # Through (a, c): first all that acts unit by unit, then W_h.
    n = len(h)
    a = (p.W_x @ x + p.W_h @ h + p.b).reshape(4, n)
    s, g, zero = 0.5 + 0.5 * np.tanh(a / 2), np.tanh(a[2]), np.zeros(n)
    slope = s * (1 - s)
    after, cell = lstm_step(p, x, h, c)
    by_cell = np.hstack([np.diag(v) for v in (g * slope[0], c * slope[1], s[0] * (1 - g**2), zero, s[1])])
    by_state = np.diag(s[3] - after * np.tanh(cell)) @ by_cell
    by_state[:, 3 * n : 4 * n] += np.diag(np.tanh(cell) * slope[3])
    first = np.vstack([np.hstack([p.W_h, np.zeros((4 * n, n))]), np.eye(2 * n)[n:]])
    J: np.ndarray = np.vstack([by_state, by_cell]) @ first
    return J


@bank.right
def rows_backward(p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> np.ndarray:
    # Every row is a backward pass from one entry of (h_t, c_t).
    n = len(h)
    z = p.W_x @ x + p.W_h @ h + p.b
    i, f, o = (1 / (1 + np.exp(-z[k : k + n])) for k in (0, n, 3 * n))
    g = np.tanh(z[2 * n : 3 * n])
    cell = f * c + i * g
    rows = []
    for e in np.eye(2 * n):
        dh, dc = e[:n], e[n:]
        dc = dc + dh * o / np.cosh(cell) ** 2
        parts = (
            dc * g * i * (1 - i),
            dc * c * f * (1 - f),
            dc * i * (1 - g**2),
            dh * np.tanh(cell) * o * (1 - o),
        )
        rows.append(np.append(np.concatenate(parts) @ p.W_h, dc * f))
    return np.array(rows)


@bank.right
def columns_forward(p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> np.ndarray:
    # Every column is a tangent that goes through the step.
    n = len(h)
    z = p.W_x @ x + p.W_h @ h + p.b
    i, f, g, o = np.split(z, 4)
    i, f, o = (np.exp(v) / (1 + np.exp(v)) for v in (i, f, o))
    g = np.tanh(g)
    y = np.tanh(f * c + i * g)
    J = np.zeros((2 * n, 2 * n))
    for j in range(2 * n):
        dh, dc = (np.arange(n) == j) * 1.0, (np.arange(n) + n == j) * 1.0
        di, df, dg, do = np.split(p.W_h @ dh, 4)
        late = f * dc + c * (f - f**2) * df + g * (i - i**2) * di + i * (1 - g**2) * dg
        J[:n, j] = (o - o**2) * do * y + o * (1 - y**2) * late
        J[n:, j] = late
    return J


CELL, STATE = {"cell_from_state"}, {"state_from_state"}
GATED = CELL | STATE
READ = {"state_from_cell", "state_from_state"}
BY_I, BY_F, BY_G, BY_O = "g * i * (1 - i)", "c * f * (1 - f)", "i * (1 - g**2)", "y * o * (1 - o)"
for _name, _slope in (
    ("slope_missing", "{} * 1"),
    ("slope_is_value", "{0} * {1}"),
    ("slope_squashed", "{0} * (1 / (1 + np.exp(-{1})) * (1 - 1 / (1 + np.exp(-{1}))))"),
    ("slope_of_tanh_at_gates", "{0} * (1 - {1}**2)"),
):
    _i, _f, _o = _slope.format("g", "i"), _slope.format("c", "f"), _slope.format("y", "o")
    _at = _name.removesuffix("_at_gates") + "_at_{}"
    _alone = "input_slope_missing" if _name == "slope_missing" else _at.format("i")
    bank.edit(f"{_name}_at_i", BY_I, _i, loses=GATED, slip=_alone)
    bank.edit(f"{_name}_at_i_and_f", BY_F, _f, of=f"{_name}_at_i", loses=GATED, slip=_at.format("i_and_f"))
    if _name != "slope_missing":
        bank.edit(_at.format("f"), BY_F, _f, loses=GATED, slip=_at.format("f"))
    if _name not in ("slope_missing", "slope_of_tanh_at_gates"):
        bank.edit(_at.format("o"), BY_O, _o, loses=STATE, slip=_at.format("o"))
    bank.edit(_name, BY_O, _o, of=f"{_name}_at_i_and_f", loses=GATED, slip=_name)
bank.edit("forget_slope_missing", BY_F, "c", loses=GATED, slip="forget_slope_missing")
bank.edit("output_slope_missing", BY_O, "y", loses=STATE, slip="output_slope_missing")
bank.edit("slopes_missing", BY_G, "i", of="slope_missing", loses=GATED, slip="slopes_missing")
bank.edit("candidate_slope_missing", BY_G, "i", loses=GATED, slip="candidate_slope_missing")
bank.edit(
    "candidate_slope_squashed",
    BY_G,
    "i * (1 - np.tanh(g) ** 2)",
    loses=GATED,
    slip="candidate_slope_squashed",
)
bank.edit("candidate_slope_logistic", BY_G, "i * g * (1 - g)", loses=GATED, slip="candidate_slope_logistic")
bank.edit("output_gate_missing", "o * (1 - y**2)", "1 - y**2", loses=READ, slip="output_gate_missing")
bank.edit("cell_slope_missing", "o * (1 - y**2)", "o", loses=READ, slip="cell_slope_missing")
bank.edit("cell_slope_before", "(1 - y**2)", "(1 - np.tanh(c) ** 2)", loses=READ, slip="cell_slope_before")
bank.edit(
    "cell_slope_squashed", "(1 - y**2)", "(1 - np.tanh(y) ** 2)", loses=READ, slip="cell_slope_squashed"
)
bank.edit("state_to_cell_missing", "o * (1 - y**2)", "0 * y", loses=READ, slip="state_to_cell_missing")
bank.edit(
    "cell_not_gated",
    "np.diag(read * f)], [cell, np.diag(f)]",
    "np.diag(read)], [cell, np.eye(len(h))]",
    loses={"cell_from_cell", "state_from_cell"},
    slip="cell_not_gated",
)
bank.edit("cell_after", BY_F, "(f * c + i * g) * f * (1 - f)", loses=GATED, slip="cell_after")
bank.edit(
    "factors_swapped",
    "    cell = by_i",
    "    by_i, by_g = (i * i * (1 - i))[:, None] * W_i, (g * (1 - g**2))[:, None] * W_g\n    cell = by_i",
    loses=GATED,
    slip="factors_swapped",
)
bank.edit("output_factor", BY_O, "(f * c + i * g) * o * (1 - o)", loses=STATE, slip="output_factor")
bank.edit(
    "transpose", "np.split(p.W_h, 4)", "(W.T for W in np.split(p.W_h, 4))", loses=GATED, slip="transpose"
)
bank.edit(
    "state_read_without_i", "cell = by_i + by_f", "cell = by_f", loses=GATED, slip="state_read_without_i"
)
bank.edit(
    "state_read_without_f", "cell = by_i + by_f", "cell = by_i", loses=GATED, slip="state_read_without_f"
)
bank.edit("state_read_without_g", " + by_g\n", "\n", loses=GATED, slip="state_read_without_g")
bank.edit("state_read_without_o", "by_o + read", "read", loses=STATE, slip="state_read_without_o")
bank.edit(
    "gates_held_fixed",
    "[[state, np.diag(read * f)], [cell,",
    "[[0 * state, np.diag(read * f)], [0 * cell,",
    loses=GATED,
    slip="gates_held_fixed",
)
RESULT = "[[state, np.diag(read * f)], [cell, np.diag(f)]]"
EVERY = {*GATED, "cell_from_cell", "state_from_cell"}
bank.edit(
    "cell_first", RESULT, "[[np.diag(f), cell], [np.diag(read * f), state]]", loses=EVERY, slip="cell_first"
)
bank.edit(
    "rows_exchanged",
    RESULT,
    "[[cell, np.diag(f)], [state, np.diag(read * f)]]",
    loses=EVERY,
    slip="rows_exchanged",
)
bank.edit(
    "blocks_transposed",
    RESULT,
    "[[state, cell], [np.diag(read * f), np.diag(f)]]",
    loses={"cell_from_state", "state_from_cell"},
    slip="blocks_transposed",
)
bank.edit(
    "columns_exchanged",
    RESULT,
    "[[np.diag(read * f), state], [np.diag(f), cell]]",
    loses=EVERY,
    slip="columns_exchanged",
)
bank.edit(
    "transposed",
    f"np.block({RESULT})",
    f"np.block({RESULT}).T",
    loses=EVERY - {"cell_from_cell"},
    slip="transposed",
)
for _gate, _factor in zip("ifgo", (BY_I, BY_F, BY_G, BY_O), strict=True):
    bank.edit(
        "rows_for_columns" if _gate == "f" else f"rows_for_columns_at_{_gate}",
        f"({_factor})[:, None] * W_{_gate}",
        f"{_factor} * W_{_gate}",
        loses=STATE if _gate == "o" else GATED,
        slip=f"columns_scaled_at_{_gate}",
    )
bank.edit(
    "output_gate_through_the_cell",
    "by_i + by_f + by_g",
    "by_i + by_f + by_g + by_o",
    loses=GATED,
    slip="output_gate_moves_the_cell",
)
bank.edit(
    "output_gate_in_the_cell's_block",
    "[cell, np.diag(f)]",
    "[cell + by_o, np.diag(f)]",
    loses=CELL,
    slip="output_gate_moves_the_cell",
)
bank.edit(
    "through_the_cell_alone",
    "by_o + read[:, None] * cell",
    "by_o + cell",
    loses=STATE,
    slip="through_the_cell_ungated",
)
bank.edit(
    "state_ungated",
    "np.diag(read * f)]",
    "np.diag(read)]",
    loses={"state_from_cell"},
    slip="cell_to_state_ungated",
)
bank.edit(
    "diagonal_forgotten",
    "np.diag(read * f)]",
    "read * f * np.ones_like(W_f)]",
    loses={"state_from_cell"},
    slip="cell_to_state_full",
)
bank.edit(
    "rows_repeated",
    "np.diag(f)]]",
    "np.repeat(f[:, None], len(h), axis=1)]]",
    loses={"cell_from_cell"},
    slip="cell_to_cell_full",
)
bank.edit(
    "state_held_fixed",
    "np.diag(read * f)]",
    "0 * W_f]",
    loses={"state_from_cell"},
    slip="cell_to_state_missing",
)
bank.edit(
    "a_full_block", "np.diag(f)]]", "np.outer(f, f)]]", loses={"cell_from_cell"}, slip="cell_to_cell_full"
)
bank.edit(
    "broadcast", "np.diag(f)]]", "f * np.ones_like(W_f)]]", loses={"cell_from_cell"}, slip="cell_to_cell_full"
)
bank.edit(
    "single_precision",
    f"np.block({RESULT})",
    f"np.block({RESULT}).astype(np.float32)",
    loses=EVERY,
    slip="precision",
)
bank.edit("cell_block_alone", f"np.block({RESULT})", "np.diag(f)", loses={"returns"})
bank.edit(
    "total_from_the_cell",
    "np.diag(f)]]",
    "np.diag(f) + cell * (o * (1 - np.tanh(c) ** 2))]]",
    loses={"cell_from_cell"},
    slip="total_of_the_cell",
)
bank.edit(
    "weights_overwritten",
    "    return np.block",
    "    p.W_h[:] = 0\n    return np.block",
    loses={"keeps"},
)
bank.edit("output_slope_of_tanh", BY_O, "y * (1 - o**2)", loses=STATE, slip="output_slope_of_tanh")
bank.edit("cell_slope_of_state", "(1 - y**2)", "(1 - (o * y) ** 2)", loses=READ, slip="cell_slope_of_state")
bank.edit(
    "cell_slope_of_cell", "(1 - y**2)", "(1 - (f * c + i * g) ** 2)", loses=READ, slip="cell_slope_of_cell"
)
bank.edit(
    "tanh_of_cell_before", "np.tanh(f * c + i * g)", "np.tanh(c)", loses=READ, slip="tanh_of_cell_before"
)
bank.edit(
    "state_slope",
    "np.split(p.W_h, 4)",
    "np.split(p.W_h * (1 - h**2), 4)",
    loses=GATED,
    slip="state_slope",
)
bank.edit(
    "total_from_the_cell_after",
    "np.diag(f)]]",
    "np.diag(f) + cell * read]]",
    loses={"cell_from_cell"},
    slip="total_of_the_cell_after",
)
bank.edit(
    "through_the_cell_missing",
    "by_o + read[:, None] * cell",
    "by_o",
    loses=STATE,
    slip="through_the_cell_missing",
)
bank.edit(
    "columns_scaled",
    "    cell = by_i",
    "    by_i, by_f, by_g, by_o = (\n"
    "        s * W\n"
    "        for s, W in (\n"
    "            (g * i * (1 - i), W_i),\n"
    "            (c * f * (1 - f), W_f),\n"
    "            (i * (1 - g**2), W_g),\n"
    "            (y * o * (1 - o), W_o),\n"
    "        )\n"
    "    )\n"
    "    cell = by_i",
    loses=GATED,
    slip="columns_scaled",
)
bank.edit(
    "columns_scaled_throughout",
    "read[:, None] * cell",
    "read * cell",
    of="columns_scaled",
    loses=GATED,
    slip="columns_scaled_throughout",
)
for _name, _old, _new, _loses, _slip in (  # one for each kind of the table
    (
        "input_gate_for_forget_gate",
        "np.diag(read * f)], [cell, np.diag(f)]",
        "np.diag(read * i)], [cell, np.diag(i)]",
        {"cell_from_cell", "state_from_cell"},
        "kept_is_i",
    ),
    (
        "input_gate_in_the_cell's_block",
        "[cell, np.diag(f)]",
        "[cell, np.diag(i)]",
        {"cell_from_cell"},
        "kept_is_i@∂c_t/∂c_{t-1}",
    ),
    ("sum_before_the_tanh", BY_I, BY_I.replace("g", "a_g", 1), GATED, "by_i_is_a^g"),
    ("slope_of_another_gate", BY_I, BY_I.replace("i * (1 - i)", "f * (1 - f)"), GATED, "slope_i_is_f(1-f)"),
    ("blocks_of_weights_ifog", "W_i, W_f, W_g, W_o =", "W_i, W_f, W_o, W_g =", GATED, "blocks_of_W_h_ifog"),
    (
        "one_block_transposed",
        f"({BY_G})[:, None] * W_g",
        f"({BY_G})[:, None] * W_g.T",
        GATED,
        "transpose_of_g",
    ),
    ("cell_by_state_zero", "[cell, np.diag(f)]", "[0 * cell, np.diag(f)]", CELL, "zero@∂c_t/∂h_{t-1}"),
    (
        "cell_by_state_transposed",
        "[cell, np.diag(f)]",
        "[cell.T, np.diag(f)]",
        CELL,
        "transposed@∂c_t/∂h_{t-1}",
    ),
    (
        "through_the_cell_by_columns",
        "read[:, None] * cell",
        "read * cell",
        STATE,
        "columns_scaled_through_the_cell",
    ),
    (
        "output_gate_left_out_once",
        "np.diag(read * f)]",
        "np.diag((1 - y**2) * f)]",
        {"state_from_cell"},
        "shown_is_1@∂h_t/∂c_{t-1}",
    ),
    ("coupled_gates", "np.tanh(f * c + i * g)", "np.tanh(f * c + (1 - f) * g)", READ, "values_cell_coupled"),
    (
        "identity_added",
        f"np.block({RESULT})",
        f"np.block({RESULT}) + np.eye(2 * len(h))",
        {"state_from_state", "cell_from_cell"},
        "identity_added_to_hc",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
