"""Chapter 1, first half: the unrolled network and its slopes, against complex steps, torch and SymPy."""

from functools import reduce

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked, definition

from course.models import RNN, rnn_forward, rnn_loss
from course.oracles import complex_step

definition(
    "eq-unrolling-scalar",
    r"""
    a_t = w h_{t-1} + x_t, \qquad h_t = \phi(a_t)
    """,
)
definition(
    "eq-unrolling-model",
    r"""
    a_t = W_{hx} x_t + W_{hh} h_{t-1} + b_h, \qquad h_t = \phi(a_t), \qquad o_t = W_{qh} h_t + b_q
    """,
)
definition(
    "eq-unrolling-forms",
    r"""
    h_t = \phi(W h_{t-1} + z_t), \qquad s_t = W \phi(s_{t-1}) + z_t
    """,
)
definition(
    "eq-unrolling-g",
    r"""
    G_{t,k} = \frac{\partial \ell_t}{\partial W^{(k)}}, \qquad 1 \le k, t \le T
    """,
)


def logistic(a):
    """The logistic function, fit for complex numbers."""
    return 1 / (1 + np.exp(-a))


ACTIVATIONS = (np.tanh, logistic, np.sin)


def slopes(phi, a):
    """The matrix of the slopes, by the complex step one unit at a time: no shape is assumed."""
    return np.diag([float(complex_step(phi, np.array(entry))) for entry in a])


def network(rng, T=5, d=2, h=3, q=4):
    """Random weights of order one half, inputs, targets and a start: sizes all different."""
    p = RNN(*(rng.normal(scale=0.6, size=shape) for shape in ((h, d), (h, h), (h,), (q, h), (q,))))
    return p, rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.normal(size=h)


# --- one unit -------------------------------------------------------------------------------------


@checked(
    "eq-unrolling-nested",
    r"""
    h_3 = \phi\bigl( w\, \phi( w\, \phi( w h_0 + x_1 ) + x_2 ) + x_3 \bigr)
    """,
)
def nested(rng):
    """SymPy runs the loop for an unknown function, and compares with the formula written out."""
    w, h_0, x = sp.Symbol("w"), sp.Symbol("h_0"), sp.symbols("x1:4")
    phi, h = sp.Function("phi"), h_0
    for x_t in x:
        h = phi(w * h + x_t)
    assert h == phi(w * phi(w * phi(w * h_0 + x[0]) + x[1]) + x[2])


def three_steps(phi, w, h_0, x):
    """h_3, written out."""
    return phi(w * phi(w * phi(w * h_0 + x[0]) + x[1]) + x[2])


@checked(
    "eq-unrolling-scalar-chain",
    r"""
    \frac{\dd h_3}{\dd h_0} = \phi'(a_3)\, w\; \phi'(a_2)\, w\; \phi'(a_1)\, w
    """,
)
def scalar_chain(rng):
    """One complex step through three steps, against the product of slopes, for three activations."""
    for phi in ACTIVATIONS:
        w, h_0, x = 2 * rng.normal(), rng.normal(), rng.normal(size=3)
        product, h = 1.0, h_0
        for x_t in x:
            product *= float(complex_step(phi, np.array(w * h + x_t))) * w
            h = phi(w * h + x_t)
        same(product, np.imag(three_steps(phi, w, h_0 + 1e-30j, x)) / 1e-30)


# --- the deep network -----------------------------------------------------------------------------


def torch_rnn(p, W):
    """torch's own recurrent network with these weights; its second bias is set to zero."""
    rnn = torch.nn.RNN(p.W_hx.shape[1], len(p.b_h), dtype=torch.float64)
    values = (p.W_hx, W, p.b_h, np.zeros_like(p.b_h))
    for parameter, value in zip(rnn.parameters(), values, strict=True):
        parameter.data = torch.tensor(value)
    return rnn


@checked(
    "eq-unrolling-deep",
    r"""
    \begin{aligned} h_T &= F_T\bigl( F_{T-1}( \cdots F_1(h_0) ) \bigr), & F_t(h) &= \phi\bigl( W^{(t)}
    h + W_{hx} x_t + b_h \bigr), \\[1ex] W^{(1)} &= \cdots = W^{(T)} = W_{hh} \end{aligned}
    """,
)
def deep(rng):
    """The composition of layers with equal matrices, against torch.nn.RNN run over the sequence."""
    p, X, _, h_0 = network(rng)
    copies = [p.W_hh.copy() for _ in X]
    layers = [lambda h, W=W, x=x: np.tanh(W @ h + p.W_hx @ x + p.b_h) for W, x in zip(copies, X, strict=True)]
    h_T = reduce(lambda h, layer: layer(h), layers, h_0)
    _, last = torch_rnn(p, p.W_hh)(torch.tensor(X), torch.tensor(h_0)[None])
    same(h_T, last[0].detach().numpy())


@checked("eq-unrolling-count", r"P = h\,(d + h + 1) + q\,(h + 1)")
def count(rng):
    """The entries of the five arrays of a network, counted, for random sizes and lengths."""
    for _ in range(5):
        T, d, h, q = rng.integers(1, 9, size=4)
        p, *_ = network(rng, T, d, h, q)
        assert sum(w.size for w in p) == h * (d + h + 1) + q * (h + 1)


@checked(
    "eq-unrolling-shared",
    r"""
    \begin{aligned} \min_{w_1, w_2} \tfrac12 (w_1 w_2 + 1)^2 &= 0, \\ \min_{w} \tfrac12 (w^2 + 1)^2 &=
    \tfrac12 \end{aligned}
    """,
)
def shared(rng):
    """SymPy finds all real stationary points of the tied loss; the untied one is zero at (1, -1)."""
    w = sp.Symbol("w", real=True)
    tied = (w**2 + 1) ** 2 / 2
    points = sp.solveset(sp.diff(tied, w), w, sp.S.Reals)
    assert points == {0}
    assert tied.subs(w, 0) == sp.Rational(1, 2)
    assert sp.limit(tied, w, sp.oo) == sp.oo
    assert (1 * -1 + 1) ** 2 / 2 == 0


# --- one matrix for two ---------------------------------------------------------------------------


@checked(
    "eq-unrolling-concat",
    r"""
    a_t = W_h \begin{pmatrix} x_t \\ h_{t-1} \end{pmatrix} + b_h, \qquad W_h = \bigl( W_{hx} \;\; W_{hh}
    \bigr)
    """,
)
def concat(rng):
    """One product with the joined matrix, against the pre-activations of the course's network."""
    p, X, _, h_0 = network(rng)
    H = rnn_forward(p, X, h_0)[0]
    for t in range(1, len(X) + 1):
        joined = np.hstack([p.W_hx, p.W_hh]) @ np.concatenate([X[t - 1], H[t - 1]]) + p.b_h
        same(joined, np.arctanh(H[t]), rtol=1e-7)


@checked(
    "eq-unrolling-concat-gradient",
    r"""
    \frac{\partial L}{\partial W_h} = \Bigl( \frac{\partial L}{\partial W_{hx}} \;\; \frac{\partial
    L}{\partial W_{hh}} \Bigr)
    """,
)
def concat_gradient(rng):
    """Autograd by the joined matrix in a network that knows no other, against two complex steps."""
    p, X, Y, h_0 = network(rng)
    W = torch.tensor(np.hstack([p.W_hx, p.W_hh]), requires_grad=True)
    h, loss = torch.tensor(h_0), 0.0
    b_h, W_qh, b_q = map(torch.tensor, p[2:])
    for x, y in zip(torch.tensor(X), torch.tensor(Y), strict=True):
        h = torch.tanh(W @ torch.cat([x, h]) + b_h)
        loss = loss + 0.5 * ((W_qh @ h + b_q - y) ** 2).sum() / len(X)
    loss.backward()
    blocks = [
        complex_step(lambda w, name=name: rnn_loss(p._replace(**{name: w}), X, Y, h_0), getattr(p, name))
        for name in ("W_hx", "W_hh")
    ]
    same(np.hstack(blocks), W.grad.numpy())


def s_max(M):
    """The largest singular value: the root of the largest eigenvalue of MᵀM."""
    return np.sqrt(np.linalg.eigvalsh(M.T @ M)[-1])


@checked(
    "eq-unrolling-concat-norm",
    r"""
    \smax(W_{hh}) \le \smax(W_h) \le \sqrt{ \smax(W_{hx})^2 + \smax(W_{hh})^2 }
    """,
)
def concat_norm(rng):
    """Both bounds on a hundred random pairs of matrices; the example's 3.04 by NumPy's singular values."""
    for _ in range(100):
        d, h = rng.integers(1, 6, size=2)
        W_hx, W_hh = rng.normal(size=(h, d)), rng.normal(size=(h, h)) * rng.exponential()
        whole = s_max(np.hstack([W_hx, W_hh]))
        assert s_max(W_hh) <= whole * (1 + 1e-12)
        assert whole <= np.hypot(s_max(W_hx), s_max(W_hh)) * (1 + 1e-12)
    assert round(float(np.linalg.svd(np.array([[3.0, 0.5]]))[1][0]), 2) == 3.04


# --- slopes on the diagonal -----------------------------------------------------------------------


@checked(
    "eq-unrolling-diag",
    r"""
    h_t = \begin{pmatrix} \phi(a_1) \\ \phi(a_2) \\ \phi(a_3) \end{pmatrix}, \qquad D_t =
    \frac{\partial h_t}{\partial a_t} = \begin{pmatrix} \phi'(a_1) & 0 & 0 \\ 0 & \phi'(a_2) & 0 \\ 0
    & 0 & \phi'(a_3) \end{pmatrix}
    """,
)
def diagonal(rng):
    """The complex step of the whole column, for three activations, against the slopes on a diagonal."""
    for phi in ACTIVATIONS:
        a = 2 * rng.normal(size=3)
        same(complex_step(phi, a), slopes(phi, a))
    at = complex_step(np.tanh, np.array([0.0, 1.0, -2.0]))
    assert at[0, 0] == 1
    assert round(100 * at[2, 2]) == 7


@checked(
    "eq-unrolling-rows",
    r"""
    \begin{aligned} D W &= \begin{pmatrix} \phi'_1 W_{11} & \phi'_1 W_{12} & \phi'_1 W_{13} \\ \phi'_2
    W_{21} & \phi'_2 W_{22} & \phi'_2 W_{23} \\ \phi'_3 W_{31} & \phi'_3 W_{32} & \phi'_3 W_{33}
    \end{pmatrix}, \\[2ex] [D W]_{ij} &= \phi'_i\, W_{ij}, \qquad [W D]_{ij} = W_{ij}\, \phi'_j
    \end{aligned}
    """,
)
def rows(rng):
    """SymPy multiplies a general 3 by 3 matrix by a diagonal one from the left and from the right."""
    W, slope = sp.MatrixSymbol("W", 3, 3).as_explicit(), sp.symbols("f1:4")
    D = sp.diag(*slope)
    assert sp.Matrix(3, 3, lambda i, j: slope[i] * W[i, j]) == D * W
    assert sp.Matrix(3, 3, lambda i, j: W[i, j] * slope[j]) == W * D


@checked("eq-unrolling-hadamard", r"D\, v = \phi'(a) \odot v")
def hadamard(rng):
    """The derivative of the activation along v, by one complex step, against the product of entries."""
    for phi in ACTIVATIONS:
        a, v = rng.normal(size=(2, 4))
        along = np.imag(phi(a + 1e-30j * v)) / 1e-30
        same(np.array([float(complex_step(phi, np.array(x))) for x in a]) * v, along)


@checked(
    "eq-unrolling-normalise",
    r"""
    \begin{aligned} \frac{\partial h}{\partial a} &= \frac{1}{\norm{a}} \bigl( I - h h\T \bigr),
    \\[2ex] a = \begin{pmatrix} 3 \\ 4 \end{pmatrix}: \quad \frac{\partial h}{\partial a} &=
    \frac{1}{125} \begin{pmatrix} 16 & -12 \\ -12 & 9 \end{pmatrix} \end{aligned}
    """,
)
def normalise(rng):
    """SymPy's Jacobian of the scaled column, in general and at (3, 4)."""
    a = sp.Matrix(sp.symbols("a1:4", positive=True))
    size = sp.sqrt(a.dot(a))
    h = a / size
    assert sp.simplify(h.jacobian(a) - (sp.eye(3) - h * h.T) / size) == sp.zeros(3)
    two = sp.Matrix(a[:2])
    J = (two / sp.sqrt(two.dot(two))).jacobian(two).subs({two[0]: 3, two[1]: 4})
    assert sp.simplify(J) == sp.Matrix([[16, -12], [-12, 9]]) / 125
