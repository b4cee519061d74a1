"""Answers to `lstm_bptt`."""

import numpy as np

from course import LSTM, lstm_forward, lstm_step
from course.grader.bank import Bank

bank = Bank("lstm_bptt")


@bank.reference
def lstm_bptt(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    H, C = lstm_forward(p, X, h_0, c_0)
    T, n = len(X), len(h_0)
    delta = np.zeros((T, 4 * n))
    dh, dc = np.zeros(n), np.zeros(n)
    for t in range(T - 1, -1, -1):
        a_i, a_f, a_g, a_o = np.split(p.W_x @ X[t] + p.W_h @ H[t] + p.b, 4)
        i, f, o = [1 / (1 + np.exp(-a)) for a in (a_i, a_f, a_o)]
        g, y = np.tanh(a_g), np.tanh(C[t + 1])
        dh = dH[t] + dh
        dc = dc + dh * o * (1 - y**2)
        delta_i = dc * g * i * (1 - i)
        delta_f = dc * C[t] * f * (1 - f)
        delta_g = dc * i * (1 - g**2)
        delta_o = dh * y * o * (1 - o)
        delta[t] = np.concatenate([delta_i, delta_f, delta_g, delta_o])
        dh = p.W_h.T @ delta[t]
        dc = dc * f
    grads = LSTM(delta.T @ X, delta.T @ H[:-1], delta.sum(axis=0))
    return grads, delta @ p.W_x, dh, dc


@bank.right
def one_sweep_for_each_loss(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # Every loss goes back to the start by itself; what they give is added at the end.
    H, C = lstm_forward(p, X, h_0, c_0)
    n = len(h_0)
    s = 0.5 + 0.5 * np.tanh((X @ p.W_x.T + H[:-1] @ p.W_h.T + p.b) / 2)
    I, F, O = s[:, :n], s[:, n : 2 * n], s[:, 3 * n :]
    G = np.tanh(X @ p.W_x[2 * n : 3 * n].T + H[:-1] @ p.W_h[2 * n : 3 * n].T + p.b[2 * n : 3 * n])
    to_cell = O * (1 - np.tanh(C[1:]) ** 2)
    by_cell = np.hstack([G * I * (1 - I), C[:-1] * F * (1 - F), I * (1 - G**2), np.zeros_like(G)])
    by_state = np.tanh(C[1:]) * O * (1 - O)
    delta, dh_0, dc_0 = np.zeros_like(s), np.zeros(n), np.zeros(n)
    for last in range(len(X)):
        dh, dc = dH[last], np.zeros(n)
        for t in range(last, -1, -1):
            dc = dc + dh * to_cell[t]
            d = np.tile(dc, 4) * by_cell[t]
            d[3 * n :] = dh * by_state[t]
            delta[t] += d
            dh, dc = d @ p.W_h, dc * F[t]
        dh_0, dc_0 = dh_0 + dh, dc_0 + dc
    return LSTM(delta.T @ X, delta.T @ H[:-1], delta.sum(0)), delta @ p.W_x, dh_0, dc_0


@bank.right
def forward_mode(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # Tangents of (h, c) with respect to everything at once, carried forward.
    (T, d), n = X.shape, len(h_0)
    ends = np.cumsum([4 * n * d, 4 * n * n, 4 * n, T * d, n, n])
    S_h, S_c = np.zeros((n, ends[-1])), np.zeros((n, ends[-1]))
    S_h[:, ends[3] : ends[4]] = np.eye(n)
    S_c[:, ends[4] :] = np.eye(n)
    h, c, total = h_0, c_0, np.zeros(ends[-1])
    rows = np.arange(4 * n)[:, None]
    for t in range(T):
        S = p.W_h @ S_h
        S[rows, rows * d + np.arange(d)] += X[t]
        S[rows, ends[0] + rows * n + np.arange(n)] += h
        S[rows, ends[1] + rows] += 1
        S[:, ends[2] + t * d : ends[2] + (t + 1) * d] += p.W_x
        a = p.W_x @ X[t] + p.W_h @ h + p.b
        i, f, o = (1 / (1 + np.exp(-a[k * n : (k + 1) * n])) for k in (0, 1, 3))
        g = np.tanh(a[2 * n : 3 * n])
        s_i, s_f, s_g, s_o = np.split(S, 4)
        S_c = f[:, None] * S_c + (c * f * (1 - f))[:, None] * s_f
        S_c += (g * i * (1 - i))[:, None] * s_i + (i * (1 - g**2))[:, None] * s_g
        h, c = lstm_step(p, X[t], h, c)
        y = np.tanh(c)
        S_h = (y * o * (1 - o))[:, None] * s_o + (o * (1 - y**2))[:, None] * S_c
        total += dH[t] @ S_h
    W_x, W_h, b, dX, dh_0, dc_0 = np.split(total, ends[:-1])
    return LSTM(W_x.reshape(4 * n, d), W_h.reshape(4 * n, n), b), dX.reshape(T, d), dh_0, dc_0


@bank.right
def block_jacobians(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # A row vector over (h, c), multiplied by the Jacobian of each step as a matrix.
    H, C = lstm_forward(p, X, h_0, c_0)
    n, row = len(h_0), np.zeros(2 * len(h_0))
    grads, dX = LSTM(*[np.zeros_like(w) for w in p]), list[np.ndarray]()
    for t in range(len(X), 0, -1):
        a = (p.W_x @ X[t - 1] + p.W_h @ H[t - 1] + p.b).reshape(4, n)
        i, f, o, g = (*(1 / (1 + np.exp(-a[k])) for k in (0, 1, 3)), np.tanh(a[2]))
        cell_a = np.hstack(
            [np.diag(v) for v in (g * i * (1 - i), C[t - 1] * f * (1 - f), i * (1 - g**2), 0 * g)]
        )
        read = np.diag(o / np.cosh(C[t]) ** 2)
        state_a = read @ cell_a
        state_a[:, 3 * n :] = np.diag(H[t] * (1 - o))
        by_a = np.vstack([state_a, cell_a])
        by_c = np.vstack([read @ np.diag(f), np.diag(f)])
        row[:n] += dH[t - 1]
        delta = row @ by_a
        for total, term in zip(
            grads, (np.outer(delta, X[t - 1]), np.outer(delta, H[t - 1]), delta), strict=True
        ):
            total += term
        dX.insert(0, delta @ p.W_x)
        row = np.concatenate([delta @ p.W_h, row @ by_c])
    return grads, np.array(dX), row[:n], row[n:]


WEIGHTS, REST = {"weights"}, {"inputs", "start"}
ALL = {"one_step", "last_loss", "weights", "inputs", "start"}
LATER = ALL - {"one_step"}
STORED = "np.concatenate([delta_i, delta_f, delta_g, delta_o])"
STORE = "        delta[t] = "


def at_gates(name: str, slopes: dict[str, str], loses: set[str]) -> None:
    """Another slope at the gates."""
    lines = "".join(f"        delta_{gate} = {slope}\n" for gate, slope in slopes.items())
    bank.edit(name, STORE, lines + STORE, loses=loses, slip=name)


OWN_NAMES = {("slope_of_tanh_at_gates", "o"), *(("slope_missing", gate) for gate in "ifo")}
PLAIN = {"i": "dc * g * {}", "f": "dc * C[t] * {}", "o": "dh * y * {}"}
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
            at_gates(f"{_name.removesuffix('_at_gates')}_at_{'_and_'.join(_of)}", _slopes, ALL)
at_gates("forget_slope_missing", {"f": "dc * C[t]"}, ALL)
at_gates("output_slope_missing", {"o": "dh * y"}, ALL)
at_gates("candidate_slope_missing", {"g": "dc * i"}, ALL)
at_gates("candidate_slope_squashed", {"g": "dc * i * (1 - np.tanh(g) ** 2)"}, ALL)
at_gates("candidate_slope_logistic", {"g": "dc * i * g * (1 - g)"}, ALL)
at_gates("factors_swapped", {"i": "dc * i * i * (1 - i)", "g": "dc * g * (1 - g**2)"}, ALL)
SLOPE = "dh * o * (1 - y**2)"
bank.edit("cell_slope_missing", SLOPE, "dh * o", loses=ALL, slip="cell_slope_missing")
bank.edit("output_gate_missing", SLOPE, "dh * (1 - y**2)", loses=ALL, slip="output_gate_missing")
bank.edit("cell_slope_before", "(1 - y**2)", "(1 - np.tanh(C[t]) ** 2)", loses=ALL, slip="cell_slope_before")
bank.edit("cell_slope_squashed", "(1 - y**2)", "(1 - np.tanh(y) ** 2)", loses=ALL, slip="cell_slope_squashed")
bank.edit(
    "state_to_cell_missing", f"        dc = dc + {SLOPE}\n", "", loses=ALL, slip="state_to_cell_missing"
)
bank.edit("cell_not_gated", "        dc = dc * f\n", "", loses=ALL, slip="cell_not_gated")
bank.edit("cell_after", "dc * C[t] * f", "dc * C[t + 1] * f", loses=ALL, slip="cell_after")
bank.edit("output_factor", "dh * y * o", "dh * C[t + 1] * o", loses=ALL, slip="output_factor")
bank.edit(
    "transpose",
    "p.W_h.T @ delta[t]",
    "sum(W @ d for W, d in zip(np.split(p.W_h, 4), np.split(delta[t], 4)))",
    loses=ALL,
    slip="transpose",
)
bank.edit(
    "rows_ifog", STORED, "np.concatenate([delta_i, delta_f, delta_o, delta_g])", loses=ALL, slip="rows_ifog"
)
bank.edit(
    "rows_figo", STORED, "np.concatenate([delta_f, delta_i, delta_g, delta_o])", loses=ALL, slip="rows_figo"
)
for _number, _gate in enumerate("ifgo"):
    bank.edit(
        f"state_read_without_{_gate}",
        "p.W_h.T @ delta[t]",
        f"p.W_h.T @ (delta[t] * (np.arange(4 * n) // n != {_number}))",
        loses=ALL,
        slip=f"state_read_without_{_gate}",
    )
bank.edit(
    "later_state",
    "delta.T @ H[:-1]",
    "delta.T @ H[1:]",
    loses={"one_step", "last_loss", "weights"},
    slip="later_state",
)
bank.edit("cell_not_carried", "dc = dc + dh", "dc = dh", loses=LATER, slip="cell_not_carried")
bank.edit("state_not_carried", "dh = dH[t] + dh", "dh = dH[t]", loses=LATER, slip="state_not_carried")
bank.edit(
    "state_never_carried",
    "dh = p.W_h.T @ delta[t]",
    "dh = 0 * dh",
    loses={"one_step", *LATER},
    slip="state_not_carried",
)
bank.edit(
    "cell_never_carried", "dc = dc * f", "dc = 0 * dc", loses={"one_step", *LATER}, slip="cell_not_carried"
)
bank.edit(
    "loss_added_twice",
    "dh = p.W_h.T @ delta[t]",
    "dh = p.W_h.T @ delta[t] + dH[t]",
    loses={"one_step", *LATER},
    slip="loss_added_up",
)
bank.edit(
    "nothing_carried", "dc = dc + dh", "dc = dh", of="state_not_carried", loses=LATER, slip="nothing_carried"
)
bank.edit(
    "last_loss_only",
    "    dh, dc = ",
    "    dH = dH * (np.arange(T)[:, None] == T - 1)\n    dh, dc = ",
    loses=LATER - {"last_loss"},
    slip="last_loss_only",
)
bank.edit("losses_reversed", "dH[t] + dh", "dH[T - 1 - t] + dh", loses=LATER, slip="losses_reversed")
bank.edit(
    "only_first_use",
    "delta.T @ X, delta.T @ H[:-1], delta.sum(axis=0)",
    "np.outer(delta[0], X[0]), np.outer(delta[0], h_0), delta[0]",
    loses={"weights", "last_loss"},
    slip="only_first_use",
)
bank.edit(
    "mean_in_the_bias",
    "delta.sum(axis=0)",
    "delta.mean(axis=0)",
    loses={"weights", "last_loss"},
    slip="factor_1/X.shape[0]@b",
)
bank.edit(
    "mean_over_the_steps",
    "    grads =",
    "    delta = delta / T\n    grads =",
    loses={"weights", "last_loss", "inputs"},
    slip="factor_1/X.shape[0]@W_x+W_h+b+dX",
)
bank.edit(
    "state_summed", "        dh = p.W_h.T", "        dh = dh + p.W_h.T", loses=ALL, slip="state_added_up"
)
bank.edit("cell_summed", "dc = dc * f", "dc = dc + dc * f", loses=ALL, slip="cell_added_up")
bank.edit(
    "cell_gated_first",
    "dc = dc + dh",
    "dc = f * dc + dh",
    of="cell_not_gated",
    loses={*LATER, "one_step"},
    slip="cell_gated_first",
)
bank.edit(
    "gate_of_the_step_before",
    "p.W_h @ H[t] + p.b",
    "p.W_h @ H[t + 1] + p.b",
    loses=ALL,
    slip="gates_of_the_later_state",
)
bank.edit(
    "later_state_throughout",
    "delta.T @ H[:-1]",
    "delta.T @ H[1:]",
    of="gate_of_the_step_before",
    loses=ALL,
    slip="later_state_throughout",
)
bank.edit(
    "states_alone",
    "dh = dH[t] + dh",
    "dh = dH[t] + (dh if t < T - 1 else 0) * 0.5",
    loses=LATER,
    slip="edges",
)
for _which, _old, _new in (
    ("the_initial_state_ignored", "dh, dc\n", "0 * dh, dc\n"),
    ("the_initial_cell_doubled", "dh, dc\n", "dh, 2 * dc\n"),
):  # the edges do not explain it
    bank.edit(f"states_alone_and_{_which}", _old, _new, of="states_alone", loses={*LATER, "one_step"})
bank.edit(
    "stops_at_step_two", "range(T - 1, -1, -1)", "range(T - 1, 0, -1)", loses=ALL, slip="first_step_left_out"
)
bank.edit(
    "inputs_late",
    "delta @ p.W_x",
    "np.roll(delta @ p.W_x, 1, axis=0)",
    loses={"inputs", "last_loss"},
    slip="late_around@dX",
)
bank.edit(
    "swapped_starts",
    "dh, dc\n",
    "dc, dh\n",
    loses={"one_step", "last_loss", "start"},
    slip="swapped@dh_0+dc_0",
)
bank.edit(
    "cell_gradient_ignored_at_the_start",
    "dh, dc\n",
    "dh, 0 * dc\n",
    loses={"one_step", "last_loss", "start"},
    slip="zero@dc_0",
)
bank.edit(
    "sums_multiplied",
    "delta.T @ X,",
    "np.outer(delta.sum(axis=0), X.sum(axis=0)),",
    loses={"weights", "last_loss"},
    slip="sums_multiplied_in_W_x",
)
bank.edit(
    "losses_overwritten",
    "        dh = dH[t] + dh\n",
    "        dH[t] += dh\n        dh = dH[t]\n",
    loses={"keeps"},
)
bank.edit(
    "buffer_reused",
    "    return grads, delta @ p.W_x,",
    "    dX = lstm_bptt.__dict__.setdefault(str(X.shape), np.zeros_like(X))\n"
    "    dX[:] = delta @ p.W_x\n"
    "    return grads, dX,",
    loses={"keeps"},
)
bank.edit("single_precision", STORED, STORED + ".astype(np.float32)", loses=ALL, slip="precision")
bank.edit(
    "initial_cell_ignored",
    "lstm_forward(p, X, h_0, c_0)",
    "lstm_forward(p, X, h_0, 0 * c_0)",
    loses=ALL,
    slip="ignores_c_0",
)
at_gates("input_slope_missing", {"i": "dc * g"}, ALL)
at_gates("output_slope_of_tanh", {"o": "dh * y * (1 - o**2)"}, ALL)
for _gate in "ifgo":
    at_gates(f"held_{_gate}", {_gate: "0 * dc"}, ALL)
bank.edit("cell_slope_of_state", "(1 - y**2)", "(1 - (o * y) ** 2)", loses=ALL, slip="cell_slope_of_state")
bank.edit("cell_slope_of_cell", "(1 - y**2)", "(1 - C[t + 1] ** 2)", loses=ALL, slip="cell_slope_of_cell")
bank.edit("tanh_of_cell_before", "np.tanh(C[t + 1])", "np.tanh(C[t])", loses=ALL, slip="tanh_of_cell_before")
bank.edit(
    "state_slope", "p.W_h.T @ delta[t]", "p.W_h.T @ delta[t] * (1 - H[t] ** 2)", loses=ALL, slip="state_slope"
)
bank.edit(
    "later_steps_kept_from_cell",
    "dc + dh * o",
    "dc + dH[t] * o",
    loses=LATER,
    slip="later_steps_kept_from_cell",
)
bank.edit(
    "loss_kept_from_cell", "dc + dh * o", "dc + (dh - dH[t]) * o", loses=ALL, slip="loss_kept_from_cell"
)
bank.edit("losses_one_early", "dH[t] + dh", "dH[t - 1] + dh", loses=LATER, slip="losses_one_early")
bank.edit(
    "last_step_left_out", "range(T - 1, -1, -1)", "range(T - 2, -1, -1)", loses=ALL, slip="last_step_left_out"
)
for _old, _new, _part in (
    ("delta.T @ X", "np.outer(delta[0], X[0])", "W_x"),
    ("delta.T @ H[:-1]", "np.outer(delta[0], h_0)", "W_h"),
    ("delta.sum(axis=0)", "delta[0]", "b"),
):
    bank.edit(
        f"only_first_use_{_part}",
        _old,
        _new,
        loses={"weights", "last_loss"},
        slip=f"only_first_use_{_part}",
    )
DC = "        dc = dc * f\n"
bank.edit("clipped", DC, DC + "        dh = np.clip(dh, -1, 1)\n", loses=LATER - {"last_loss"})
bank.edit(
    "truncated_late",
    DC,
    DC + "        dh, dc = (dh, dc) if T - t < 16 else (0 * dh, 0 * dc)\n",
    loses=LATER - {"last_loss"},
    slip="last_steps_alone",
)
bank.edit(
    "truncated_early",
    "        dh = dH[t] + dh\n",
    "        if T - t > 3:\n            dh, dc = np.zeros(n), np.zeros(n)\n        dh = dH[t] + dh\n",
    loses=LATER,
    slip="last_steps_alone",
)
for _of, _slip in (
    ("reference", "sums_multiplied_in_W_h"),
    ("sums_multiplied", "sums_multiplied_in_W_x_and_W_h"),
):
    bank.edit(
        _slip,
        "delta.T @ H[:-1]",
        "delta.sum(axis=0)[:, None] * H[:-1].sum(axis=0)",
        of=_of,
        loses={"weights", "last_loss"},
        slip=_slip,
    )
READ, ARRIVES = "        dc = dc + dh * o * (1 - y**2)\n", "dc + dh * o * (1 - y**2)"
for _name, _new in (
    ("cell_slope_on_both", "(dc + dh * o) * (1 - y**2)"),
    ("output_gate_on_both", "o * (dc + dh * (1 - y**2))"),
    ("output_gate_and_slope_on_both", "(dc + dh) * o * (1 - y**2)"),
    ("gated_before_adding", "f * dc + dh * o * (1 - y**2)"),
):
    bank.edit(_name, ARRIVES, _new, loses=LATER, slip=_name)
bank.edit(
    "cell_slope_after_adding",
    READ,
    "        dc += dh * o\n        dc = dc - dc * y**2\n",
    loses=LATER,
    slip="cell_slope_on_both",
)
bank.edit(
    "slopes_missing",
    STORE,
    "        delta_i, delta_f, delta_g, delta_o = dc * g, dc * C[t], dc * i, dh * y\n" + STORE,
    loses=ALL,
    slip="slopes_missing",
)


# Written from the formulas alone, as a person would write them.


@bank.right
def step_by_step(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    H, C = lstm_forward(p, X, h_0, c_0)
    n = len(h_0)
    W_x, W_h, b = (np.zeros_like(w) for w in p)
    dX = np.zeros_like(X)
    dh_next, dc_next = np.zeros(n), np.zeros(n)
    for t in reversed(range(len(X))):
        a = p.W_x @ X[t] + p.W_h @ H[t] + p.b
        i, f, o = (1 / (1 + np.exp(-a[k * n : (k + 1) * n])) for k in (0, 1, 3))
        g, y = np.tanh(a[2 * n : 3 * n]), np.tanh(C[t + 1])
        dh = dH[t] + dh_next
        dc = dc_next + dh * o * (1 - y**2)
        d = np.concatenate(
            [dc * g * i * (1 - i), dc * C[t] * f * (1 - f), dc * i * (1 - g**2), dh * y * o * (1 - o)]
        )
        W_x += np.outer(d, X[t])
        W_h += np.outer(d, H[t])
        b += d
        dX[t] = d @ p.W_x
        dh_next = d @ p.W_h
        dc_next = dc * f
    return LSTM(W_x, W_h, b), dX, dh_next, dc_next


PASSED = "        dh_next = d @ p.W_h\n        dc_next = dc * f\n"
for _name, _state, _cell in (("later_state_added_up", "+=", "="), ("later_cell_added_up", "=", "+=")):
    bank.edit(
        _name,
        PASSED,
        PASSED.replace("dh_next =", f"dh_next {_state}").replace("dc_next =", f"dc_next {_cell}"),
        of="step_by_step",
        loses=LATER,
        slip=_name,
    )
ADDED = "        W_x += np.outer(d, X[t])\n        W_h += np.outer(d, H[t])\n        b += d\n"
FROM_ONE = {"weights", "one_step", "last_loss"}
for _parts in (("W_x",), ("W_h",), ("b",), ("W_x", "W_h", "b")):
    bank.edit(
        f"slopes_missing_in_{'_and_'.join(_parts)}",
        ADDED,
        "        e = np.concatenate([dc * g, dc * C[t], dc * i, dh * y])\n"
        + "".join(
            line.replace("(d,", "(e,").replace("= d", "= e") if line.split()[0] in _parts else line
            for line in ADDED.splitlines(keepends=True)
        ),
        of="step_by_step",
        loses=FROM_ONE,
        slip=f"slopes_missing_in_{'_and_'.join(_parts)}",
    )
for _order in ("figo", "ifog", "igfo", "fiog"):
    bank.edit(
        f"rows_{_order}_in_b",
        "        b += d\n",
        f"        b += d.reshape(4, n)[{['ifgo'.index(gate) for gate in _order]}].ravel()\n",
        of="step_by_step",
        loses=FROM_ONE,
        slip=f"rows_{_order}_in_b",
    )


@bank.wrong(loses=LATER, slip="later_steps_kept_from_output_gate")
def state_gradient_forgets_the_carry_at_the_output_gate(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    def sigmoid(v: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-v)))

    steps, h, c = [], h_0, c_0
    for x in X:
        i, f, g, o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        new_c = f * c + i * g
        steps.append((x, h, c, i, f, g, o, new_c))
        h, c = o * np.tanh(new_c), new_c
    W_x, W_h, b = (np.zeros_like(w) for w in p)
    dX = np.zeros_like(X)
    dh_next, dc_next = np.zeros_like(h_0), np.zeros_like(c_0)
    for t in reversed(range(len(X))):
        x, h, c, i, f, g, o, new_c = steps[t]
        do = dH[t] * np.tanh(new_c) * o * (1 - o)
        dc = dc_next + (dH[t] + dh_next) * o * (1 - np.tanh(new_c) ** 2)
        di = dc * g * i * (1 - i)
        df = dc * c * f * (1 - f)
        dg = dc * i * (1 - g * g)
        d = np.concatenate((di, df, dg, do))
        W_x += np.outer(d, x)
        W_h += np.outer(d, h)
        b += d
        dX[t] = p.W_x.T @ d
        dh_next = p.W_h.T @ d
        dc_next = dc * f
    return LSTM(W_x, W_h, b), dX, dh_next, dc_next


@bank.wrong(loses=LATER, slip="forget_gate_early")
def forget_gate_of_the_next_step(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    H, C = lstm_forward(p, X, h_0, c_0)
    T, n = len(X), len(h_0)
    A = X @ p.W_x.T + H[:-1] @ p.W_h.T + p.b
    S = 1 / (1 + np.exp(-A))
    i, f, o, g = S[:, :n], S[:, n : 2 * n], S[:, 3 * n :], np.tanh(A[:, 2 * n : 3 * n])
    D, dh, dc = np.zeros_like(A), np.zeros(n), np.zeros(n)
    for t in range(T - 1, -1, -1):
        dh = dh + dH[t]
        late = f[t] * dc if t < T - 1 else dc
        dc = late + dh * o[t] * (1 - np.tanh(C[t + 1]) ** 2)
        D[t, :n] = dc * g[t] * i[t] * (1 - i[t])
        D[t, n : 2 * n] = dc * C[t] * f[t] * (1 - f[t])
        D[t, 2 * n : 3 * n] = dc * i[t] * (1 - g[t] ** 2)
        D[t, 3 * n :] = dh * np.tanh(C[t + 1]) * o[t] * (1 - o[t])
        dh = p.W_h.T @ D[t]
    return LSTM(D.T @ X, D.T @ H[:-1], D.sum(axis=0)), D @ p.W_x, dh, f[0] * dc


@bank.right
def one_linear_system(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray, np.ndarray]:
    # (I − N)ᵀ λ = (dH, 0), where N holds the Jacobians of all steps: no sweep at all.
    T, n = dH.shape
    H, C = lstm_forward(p, X, h_0, c_0)
    A = X @ p.W_x.T + H[:-1] @ p.W_h.T + p.b
    s = 0.5 + 0.5 * np.tanh(A / 2)
    i, f, o, g = s[:, :n], s[:, n : 2 * n], s[:, 3 * n :], np.tanh(A[:, 2 * n : 3 * n])
    y = np.tanh(C[1:])
    shown, opened = o * (1 - y**2), y * o * (1 - o)
    by_a = np.zeros((T, n, 4 * n))
    for k, factor in enumerate((g * i * (1 - i), C[:-1] * f * (1 - f), i * (1 - g**2))):
        by_a[:, range(n), range(k * n, (k + 1) * n)] = factor
    system = np.eye(2 * n * T)
    for t in range(1, T):
        of_h = shown[t][:, None] * by_a[t]
        of_h[:, 3 * n :] += np.diag(opened[t])
        blocks = [[of_h @ p.W_h, np.diag(shown[t] * f[t])], [by_a[t] @ p.W_h, np.diag(f[t])]]
        system[2 * n * t : 2 * n * (t + 1), 2 * n * (t - 1) : 2 * n * t] = -np.block(blocks)
    total = np.linalg.solve(system.T, np.hstack([dH, 0 * dH]).ravel()).reshape(T, 2, n)
    cell = total[:, 1] + shown * total[:, 0]
    D = np.einsum("tc,tca->ta", cell, by_a)
    D[:, 3 * n :] += opened * total[:, 0]
    return (D.T @ X, D.T @ H[:-1], D.sum(axis=0)), D @ p.W_x, D[0] @ p.W_h, cell[0] * f[0]


# One factor, step or carry is another: the names are composed.
IN_WEIGHTS, LONG = {"weights", "last_loss"}, {"weights", "inputs", "start"}
for _name, _old, _new, _loses, _slip in (
    ("input_before", "delta.T @ X", "delta.T @ np.roll(X, 1, axis=0)", IN_WEIGHTS, "W_x_reads_before"),
    (
        "state_two_before",
        "delta.T @ H[:-1]",
        "delta[1:].T @ H[:-2]",
        {*IN_WEIGHTS, "one_step"},
        "W_h_reads_before",
    ),
    (
        "bias_without_step_one",
        "delta.sum(axis=0)",
        "delta[1:].sum(axis=0)",
        {*IN_WEIGHTS, "one_step"},
        "first_use_left_out_b",
    ),
    ("cell_back_by_the_rest", "dc = dc * f", "dc = dc * (1 - f)", ALL, "c_c:1-f"),
    (
        "gate_before_at_the_cell",
        DC,
        "        dc = dc / (1 + np.exp(-(p.W_x @ X[t - 1] + p.W_h @ H[t - 1] + p.b)[n : 2 * n]))\n",
        ALL,
        "forget_gate_early",
    ),
    (
        "state_given_to_the_cell_early",
        DC,
        "        dc = dc * f + dh * o * (1 - y**2)\n",
        ALL,
        "c_from_gates_early",
    ),
    ("initial_cell_held_zero", "dc * C[t] * f", "dc * C[t] * (t > 0) * f", ALL, "f_c:c0_from_zero"),
    ("reset_every_four_steps", DC, "        dc = dc * f * (t % 4 > 0)\n", ALL, "cut_every"),
    (
        "blocks_of_eight",
        DC,
        "        dh, dc = (dh, dc * f) if (T - t) % 8 else (0 * dh, 0 * dc)\n",
        LONG,
        "cut_every",
    ),
    (
        "cell_kept_from_the_last_step",
        "dc = dc + dh",
        "dc = dc * (t < T - 2) + dh",
        {*LONG, "last_loss"},
        "cut_once",
    ),
    ("start_before_the_gate", "dh, dc\n", "dh, dc / f\n", {"one_step", "last_loss", "start"}, "start_of_c_0"),
    ("losses_one_late", "dH[t] + dh", "(dH[t + 1] if t + 1 < T else 0) + dh", ALL, "losses_one_late"),
    (
        "gates_of_step_t_minus_one",
        "p.W_x @ X[t] + p.W_h @ H[t] + p.b",
        "p.W_x @ X[t - 1] + p.W_h @ H[t - 1] + p.b",
        ALL,
        "gates_step_before",
    ),
    (
        "gates_taken_igfo",
        "a_i, a_f, a_g, a_o = np.split",
        "a_i, a_g, a_f, a_o = np.split",
        ALL,
        "rows_read_as_igfo",
    ),
    (
        "start_holds_the_first_loss",
        "p.W_x, dh, dc\n",
        "p.W_x, dh + dH[0], dc\n",
        {"one_step", "start"},
        "start_of_h_0",
    ),
    (
        "forward_from_zeros",
        "lstm_forward(p, X, h_0, c_0)",
        "lstm_forward(p, X, 0 * h_0, 0 * c_0)",
        ALL,
        "forward_zeros",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
