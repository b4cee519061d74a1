"""Runs of a tanh network whose Jacobians are held in hand: by inputs that impose the pre-activations."""

import numpy as np

from course import draws
from course.models import RNN, Array


def open_inputs(rng: draws.Rng, p: RNN, T: int, h_0: Array) -> Array:
    """Inputs (T, d) that hold every state near zero, where tanh has slope 1."""
    X, h, back = [], h_0, np.linalg.pinv(p.W_hx)
    for _ in range(T):
        wanted = 0.2 * rng.normal(size=len(h))
        X.append(back @ (wanted - p.W_hh @ h - p.b_h))
        h = np.tanh(p.W_hx @ X[-1] + p.W_hh @ h + p.b_h)
    return np.stack(X)


def with_a_gap(rng: draws.Rng, h: int) -> Array:
    """Recurrent weights whose second eigenvalue is clearly smaller: a long product has one direction."""
    while True:
        W = draws.recurrent_matrix(rng, h)
        moduli = np.sort(np.abs(np.linalg.eigvals(W)))
        if moduli[-2] < 0.8 * moduli[-1]:
            return W


def known_product(rng: draws.Rng) -> tuple[tuple[RNN, Array, Array], float]:
    """A network of 40 units whose slopes are alike at each step, and its rate: a power, times the slopes.

    W_hh = S U S⁻¹ with U orthogonal. The inputs impose a_t = ± α_t, so J_t = (1 − tanh² α_t) W_hh.
    """
    h, T = 40, 800
    U, S = np.linalg.qr(rng.normal(size=(h, h)))[0], rng.uniform(1.0, 3.0, size=h)
    W, alpha = S[:, None] * U / S, rng.uniform(0.5, 1.7, size=T)
    a = alpha[:, None] * rng.choice([-1.0, 1.0], size=(T, h))
    p = RNN(np.eye(h), W, draws.away_from_zero(rng, h), rng.normal(size=(2, h)), np.zeros(2))
    h_0 = draws.away_from_zero(rng, h)
    X = a - np.vstack([h_0, np.tanh(a[:-1])]) @ W.T - p.b_h
    turned = np.linalg.norm(S[:, None] * np.linalg.matrix_power(U, T) / S, 2)
    return (p, X, h_0), float(np.mean(np.log(1 - np.tanh(alpha) ** 2)) + np.log(turned) / T)
