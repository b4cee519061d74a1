"""Chapter 11: the GRU, its Jacobian and its backward pass."""

import numpy as np
import sympy as sp
import torch
from checks.lstm_run import gru_case, lstm_case
from checks.oracles import grad, same, value
from checks.registry import checked
from figures.gru import term_norms, terms

from course.gated import gru_forward, lstm_forward
from course.oracles import complex_step


def sigma(a):
    """The logistic function by its definition."""
    return 1 / (1 + np.exp(-a))


def inside(p, x, h):
    """r, z, n and v^n of one step, by the lines of the page."""
    (u_r, u_z, u_n), (v_r, v_z, v_n) = np.split(p.W_x @ x + p.b_x, 3), np.split(p.W_h @ h + p.b_h, 3)
    r, z = sigma(u_r + v_r), sigma(u_z + v_z)
    return r, z, np.tanh(u_n + r * v_n), v_n


@checked(
    "eq-gru-cell",
    r"""
    \begin{aligned} u_t &= W_x x_t + b_x, \qquad v_t = W_h h_{t-1} + b_h, \\[1ex] r_t &=
    \sigma(u^r_t + v^r_t), \qquad z_t = \sigma(u^z_t + v^z_t), \\ n_t &= \tanh(u^n_t + r_t \odot
    v^n_t), \\[1ex] h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1} \end{aligned}
    """,
)
def cell(rng):
    """torch.nn.GRU, the given NumPy model, and the lines of the page: three runs agree."""
    p, X, h_0 = gru_case(rng)
    H, h = gru_forward(p, X, h_0), h_0
    layer = torch.nn.GRU(X.shape[1], len(h_0), dtype=torch.float64)
    for weight, given in zip(layer.parameters(), (p.W_x, p.W_h, p.b_x, p.b_h), strict=True):
        weight.data = torch.tensor(given)
    states, _ = layer(torch.tensor(X), torch.tensor(h_0)[None])
    same(value(states), H[1:])
    for t, x in enumerate(X, start=1):
        _, z, n, _ = inside(p, x, h)
        h = (1 - z) * n + z * h
        same(h, H[t])


@checked(
    "eq-gru-bounded",
    r"""
    \max_j \abs{h_{t,j}} \le \max\bigl( 1,\, \max_j \abs{h_{0,j}} \bigr), \qquad \abs{c_{t,j}} \le
    \abs{c_{0,j}} + t \quad \text{(LSTM)}
    """,
)
def bounded(rng):
    """Runs of 50 steps with large weights and starts; one LSTM with open gates counts to t, less a little."""
    p, X, h_0 = gru_case(rng, T=50)
    p, h_0 = p._replace(W_x=9 * p.W_x, W_h=9 * p.W_h), 3 * h_0
    assert abs(gru_forward(p, X, h_0)).max() <= max(1, abs(h_0).max()) * (1 + 1e-12)
    lstm, X, h_0, c_0 = lstm_case(rng, T=50)
    steps = np.arange(51)[:, None]
    assert (abs(lstm_forward(lstm, 9 * X, h_0, c_0)[1]) <= abs(c_0) + steps).all()
    open_gates = lstm._replace(b=np.full(len(lstm.b), 40.0), W_h=0 * lstm.W_h)
    assert lstm_forward(open_gates, 0 * X, h_0, 0 * c_0)[1][-1].min() > 49


@checked(
    "eq-gru-scalar",
    r"""
    \begin{aligned} \frac{\partial h_t}{\partial h_{t-1}} = z_t &+ (h_{t-1} - n_t)\, z_t (1 - z_t)\,
    w_z \\ &+ (1 - z_t)(1 - n_t^2)\, r_t\, w_n \\ &+ (1 - z_t)(1 - n_t^2)\, v^n_t\, r_t (1 - r_t)\,
    w_r \end{aligned}
    """,
)
def scalar(rng):
    """SymPy differentiates one unit."""
    h, u_r, u_z, u_n, w_r, w_z, w_n = symbols = sp.symbols("h u_r u_z u_n w_r w_z w_n", real=True)

    def logistic(a):
        return 1 / (1 + sp.exp(-a))

    r, z, v = logistic(u_r + w_r * h), logistic(u_z + w_z * h), w_n * h
    n = sp.tanh(u_n + r * v)
    printed = z + (h - n) * z * (1 - z) * w_z + (1 - z) * (1 - n**2) * r * w_n
    printed += (1 - z) * (1 - n**2) * v * r * (1 - r) * w_r
    at = dict(zip(symbols, rng.normal(size=7), strict=True))
    same(float(sp.diff((1 - z) * n + z * h, h).subs(at)), float(printed.subs(at)))


@checked(
    "eq-gru-jacobian",
    r"""
    \begin{aligned} \frac{\partial h_t}{\partial h_{t-1}} = \diag(z_t) &+ \diag\bigl( (h_{t-1} -
    n_t) \odot z_t \odot (1 - z_t) \bigr) W_{zh} \\ &+ N_t \diag(r_t)\, W_{nh} \\ &+ N_t \diag\bigl(
    v^n_t \odot r_t \odot (1 - r_t) \bigr) W_{rh} \end{aligned}
    """,
)
def jacobian(rng):
    """The complex step through the given model; none of the four terms is negligible."""
    p, X, h = gru_case(rng)
    r, z, n, v = inside(p, X[0], h)
    W_rh, W_zh, W_nh = np.split(p.W_h, 3)
    N = np.diag((1 - z) * (1 - n * n))
    printed = (
        np.diag(z),
        np.diag((h - n) * z * (1 - z)) @ W_zh,
        N @ np.diag(r) @ W_nh,
        N @ np.diag(v * r * (1 - r)) @ W_rh,
    )
    same(sum(printed), complex_step(lambda s: gru_forward(p, X[:1], s)[1], h))
    for shown, by_cutting in zip(printed, terms(p, X[0], h), strict=True):
        same(shown, by_cutting, rtol=1e-8)
        assert abs(shown).max() > 1e-5
    same(term_norms(1.0), [0.87, 0.33, 0.48, 0.06, 1.00], rtol=0.01)
    same(term_norms(4.0), [0.99, 1.10, 1.78, 1.13, 2.33], rtol=0.01)


def kept(p, X, h_0):
    """One step in torch with every value a node."""
    W_x, W_h, b_x, b_h = (torch.tensor(w) for w in p)
    h = torch.tensor(h_0, requires_grad=True)
    u = (W_x @ torch.tensor(X[0]) + b_x).requires_grad_()
    v = W_h @ h + b_h
    (u_r, u_z, u_n), (v_r, v_z, v_n) = u.split(len(h_0)), v.split(len(h_0))
    r, z = torch.sigmoid(u_r + v_r), torch.sigmoid(u_z + v_z)
    n = torch.tanh(u_n + r * v_n)
    return {"h": h, "u": u, "v": v, "r": r, "z": z, "n": n, "new": (1 - z) * n + z * h}


@checked(
    "eq-gru-backward",
    r"""
    \begin{aligned} \frac{\partial L}{\partial z_t} &= \frac{\partial L}{\partial h_t} \odot
    (h_{t-1} - n_t), & \frac{\partial L}{\partial n_t} &= \frac{\partial L}{\partial h_t} \odot (1 -
    z_t), \\[1ex] \frac{\partial L}{\partial u^n_t} &= \frac{\partial L}{\partial n_t} \odot (1 -
    n_t \odot n_t), & \frac{\partial L}{\partial r_t} &= \frac{\partial L}{\partial u^n_t} \odot
    v^n_t, \\[1ex] \frac{\partial L}{\partial v^n_t} &= \frac{\partial L}{\partial u^n_t} \odot r_t
    \end{aligned}
    """,
)
def backward(rng):
    """Autograd by every value of one step; then the two gates' blocks, which are equal in u and v."""
    p, X, h_0 = gru_case(rng)
    node, dh = kept(p, X, h_0), rng.normal(size=len(h_0))
    by = {name: grad(torch.tensor(dh) @ node["new"], node[name]) for name in ("u", "v", "r", "z", "n")}
    r, z, n, v_n = inside(p, X[0], h_0)
    k = len(h_0)
    same(by["z"], dh * (h_0 - n))
    same(by["n"], dh * (1 - z))
    same(by["u"][2 * k :], by["n"] * (1 - n * n))
    same(by["r"], by["u"][2 * k :] * v_n)
    same(by["v"][2 * k :], by["u"][2 * k :] * r)
    same(by["u"][: 2 * k], by["v"][: 2 * k])
    same(by["u"][: 2 * k], np.concatenate((by["r"] * r * (1 - r), by["z"] * z * (1 - z))))


@checked(
    "eq-gru-back-state",
    r"""
    \frac{\partial L}{\partial h_{t-1}} = \frac{\direct L}{\partial h_{t-1}} + z_t \odot
    \frac{\partial L}{\partial h_t} + W_h\T \frac{\partial L}{\partial v_t}
    """,
)
def back_state(rng):
    """Autograd by the old state, when the loss reads both states."""
    p, X, h_0 = gru_case(rng)
    node, dh, direct = kept(p, X, h_0), rng.normal(size=len(h_0)), rng.normal(size=len(h_0))
    loss = torch.tensor(dh) @ node["new"] + torch.tensor(direct) @ node["h"]
    _, z, _, _ = inside(p, X[0], h_0)
    same(grad(loss, node["h"]), direct + z * dh + p.W_h.T @ grad(loss, node["v"]))
