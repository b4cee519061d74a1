"""Chapter 3, the theorem and its failures: complex steps of tied and untied functions."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, same
from checks.registry import checked

from course.oracles import complex_step

N, P, M = 3, 4, 2


def _untied(rng):
    """A function of three columns of four entries, with two entries, in which the copies mix."""
    A, B = rng.normal(size=(N, M, P)), rng.normal(size=(M, P, P))

    def g(*w):
        return sum(np.sin(A[k] @ w[k]) for k in range(N)) + B @ w[0] @ (w[1] * w[2])

    return g


def _blocks(g, w):
    """The Jacobian of g by each copy, the others held at w."""
    return [complex_step(lambda v, k=k: g(*(v if j == k else w for j in range(N))), w) for k in range(N)]


@checked(
    "eq-tied-copy",
    r"""
    \frac{\dd \operatorname{copy}(w)}{\dd w} = \begin{pmatrix} I \\ \vdots \\ I \end{pmatrix}
    """,
)
def copy(rng):
    """The complex step of the copy map itself, against three stacked identity matrices."""
    J = complex_step(lambda w: np.concatenate([w] * N), rng.normal(size=P))
    same(J, np.vstack([np.eye(P)] * N))


@checked(
    "eq-tied-theorem",
    r"""
    \frac{\dd u}{\dd w} = \sum_{k=1}^{n} \frac{\partial g}{\partial w_k} \bigg|_{w_1 = \cdots = w_n = w}
    """,
)
def theorem(rng):
    """The complex step of a tied function of three columns, against the sum of its untied Jacobians."""
    g, w = _untied(rng), rng.normal(size=P)
    same(sum(_blocks(g, w)), complex_step(lambda v: g(v, v, v), w))


@checked(
    "eq-tied-proof",
    r"""
    \frac{\dd u}{\dd w} = \begin{pmatrix} \dfrac{\partial g}{\partial w_1} & \cdots & \dfrac{\partial
    g}{\partial w_n} \end{pmatrix} \begin{pmatrix} I \\ \vdots \\ I \end{pmatrix} = \sum_{k=1}^{n}
    \frac{\partial g}{\partial w_k}
    """,
)
def proof(rng):
    """The row of measured blocks times the stack of identities, against the tied Jacobian and the sum."""
    g, w = _untied(rng), rng.normal(size=P)
    row, stack = np.hstack(_blocks(g, w)), np.vstack([np.eye(P)] * N)
    assert row.shape == (M, N * P)
    same(row @ stack, complex_step(lambda v: g(v, v, v), w))
    same(row @ stack, sum(_blocks(g, w)))


@checked(
    "eq-tied-gradient",
    r"""
    \frac{\partial L}{\partial w} = \sum_{k=1}^{n} \frac{\partial L}{\partial w_k}
    """,
)
def gradient(rng):
    """Autograd by one tensor that is read three times, against the sum over three tensors read once."""
    A = [torch.tensor(rng.normal(size=(P, P))) for _ in range(N)]

    def loss(*w):
        return torch.exp(torch.tanh(A[0] @ w[0]) @ torch.sin(A[1] @ w[1]) * 0.3 + (A[2] @ w[2]).mean())

    tied = torch.tensor(rng.normal(size=P), requires_grad=True)
    free = [tied.detach().clone().requires_grad_() for _ in range(N)]
    same(sum(grad(loss(*free), w) for w in free), grad(loss(tied, tied, tied), tied))


@checked(
    "eq-tied-linear",
    r"""
    w_k = A_k w \quad (k = 1, \ldots, n), \qquad \frac{\partial L}{\partial w} = \sum_{k=1}^{n} A_k\T
    \frac{\partial L}{\partial w_k}
    """,
)
def linear(rng):
    """The complex step by w of a loss that reads three linear images of it, against the printed sum."""
    sizes, w = (2, 4, 5), rng.normal(size=3)
    A = [rng.normal(size=(n, 3)) for n in sizes]
    c = [rng.normal(size=n) for n in sizes]

    def loss(*u):
        return np.prod([np.sin(c_k @ u_k) for c_k, u_k in zip(c, u, strict=True)]) + np.exp(0.1 * c[0] @ u[0])

    uses = [A_k @ w for A_k in A]
    parts = (complex_step(lambda v, k=k: loss(*uses[:k], v, *uses[k + 1 :]), uses[k]) for k in range(3))
    printed = sum(A_k.T @ part for A_k, part in zip(A, parts, strict=True))
    same(printed, complex_step(lambda v: loss(*(A_k @ v for A_k in A)), w))


@checked(
    "eq-tied-corner",
    r"""
    \begin{aligned} g(w_1, w_2) &= \frac{w_1^2 w_2}{w_1^2 + w_2^2}, \qquad g(0, 0) = 0, \\[2ex]
    \frac{\partial g}{\partial w_1} + \frac{\partial g}{\partial w_2} &= 0 \ \text{ at } (0, 0), \qquad
    \frac{\dd}{\dd w} g(w, w) = \frac12 \end{aligned}
    """,
)
def corner(rng):
    """SymPy takes the difference quotients at the origin: zero on both axes, one half on the diagonal."""
    a, b, h = sp.symbols("a b h", real=True)
    g = a**2 * b / (a**2 + b**2)
    assert sp.limit(g.subs({a: h, b: 0}) / h, h, 0) == 0
    assert sp.limit(g.subs({a: 0, b: h}) / h, h, 0) == 0
    assert sp.limit(g.subs({a: h, b: h}) / h, h, 0) == sp.Rational(1, 2)


@checked(
    "eq-tied-kink",
    r"""
    y = \operatorname{ReLU}(w_1) - \operatorname{ReLU}(-w_2), \qquad w_1 = w_2 = w \quad \Longrightarrow
    \quad y = w
    """,
)
def kink(rng):
    """The function equals w at random places and at 0; autograd says 1 away from 0, and 0 there."""

    def y(w):
        return torch.relu(w) - torch.relu(-w)

    for at in (*rng.normal(size=5), 0.0):
        w = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        assert y(w).item() == at
        assert grad(y(w), w) == (at != 0)
