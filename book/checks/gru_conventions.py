"""Chapter 11: the two conventions of the GRU, for the update gate and for the reset."""

import numpy as np
from checks.gru import inside, sigma
from checks.lstm_run import gru_case
from checks.oracles import same
from checks.registry import checked
from figures.gru import convention_gaps

from course.gated import gru_forward
from course.oracles import complex_step


@checked("eq-gru-flip", r"1 - \sigma(a) = \sigma(-a)")
def flip(rng):
    """Random numbers; then a whole run whose update block has changed its signs and its meaning."""
    a = 5 * rng.normal(size=20)
    same(1 - sigma(a), sigma(-a), rtol=1e-9)
    p, X, h_0 = gru_case(rng)
    k = len(h_0)
    sign = np.concatenate((np.ones(k), -np.ones(k), np.ones(k)))
    q = p._replace(W_x=sign[:, None] * p.W_x, W_h=sign[:, None] * p.W_h, b_x=sign * p.b_x, b_h=sign * p.b_h)
    h = h_0
    for x in X:
        _, z, n, _ = inside(q, x, h)
        h = z * n + (1 - z) * h
    same(h, gru_forward(p, X, h_0)[-1])


@checked(
    "eq-gru-before",
    r"""
    \begin{aligned} \text{before:} \quad n_t &= \tanh\bigl( u^n_t + W_{nh} (r_t \odot h_{t-1}) +
    b_{nh} \bigr), \\ \text{after:} \quad n_t &= \tanh\bigl( u^n_t + r_t \odot (W_{nh} h_{t-1} +
    b_{nh}) \bigr) \end{aligned}
    """,
)
def before(rng):
    """Entry by entry: the given model is the second line; only equal resets make the first the same."""
    p, X, h = gru_case(rng)
    k = len(h)
    p.b_h[2 * k :] = 0
    u, W = p.W_x @ X[0] + p.b_x, p.W_h[2 * k :]
    for equal in (False, True):
        if equal:
            p.W_x[:k], p.W_h[:k], p.b_x[:k], p.b_h[:k] = 0, 0, 0.4, 0
        r, z, n, _ = inside(p, X[0], h)
        same((1 - z) * n + z * h, gru_forward(p, X[:1], h)[1])
        first = [np.tanh(u[2 * k + i] + sum(W[i, j] * r[j] * h[j] for j in range(k))) for i in range(k)]
        second = [np.tanh(u[2 * k + i] + r[i] * sum(W[i, j] * h[j] for j in range(k))) for i in range(k)]
        same(second, n)
        assert np.allclose(first, n) == equal


@checked(
    "eq-gru-commutator",
    r"""
    \bigl[ W_{nh} (r_t \odot h_{t-1}) - r_t \odot (W_{nh} h_{t-1}) \bigr]_i = \sum_{j}
    [W_{nh}]_{ij}\, (r_{t,j} - r_{t,i})\, h_{t-1,j}
    """,
)
def commutator(rng):
    """Random matrices and gates, entry by entry."""
    W, r, h = rng.normal(size=(4, 4)), rng.uniform(size=4), rng.normal(size=4)
    entries = [sum(W[i, j] * (r[j] - r[i]) * h[j] for j in range(4)) for i in range(4)]
    same(W @ (r * h) - r * (W @ h), entries, rtol=1e-9)
    same(convention_gaps(1.0), [0.47, 0.15], rtol=0.03)
    same(convention_gaps(4.0), [0.87, 1.14], rtol=0.03)


@checked(
    "eq-gru-before-jacobian",
    r"""
    \frac{\partial n_t}{\partial h_{t-1}} = \diag(1 - n_t \odot n_t)\, W_{nh} \Bigl( \diag(r_t) +
    \diag\bigl( h_{t-1} \odot r_t \odot (1 - r_t) \bigr) W_{rh} \Bigr) \quad \text{(before)}
    """,
)
def before_jacobian(rng):
    """The complex step through the candidate of the published convention."""
    p, X, h = gru_case(rng)
    k = len(h)
    W_rh, _, W_nh = np.split(p.W_h, 3)

    def candidate(s):
        r = sigma((p.W_x @ X[0] + p.b_x + p.b_h)[:k] + W_rh @ s)
        return np.tanh((p.W_x @ X[0] + p.b_x + p.b_h)[2 * k :] + (W_nh * r) @ s)

    n, r = candidate(h), inside(p, X[0], h)[0]
    printed = np.diag(1 - n * n) @ W_nh @ (np.diag(r) + np.diag(h * r * (1 - r)) @ W_rh)
    same(printed, complex_step(candidate, h))
