"""Appendix A, maps of entries, norms, softmax."""

import numpy as np
import torch
from checks.matrix_calculus import judged, leaf
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked

from course.oracles import complex_step


@checked(
    "eq-calculus-hadamard",
    r"""
    v \odot w = \diag(v)\, w, \qquad \frac{\partial (v \odot w)}{\partial w} = \diag(v), \quad
    \frac{\partial L}{\partial w} = v \odot g
    """,
)
def hadamard(rng):
    """Autograd's Jacobian of torch's entrywise product, and its gradient, against the diagonal matrix."""
    v, w = leaf(rng, 4), leaf(rng, 4)
    u = v * w
    L, g = judged(u, rng)
    same(np.diag(value(v)) @ value(w), value(u))
    same(np.diag(value(v)), jacobian(u, w))
    same(value(v) * g, grad(L, w))


@checked(
    "eq-calculus-diag",
    r"""
    \diag(v)\, A \diag(w) = A \odot (v\, w\T), \qquad M = \diag(v): \quad \frac{\partial L}{\partial
    v_i} = G_{ii}
    """,
)
def diag(rng):
    """Random matrices of unequal sides, multiplied out; autograd by v through torch's diag."""
    A, v, w = rng.normal(size=(3, 4)), leaf(rng, 3), rng.normal(size=4)
    same(np.diag(value(v)) @ A @ np.diag(w), A * np.outer(value(v), w))
    M = torch.diag(v)
    L, G = judged(M, rng)
    same(np.array([G[i, i] for i in range(3)]), grad(L, v))


@checked(
    "eq-calculus-activation",
    r"""
    \frac{\partial h}{\partial a} = \diag(\phi'(a)), \qquad \frac{\partial L}{\partial a} = \phi'(a)
    \odot g
    """,
)
def activation(rng):
    """Autograd's Jacobian and gradient for three activations; the slopes by the complex step."""
    for in_torch, phi in ((torch.tanh, np.tanh), (torch.sin, np.sin), (torch.exp, np.exp)):
        a = leaf(rng, 4)
        h = in_torch(a)
        L, g = judged(h, rng)
        slopes = np.array([complex_step(phi, np.array(entry)) for entry in value(a)])
        same(np.diag(slopes), jacobian(h, a))
        same(slopes * g, grad(L, a))


@checked(
    "eq-calculus-softmax",
    r"""
    \frac{\partial}{\partial o} \ln \sum_j e^{o_j} = s, \qquad \frac{\partial s}{\partial o} = \diag(s)
    - s\, s\T, \quad \frac{\partial L}{\partial o} = s \odot g - (s\T g)\, s
    """,
)
def softmax(rng):
    """Autograd of torch's own logsumexp and softmax: gradient, Jacobian, and gradient of a loss."""
    o = leaf(rng, 5)
    s = torch.softmax(o, 0)
    L, g = judged(s, rng)
    p = value(s)
    same(p, grad(torch.logsumexp(o, 0), o))
    same(np.diag(p) - np.outer(p, p), jacobian(s, o))
    same(p * g - (p @ g) * p, grad(L, o))


@checked(
    "eq-calculus-norm",
    r"""
    \frac{\partial}{\partial v}\, \tfrac12 \norm{v}^2 = v, \qquad \frac{\partial}{\partial W}\, \tfrac12
    \norm{W}^2 = W, \qquad \frac{\partial \norm{v}}{\partial v} = \frac{v}{\norm{v}} \quad (v \ne 0)
    """,
)
def norm(rng):
    """Autograd of torch's norms of a random column and a random matrix."""
    v, W = leaf(rng, 4), leaf(rng, 3, 4)
    same(value(v), grad(torch.linalg.vector_norm(v) ** 2 / 2, v))
    same(value(W), grad(torch.linalg.matrix_norm(W) ** 2 / 2, W))
    same(value(v) / np.linalg.norm(value(v)), grad(torch.linalg.vector_norm(v), v))


@checked(
    "eq-calculus-squares",
    r"""
    L = \tfrac12 \norm{A v - b}^2: \qquad \frac{\partial L}{\partial v} = A\T (A v - b), \quad
    \frac{\partial L}{\partial A} = (A v - b)\, v\T
    """,
)
def squares(rng):
    """Autograd of torch's squared-error loss by the column and by the matrix."""
    A, v, b = leaf(rng, 3, 4), leaf(rng, 4), torch.tensor(rng.normal(size=3))
    L = torch.nn.functional.mse_loss(A @ v, b, reduction="sum") / 2
    error = value(A) @ value(v) - b.numpy()
    same(value(A).T @ error, grad(L, v))
    same(np.outer(error, value(v)), grad(L, A))


@checked(
    "eq-calculus-normalise",
    r"""
    \frac{\partial \hat v}{\partial v} = \frac{1}{\norm{v}} \bigl( I - \hat v\, \hat v\T \bigr), \qquad
    \hat v = \frac{v}{\norm{v}}
    """,
)
def normalise(rng):
    """Autograd's Jacobian of torch's own normalize."""
    v = leaf(rng, 4)
    unit = torch.nn.functional.normalize(v, dim=0)
    size, u = np.linalg.norm(value(v)), value(unit)
    same(u, value(v) / size)
    same((np.eye(4) - np.outer(u, u)) / size, jacobian(unit, v))
