"""The original convention of the GRU, made of the given network in torch's."""

from typing import Any

import numpy as np

from course.exercise import Parts
from course.gated import GRU, gru_forward
from course.models import Array


def torch_step(p: GRU, x: Array, h: Array) -> Array:
    """One step in torch's convention."""
    return np.asarray(gru_forward(p, x[None], h)[1])


SHUT, OPEN = -1e4, 1e4  # pre-activations at which a gate is exactly 0 or 1


def reset_gate(p: GRU, x: Array, h: Array) -> Array:
    """r, as the given network shows it: with z = 0 and v^n = 1, u^n = 0 its next state is tanh(r)."""
    n = len(h)
    W_x, W_h, b_x, b_h = (np.split(field, 3)[0] for field in p)
    flat, square = np.zeros((2 * n, W_x.shape[1])), np.zeros((2 * n, n))
    probe = GRU(
        np.concatenate([W_x, flat]),
        np.concatenate([W_h, square]),
        np.concatenate([b_x, np.full(n, SHUT), np.zeros(n)]),
        np.concatenate([b_h, np.zeros(n), np.ones(n)]),
    )
    return np.arctanh(torch_step(probe, x, h))


def reset_by(r: Array, p: GRU) -> GRU:
    """The parameters with r at the columns of W_h^n, and the reset gate open."""
    W_r, W_z, W_n = np.split(p.W_h, 3)
    b_r, *others = np.split(p.b_x, 3)
    return p._replace(
        W_h=np.concatenate([0 * W_r, W_z, W_n * r]),
        W_x=np.concatenate([0 * np.split(p.W_x, 3)[0], *np.split(p.W_x, 3)[1:]]),
        b_x=np.concatenate([0 * b_r + OPEN, *others]),
    )


def original(p: GRU, x: Array, h: Array) -> Parts:
    """The given network with W_h^n diag(r) for W_h^n, and its own reset gate open for good."""
    return {"h_next": torch_step(reset_by(reset_gate(p, x, h), p), x, h)}


def at_candidate(columns: Any, bias: Any, p: GRU, x: Array, h: Array) -> Parts:
    """The original convention with other factors, functions of r, at W_h^n's columns and at b_h^n."""
    r = reset_gate(p, x, h)
    q = reset_by(columns(r), p)
    b_r, b_z, b_n = np.split(q.b_h, 3)
    return {"h_next": torch_step(q._replace(b_h=np.concatenate([b_r, b_z, b_n * bias(r)])), x, h)}
