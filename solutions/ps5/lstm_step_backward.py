"""Answers to `lstm_step_backward`."""

import numpy as np

from course import LSTM, lstm_step
from course.grader.bank import Bank

bank = Bank("lstm_step_backward")


@bank.reference
def lstm_step_backward(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    a_i, a_f, a_g, a_o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
    i, f, o = [1 / (1 + np.exp(-a)) for a in (a_i, a_f, a_o)]
    g = np.tanh(a_g)
    y = np.tanh(f * c + i * g)
    do = dh_next * y
    dcell = dc_next + dh_next * o * (1 - y**2)
    delta_i = dcell * g * i * (1 - i)
    delta_f = dcell * c * f * (1 - f)
    delta_g = dcell * i * (1 - g**2)
    delta_o = do * o * (1 - o)
    delta = np.concatenate([delta_i, delta_f, delta_g, delta_o])
    grads = LSTM(np.outer(delta, x), np.outer(delta, h), delta)
    return grads, p.W_x.T @ delta, p.W_h.T @ delta, dcell * f


@bank.right
def by_jacobians(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # The Jacobian of (h', c') with respect to (a, c) as one matrix; then rows times matrices.
    n = len(h)
    a = p.W_x @ x + p.W_h @ h + p.b
    s = 0.5 + 0.5 * np.tanh(a / 2)
    i, f, o, g = s[:n], s[n : 2 * n], s[3 * n :], np.tanh(a[2 * n : 3 * n])
    dc = np.hstack([np.diag(v) for v in (g * i * (1 - i), c * f * (1 - f), i * (1 - g * g), np.zeros(n), f)])
    cell = f * c + i * g
    dh = (o / np.cosh(cell) ** 2)[:, None] * dc
    dh[:, 3 * n : 4 * n] += np.diag(np.tanh(cell) * o * (1 - o))
    row = dh_next @ dh + dc_next @ dc
    delta = row[: 4 * n]
    return LSTM(delta[:, None] * x, delta[:, None] * h, delta), delta @ p.W_x, delta @ p.W_h, row[4 * n :]


@bank.right
def unit_by_unit(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # Scalars: one unit after the other, each adding to what it reads.
    n = len(h)
    grads = LSTM(*[np.zeros_like(w) for w in p])
    dx, dh, dc = np.zeros_like(x), np.zeros_like(h), np.zeros_like(c)
    for j in range(n):
        a = [p.W_x[k] @ x + p.W_h[k] @ h + p.b[k] for k in range(j, 4 * n, n)]
        i, f, o = (1 / (1 + np.exp(-a[k])) for k in (0, 1, 3))
        g = np.tanh(a[2])
        y = np.tanh(f * c[j] + i * g)
        late = dc_next[j] + dh_next[j] * o * (1 - y) * (1 + y)
        dc[j] = late * f
        slopes = (late * g * (i - i**2), late * c[j] * (f - f**2), late * i * (1 - g**2))
        for k, delta in zip(range(j, 4 * n, n), (*slopes, dh_next[j] * y * (o - o**2)), strict=True):
            grads.W_x[k], grads.W_h[k], grads.b[k] = delta * x, delta * h, delta
            dx += delta * p.W_x[k]
            dh += delta * p.W_h[k]
    return grads, dx, dh, dc


@bank.right
def by_a_tape(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # A small reverse sweep over named values: every operation knows its parents and its local derivatives.
    value, parents = {"c": c}, dict[str, list[tuple[str, np.ndarray]]]()
    for k, name in enumerate("ifgo"):
        rows = slice(k * len(h), (k + 1) * len(h))
        value["a" + name] = p.W_x[rows] @ x + p.W_h[rows] @ h + p.b[rows]
        z = value["a" + name]
        value[name] = np.tanh(z) if name == "g" else np.exp(-np.logaddexp(0, -z))
        slope = 1 - value[name] ** 2 if name == "g" else value[name] * np.exp(-np.logaddexp(0, z))
        parents[name] = [("a" + name, slope)]
    after, cell = lstm_step(p, x, h, c)
    parents["cell"] = [("f", c), ("c", value["f"]), ("i", value["g"]), ("g", value["i"])]
    parents["h"] = [("o", np.tanh(cell)), ("cell", value["o"] - after * np.tanh(cell))]
    total = {name: np.zeros_like(h) for name in [*value, "cell", "h"]}
    total["h"], total["cell"] = total["h"] + dh_next, total["cell"] + dc_next
    for name in ("h", "cell", "o", "g", "f", "i"):
        for parent, slope in parents[name]:
            total[parent] = total[parent] + slope * total[name]
    delta = np.concatenate([total["a" + name] for name in "ifgo"])
    grads = LSTM(delta.reshape(-1, 1) @ x[None], delta.reshape(-1, 1) @ h[None], delta)
    return grads, x * 0 + delta @ p.W_x, delta @ p.W_h, total["c"]


WEIGHTS, STATES = {"weights"}, {"from_the_state", "from_the_cell"}
ALL = {*STATES, "weights", "state", "input"}
DELTA = "np.concatenate([delta_i, delta_f, delta_g, delta_o])"
GATES = "    delta = np.concatenate"


def at_gates(name: str, slopes: dict[str, str], loses: set[str]) -> None:
    """Another slope at the gates: i, f and o after each other."""
    lines = "".join(f"    delta_{gate} = {slope}\n" for gate, slope in slopes.items())
    bank.edit(name, GATES, lines + GATES, loses=loses, slip=name)


OWN_NAMES = {("slope_of_tanh_at_gates", "o"), *(("slope_missing", gate) for gate in "ifo")}
PLAIN = {"i": "dcell * g * {}", "f": "dcell * c * {}", "o": "do * {}"}
for _name, _slope in (
    ("slope_is_value", "{0}"),
    ("slope_squashed", "(1 / (1 + np.exp(-{0})) * (1 - 1 / (1 + np.exp(-{0}))))"),
    ("slope_of_tanh_at_gates", "(1 - {0}**2)"),
    ("slope_missing", "1"),
):
    at_gates(_name, {gate: text.format(_slope.format(gate)) for gate, text in PLAIN.items()}, ALL)
    for _of in ("i", "f", "o", "if"):
        if (_name, _of) not in OWN_NAMES:
            _slopes = {gate: PLAIN[gate].format(_slope.format(gate)) for gate in _of}
            at_gates(
                f"{_name.removesuffix('_at_gates')}_at_{'_and_'.join(_of)}",
                _slopes,
                ALL if _of != "o" else ALL - {"from_the_cell"},
            )
at_gates("forget_slope_missing", {"f": "dcell * c"}, ALL)
at_gates("output_slope_missing", {"o": "do"}, ALL - {"from_the_cell"})
at_gates("candidate_slope_missing", {"g": "dcell * i"}, ALL)
at_gates("candidate_slope_squashed", {"g": "dcell * i * (1 - np.tanh(g) ** 2)"}, ALL)
at_gates("candidate_slope_logistic", {"g": "dcell * i * g * (1 - g)"}, ALL)
SLOPE = "dh_next * o * (1 - y**2)"
FROM_STATE = {*ALL, "cell"} - {"from_the_cell"}
bank.edit("cell_slope_missing", SLOPE, "dh_next * o", loses=FROM_STATE, slip="cell_slope_missing")
bank.edit("output_gate_missing", SLOPE, "dh_next * (1 - y**2)", loses=FROM_STATE, slip="output_gate_missing")
bank.edit(
    "cell_slope_before",
    SLOPE,
    "dh_next * o * (1 - np.tanh(c) ** 2)",
    loses=FROM_STATE,
    slip="cell_slope_before",
)
bank.edit(
    "cell_slope_squashed",
    SLOPE,
    "dh_next * o * (1 - np.tanh(y) ** 2)",
    loses=FROM_STATE,
    slip="cell_slope_squashed",
)
bank.edit(
    "state_to_cell_missing",
    f"dcell = dc_next + {SLOPE}",
    "dcell = dc_next",
    loses=FROM_STATE,
    slip="state_to_cell_missing",
)
bank.edit("cell_not_gated", "dcell * f\n", "dcell\n", loses={*STATES, "cell"}, slip="cell_not_gated")
bank.edit("cell_after", "dcell * c * f", "dcell * (f * c + i * g) * f", loses=ALL, slip="cell_after")
bank.edit(
    "factors_swapped",
    GATES,
    "    delta_i, delta_g = dcell * i * i * (1 - i), dcell * g * (1 - g**2)\n" + GATES,
    loses=ALL,
    slip="factors_swapped",
)
bank.edit(
    "output_factor",
    "do = dh_next * y",
    "do = dh_next * (f * c + i * g)",
    loses=ALL - {"from_the_cell"},
    slip="output_factor",
)
bank.edit(
    "transpose",
    "p.W_h.T @ delta",
    "sum(W @ d for W, d in zip(np.split(p.W_h, 4), np.split(delta, 4)))",
    loses={*STATES, "state"},
    slip="transpose",
)
bank.edit(
    "rows_ifog", DELTA, "np.concatenate([delta_i, delta_f, delta_o, delta_g])", loses=ALL, slip="rows_ifog"
)
bank.edit(
    "rows_figo", DELTA, "np.concatenate([delta_f, delta_i, delta_g, delta_o])", loses=ALL, slip="rows_figo"
)
bank.edit(
    "rows_read_as_ifog",
    "a_i, a_f, a_g, a_o = np.split",
    "a_i, a_f, a_o, a_g = np.split",
    of="rows_ifog",
    loses={*ALL, "cell"},
    slip="rows_read_as_ifog",
)
for _number, _gate in enumerate("ifgo"):
    bank.edit(
        f"state_read_without_{_gate}",
        "p.W_h.T @ delta",
        f"p.W_h.T @ (delta * (np.arange(len(delta)) // len(h) != {_number}))",
        loses={*STATES, "state"} - ({"from_the_cell"} if _gate == "o" else set()),
        slip=f"state_read_without_{_gate}",
    )
bank.edit(
    "later_state",
    "np.outer(delta, h)",
    "np.outer(delta, o * y)",
    loses={*STATES, "weights"},
    slip="later_state",
)
bank.edit(
    "cell_gradient_ignored",
    "dc_next + dh_next",
    "dh_next",
    loses={*ALL, "cell"} - {"from_the_state"},
    slip="ignores_dc_next",
)
bank.edit(
    "slope_on_both",
    "dc_next + dh_next * o * (1 - y**2)",
    "(dc_next + dh_next * o) * (1 - y**2)",
    loses={*ALL, "cell"} - {"from_the_state"},
    slip="cell_slope_on_both",
)
bank.edit(
    "gated_before_adding",
    "dc_next + dh_next",
    "f * dc_next + dh_next",
    loses={*ALL, "cell"} - {"from_the_state"},
    slip="gated_before_adding",
)
bank.edit("state_of_the_cell_alone", "p.W_h.T @ delta", "0 * h", loses={*STATES, "state"}, slip="zero@dh")
bank.edit(
    "state_passed_on",
    "p.W_h.T @ delta",
    "p.W_h.T @ delta + dh_next",
    loses={"from_the_state", "state"},
    slip="state_added_up",
)
for _name, _new in (
    ("output_gate_on_both", "o * (dc_next + dh_next * (1 - y**2))"),
    ("output_gate_and_slope_on_both", "(dc_next + dh_next) * o * (1 - y**2)"),
):
    bank.edit(
        _name,
        "dc_next + dh_next * o * (1 - y**2)",
        _new,
        loses={*ALL, "cell"} - {"from_the_state"},
        slip=_name,
    )
bank.edit(
    "cell_slope_after_adding",
    "    dcell = dc_next + dh_next * o * (1 - y**2)\n",
    "    dcell = dc_next + dh_next * o\n    dcell = dcell / np.cosh(f * c + i * g) ** 2\n",
    loses={*ALL, "cell"} - {"from_the_state"},
    slip="cell_slope_on_both",
)
bank.edit(
    "cell_added_up", "dcell * f\n", "dcell + f * dcell\n", loses={*STATES, "cell"}, slip="cell_added_up"
)
bank.edit(
    "later_cell_added_up",
    "dcell * f\n",
    "dc_next + f * dcell\n",
    loses={"from_the_cell", "cell"},
    slip="later_cell_added_up",
)
bank.edit(
    "two_biases",
    "np.outer(delta, h), delta)",
    "np.outer(delta, h), 2 * delta)",
    loses={*STATES, "weights"},
    slip="twice@b",
)
for _order in ("figo", "ifog", "igfo", "fiog"):
    bank.edit(
        "bias_rows" if _order == "figo" else f"bias_rows_{_order}",
        "np.outer(delta, h), delta)",
        f"np.outer(delta, h), np.concatenate([{', '.join(f'delta_{gate}' for gate in _order)}]))",
        loses={*STATES, "weights"},
        slip=f"rows_{_order}_in_b",
    )
GRADS, OF_GATES = (
    "LSTM(np.outer(delta, x), np.outer(delta, h), delta)",
    "np.concatenate([dcell * g, dcell * c, dcell * i, do])",
)
for _parts, _old, _new in (
    ("W_x", "np.outer(delta, x)", f"np.outer({OF_GATES}, x)"),
    ("W_h", "np.outer(delta, h)", f"np.outer({OF_GATES}, h)"),
    ("b", "np.outer(delta, h), delta)", f"np.outer(delta, h), {OF_GATES})"),
    ("W_x_and_W_h_and_b", GRADS, GRADS.replace("delta", OF_GATES)),
):
    bank.edit(
        "gate_gradients_at_the_weights" if _parts == "W_x" else f"gate_gradients_at_{_parts}",
        _old,
        _new,
        loses={*STATES, "weights"},
        slip=f"slopes_missing_in_{_parts}",
    )
bank.edit(
    "slopes_missing",
    DELTA,
    OF_GATES,
    loses=ALL,
    slip="slopes_missing",
)
bank.edit("outer_turned", "np.outer(delta, x)", "np.outer(x, delta)", loses={"returns"})
bank.edit("single_precision", DELTA, DELTA + ".astype(np.float32)", loses=ALL, slip="precision")
bank.edit("sign", "return grads, p.W_x.T", "return grads, -p.W_x.T", loses={*STATES, "input"}, slip="sign@dx")
bank.edit("adds_in_place", "    dcell = dc_next + ", "    dcell = dc_next\n    dcell += ", loses={"keeps"})
bank.edit(
    "gradients_accumulate",
    "    return grads,",
    "    kept = lstm_step_backward.__dict__.setdefault(str(x), [])\n"
    "    kept.append(delta)\n"
    "    grads = grads._replace(b=sum(kept))\n"
    "    return grads,",
    loses={"keeps"},
)
at_gates("input_slope_missing", {"i": "dcell * g"}, ALL)
at_gates("output_slope_of_tanh", {"o": "do * (1 - o**2)"}, ALL - {"from_the_cell"})
for _gate in "ifg":
    at_gates(f"held_{_gate}", {_gate: "0 * dcell"}, ALL)
at_gates("held_o", {"o": "0 * do"}, ALL - {"from_the_cell"})
bank.edit(
    "cell_slope_of_state", "(1 - y**2)", "(1 - (o * y) ** 2)", loses=FROM_STATE, slip="cell_slope_of_state"
)
bank.edit(
    "cell_slope_of_cell",
    "(1 - y**2)",
    "(1 - (f * c + i * g) ** 2)",
    loses=FROM_STATE,
    slip="cell_slope_of_cell",
)
bank.edit(
    "tanh_of_cell_before",
    "np.tanh(f * c + i * g)",
    "np.tanh(c)",
    loses=FROM_STATE,
    slip="tanh_of_cell_before",
)
bank.edit(
    "state_slope",
    "p.W_h.T @ delta",
    "(p.W_h.T @ delta) * (1 - h**2)",
    loses={*STATES, "state"},
    slip="state_slope",
)
bank.edit(
    "returned_early", "dcell * f\n", "dc_next * f\n", loses={"from_the_state", "cell"}, slip="returned_early"
)
bank.edit(
    "clipped",
    "    delta_i =",
    "    dcell = np.clip(dcell, -1, 1)\n    delta_i =",
    loses={"weights", "state", "input", "cell"},
)


# Written from the formulas alone, as a person would write them.


@bank.wrong(loses={"from_the_state", "weights", "state", "input"})
def output_gate_reads_the_new_cell_only(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    def sigmoid(v: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-v)))

    n = h.shape[0]
    a = p.W_x.dot(x) + p.W_h.dot(h) + p.b
    i, f, g, o = sigmoid(a[:n]), sigmoid(a[n : 2 * n]), np.tanh(a[2 * n : 3 * n]), sigmoid(a[3 * n :])
    next_c = f * c + i * g
    do = dh_next * np.tanh(next_c)
    dnext_c = dc_next + dh_next * o * (1 - np.tanh(next_c) ** 2)
    da = np.hstack(
        [
            dnext_c * g * i * (1 - i),
            dnext_c * c * f * (1 - f),
            dnext_c * i * (1 - g**2),
            do * o * (1 - do),
        ]
    )
    return LSTM(np.outer(da, x), np.outer(da, h), da), p.W_x.T.dot(da), p.W_h.T.dot(da), dnext_c * f


@bank.wrong(loses={"from_the_state", "weights", "state", "input", "cell"}, slip="cell_slope_of_state")
def cell_gradient_taken_before_it_is_complete(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    i, f, g, o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
    i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
    h_next, c_next = lstm_step(p, x, h, c)
    dc_total = dc_next + dh_next * o * (1 - h_next**2)
    d = np.concatenate(
        [
            dc_total * g * i * (1 - i),
            dc_total * c * f * (1 - f),
            dc_total * i * (1 - g**2),
            dh_next * np.tanh(c_next) * o * (1 - o),
        ]
    )
    return LSTM(np.outer(d, x), np.outer(d, h), d), d @ p.W_x, d @ p.W_h, dc_total * f


@bank.right
def dual_numbers(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[tuple[list[list[float]], np.ndarray, np.ndarray], list[float], np.ndarray, np.ndarray]:
    # Forward mode by hand: pairs of a value (h) and its derivatives by a and c (h, 5h).
    n = len(h)
    Dual = tuple[np.ndarray, np.ndarray]

    def times(u: Dual, v: Dual) -> Dual:
        return u[0] * v[0], u[0][:, None] * v[1] + v[0][:, None] * u[1]

    def through(u: Dual, value: np.ndarray, slope: np.ndarray) -> Dual:
        return value, slope[:, None] * u[1]

    a, one = p.W_x @ x + p.W_h @ h + p.b, np.eye(5 * n)
    at = [(a[k * n : (k + 1) * n], one[k * n : (k + 1) * n]) for k in range(4)]
    s = [np.exp(-np.logaddexp(0, -u[0])) for u in at]
    i, f, o = (through(at[k], s[k], s[k] - s[k] ** 2) for k in (0, 1, 3))
    g = through(at[2], np.tanh(at[2][0]), np.cosh(at[2][0]) ** -2.0)
    kept, new = times(f, (c, one[4 * n :])), times(i, g)
    cell = kept[0] + new[0], kept[1] + new[1]
    after = times(o, through(cell, np.tanh(cell[0]), np.cosh(cell[0]) ** -2.0))
    found = dh_next @ after[1] + dc_next @ cell[1]
    delta = found[: 4 * n]
    grads = ([[d * v for v in x] for d in delta], np.asfortranarray(np.outer(delta, h)), delta)
    return grads, list(delta @ p.W_x), delta @ p.W_h, found[: -1 - n : -1][::-1]


bank.edit(  # two mistakes, of which one has a name
    "later_state_and_dc_of_dc_next",
    "np.outer(delta, h), delta)\n    return grads, p.W_x.T @ delta, p.W_h.T @ delta, dcell * f",
    "np.outer(delta, o * y), delta)\n    return grads, p.W_x.T @ delta, p.W_h.T @ delta, dc_next * i",
    loses={*STATES, "weights", "cell"},
)
bank.edit(  # the edges explain small gradients alone
    "cell_gradient_ignored_and_clipped",
    "dcell = dc_next + dh_next * o * (1 - y**2)",
    "dcell = np.clip(dh_next * o * (1 - y**2), -10, 10)",
    loses={"from_the_cell", "weights", "cell", "state", "input"},
)


# One factor, edge or reader of a step is another: the names are composed.
EVERYWHERE = {*STATES, "weights", "state", "input"}
for _name, _old, _new, _loses, _slip in (
    (
        "input_gate_gets_dc_next",
        "dcell * g * i",
        "dc_next * g * i",
        EVERYWHERE - {"from_the_cell"},
        "i_without_state",
    ),
    ("candidate_times_f", "dcell * i * (1", "dcell * f * (1", EVERYWHERE, "g_c:f"),
    ("cell_back_by_the_slope", "dcell * f\n", "dcell * f * (1 - f)\n", {*STATES, "cell"}, "c_c:f*1-f"),
    ("cell_back_by_i", "dcell * f\n", "dcell * i\n", {*STATES, "cell"}, "c_c:i"),
    (
        "input_gate_sent_to_the_cell",
        "dcell * f\n",
        "dcell * f + p.W_h[: len(h)].T @ delta_i\n",
        {*STATES, "cell"},
        "gate_i_reads_cell",
    ),
    (
        "input_without_the_output_gate",
        "p.W_x.T @ delta",
        "p.W_x[: 3 * len(h)].T @ delta[: 3 * len(h)]",
        {"from_the_state", "input"},
        "without_o_in_x",
    ),
    ("cell_slope_not_squared", "1 - y**2", "1 - y", FROM_STATE, "c_h:1-y_for_slope"),
    ("input_gate_times_a_g", "dcell * g * i", "dcell * a_g * i", EVERYWHERE, "i_c:ag"),
    ("input_slope_half_squared", "g * i * (1 - i)", "g * i * (1 - i) ** 2", EVERYWHERE, "a_i:i*1-i*1-i"),
    ("input_slope_of_two_gates", "g * i * (1 - i)", "g * i * (1 - f)", EVERYWHERE, "a_i:i*1-f"),
    (
        "one_added_to_the_forget_bias",
        "h + p.b, 4)",
        "h + p.b, 4)\n    a_f = a_f + 1",
        {*EVERYWHERE, "cell"},
        "gates_forget_bias",
    ),
    (
        "rows_figo_go_back",
        "p.W_h.T @ delta",
        "p.W_h.T @ np.concatenate([delta_f, delta_i, delta_g, delta_o])",
        {*STATES, "state"},
        "rows_figo_back",
    ),
    (
        "output_gate_gets_the_cell",
        "do = dh_next * y",
        "do = (dc_next + dh_next * o * (1 - y**2)) * y",
        EVERYWHERE,
        "o_of_cell",
    ),
    (
        "candidate_is_a_gate",
        "g = np.tanh(a_g)",
        "g = 1 / (1 + np.exp(-a_g))",
        {*EVERYWHERE, "cell"},
        "g_by_logistic",
    ),
    (
        "gated_too_early",
        "    delta_i =",
        "    dcell = f * dcell\n    delta_i =",
        {*EVERYWHERE, "cell"},
        "i+f+g+c:times_f",
    ),
    ("no_tanh_of_the_cell", "y = np.tanh(f * c + i * g)", "y = f * c + i * g", FROM_STATE, "c1_for_y"),
    (
        "one_block_turned",
        "p.W_h.T @ delta",
        "np.vstack([p.W_h[: len(h)].T, p.W_h[len(h) :]]).T @ delta",
        {*STATES, "state"},
        "block_i_turned",
    ),
    (
        "cell_with_coupled_gates",
        "np.tanh(f * c + i * g)",
        "np.tanh(f * c + (1 - f) * g)",
        FROM_STATE,
        "forward_cell_coupled",
    ),
    (
        "candidate_and_forget_gate_swap_factors",
        "c * f * (1 - f)\n    delta_g = dcell * i ",
        "i * f * (1 - f)\n    delta_g = dcell * c ",
        EVERYWHERE,
        "factors_of_f_and_g_exchanged",
    ),
    (
        "output_gate_alone_sends_back",
        "p.W_h.T @ delta",
        "p.W_h[3 * len(h) :].T @ delta_o",
        {*STATES, "state"},
        "back_without_ifg",
    ),
    (
        "state_without_slopes",
        "p.W_h.T @ delta",
        "p.W_h.T @ np.concatenate([dcell * g, dcell * c, dcell * i, do])",
        {*STATES, "state"},
        "slopes_missing_back_ifgo",
    ),
    (
        "cell_gets_the_state_twice",
        "dcell * f\n",
        "(dcell + dh_next * o * (1 - y**2)) * f\n",
        {"from_the_state", "cell"},
        "c_state_twice",
    ),
    (
        "output_gate_gets_dc_next_too",
        "do = dh_next * y",
        "do = (dh_next + dc_next) * y",
        EVERYWHERE - {"from_the_state"},
        "o_of_later_too",
    ),
    (
        "cell_squashed_by_the_state",
        "y = np.tanh(f * c + i * g)",
        "y = np.tanh(o * np.tanh(f * c + i * g))",
        FROM_STATE,
        "tanh(h1)_for_y",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
