"""GRU steps with other values, computed by mistake: with the rules as they are, or with those that follow."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from course.altered_gru import ROWS, GRUSlip
from course.gated import GRU, logistic
from course.gru_values import At, Word
from course.models import Array

Change = Callable[[GRU, At], dict[str, Any]]


def _with(change: Change, p: GRU, at: At) -> At:
    """The step with some values computed otherwise, and n from them, if that is not among them."""
    other = change(p, at)
    r, z = other.get("r", at.r), other.get("z", at.z)
    u, v = (other.get(name, getattr(at, name)) for name in "uv")
    return replace(at, u=u, v=v, r=r, z=z, n=other.get("n", np.tanh(at.u[2] + r * at.v[2])))


def _cho(p: GRU, s: At) -> dict[str, Array]:
    return {"n": np.tanh(s.u[2] + np.split(p.W_h, 3)[2] @ (s.r * s.h) + s.bias)}


def _cho_unbiased(p: GRU, s: At) -> dict[str, Array]:
    return {"n": np.tanh(s.u[2] + np.split(p.W_h, 3)[2] @ (s.r * s.h))}


def _of(
    name: str,
    said: str,
    change: Change,
    throughout: dict[str, str | Word] | None = None,
) -> tuple[GRUSlip, ...]:
    """Values computed otherwise, with the rules as they are; and `throughout`, with the rules that follow."""
    values = partial(_with, change)
    one = GRUSlip(f"values_{name}", f"{said}: all that follows is of another step.", "The GRU", values=values)
    if throughout is None:
        return (one,)
    sentence = f"{said}, here and on the way back: that is another step."
    return one, GRUSlip(f"step_{name}", sentence, "The GRU", factors=throughout, values=values)


def _n(of: Callable[[At], Array]) -> Change:
    return lambda p, s: {"n": of(s)}


def _gates(of: Callable[[At, int], Array], which: str = "rz") -> Change:
    return lambda p, s: {gate: of(s, "rz".index(gate)) for gate in which}


def _bias(side: str, row: str, source: str, p: GRU, s: At) -> dict[str, Any]:
    """u or v, the gates and n with another bias in a row of u or v: that of the row `source`, or none."""
    bias = np.split(p.b_x if side == "u" else p.b_h, 3)
    rows = {"u": list(s.u), "v": list(s.v)}
    k = ROWS.index(row)
    rows[side][k] = rows[side][k] - bias[k] + (bias[ROWS.index(source)] if source else 0)
    a = [u + v for u, v in zip(rows["u"], rows["v"], strict=True)]
    r = logistic(a[0])
    n = np.tanh(rows["u"][2] + r * rows["v"][2])
    return {"r": r, "z": logistic(a[1]), "n": n, side: rows[side]}


def _of_bias(side: str, row: str, source: str) -> tuple[GRUSlip, ...]:
    b = "b_x" if side == "u" else "b_h"
    at = f"{side}^{row} is computed"
    said = f"{at} with {b}^{source} for {b}^{row}" if source else f"{at} without {b}^{row}"
    name = f"{b}_of_{source}_at_{row}" if source else f"{b}_left_out_at_{row}"
    return _of(name, said, partial(_bias, side, row, source))


BIASES = (
    *[
        slip
        for side in "uv"
        for row in ROWS
        for source in ("", *ROWS.replace(row, ""))
        if (side, row, source) != ("v", "n", "")  # has its own name
        for slip in _of_bias(side, row, source)
    ],
    *_of(
        "bias_not_reset",
        "n is computed with b_h^n outside r ⊙ (…)",
        lambda p, s: {"n": np.tanh(s.u[2] + s.r * (s.v[2] - s.bias) + s.bias)},
    ),
)
VALUES = (
    *BIASES,
    *_of("state_reset", "n is computed with W_{nh} (r ⊙ h), reset before the product", _cho),
    *_of("state_reset_unbiased", "n is computed with W_{nh} (r ⊙ h) and without b_h^n", _cho_unbiased),
    *_of(
        "not_reset",
        "n is computed without r",
        _n(lambda s: np.tanh(s.u[2] + s.v[2])),
        {"reset": "0", "product": "1"},
    ),
    *_of(
        "all_reset",
        "n is computed with r on u^n as well",
        _n(lambda s: np.tanh(s.r * (s.u[2] + s.v[2]))),
        {"reset": "u^n + v^n", "input": "r"},
    ),
    *_of(
        "input_reset",
        "n is computed with r on u^n, not on v^n",
        _n(lambda s: np.tanh(s.r * s.u[2] + s.v[2])),
        {"reset": "u^n", "input": "r", "product": "1"},
    ),
    *_of("reset_by_z", "n is computed with z for r", _n(lambda s: np.tanh(s.u[2] + s.z * s.v[2]))),
    *_of(
        "reset_turned", "n is computed with 1 − r for r", _n(lambda s: np.tanh(s.u[2] + (1 - s.r) * s.v[2]))
    ),
    *_of(
        "n_of_input",
        "n is computed from u^n alone",
        _n(lambda s: np.tanh(s.u[2])),
        {"reset": "0", "product": "0"},
    ),
    *_of("n_of_state", "n is computed from v^n alone", _n(lambda s: np.tanh(s.r * s.v[2])), {"input": "0"}),
    *_of("n_logistic", "n is computed with σ", _n(lambda s: logistic(s.a)), {"slope_n": "n (1 − n)"}),
    *_of("n_linear", "n is computed without tanh", _n(lambda s: s.a), {"slope_n": "1"}),
    *_of("gates_exchanged", "r and z are exchanged", lambda p, s: {"r": s.z, "z": s.r}),
    *_of(
        "gates_of_tanh",
        "r and z are computed with tanh",
        _gates(lambda s, k: np.tanh(s.u[k] + s.v[k])),
        {"slope_r": "1 − r²", "slope_z": "1 − z²"},
    ),
    *_of(
        "gates_turned",
        "r and z are computed with e^a for e^{−a}",
        _gates(lambda s, k: logistic(-s.u[k] - s.v[k])),
    ),
    *_of("r_of_z", "r is computed from the rows of z", lambda p, s: {"r": s.z}),
    *_of("z_of_r", "z is computed from the rows of r", lambda p, s: {"z": s.r}),
    *[
        slip
        for side, other in ("uv", "vu")
        for which in ("rz", "r", "z")
        for slip in _of(
            f"{which}_of_{side}",
            f"{' and '.join(which)} {'are' if which == 'rz' else 'is'} computed from {side} alone",
            _gates(lambda s, k, side=side: logistic(getattr(s, side)[k]), which),  # type: ignore[misc]
            {f"{other}_{gate}": "0" for gate in which},
        )
    ],
)
