"""Appendix A, the standard form, the chain rule, products and forms: every rule against autograd."""

import numpy as np
import torch
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked

from course.oracles import complex_step


def leaf(rng, *shape):
    """A random tensor that autograd can differentiate by."""
    return torch.tensor(rng.normal(size=shape), requires_grad=True)


def judged(result, rng):
    """A loss that is not linear in the result, and its gradient G by the result."""
    weights = torch.tensor(rng.normal(size=tuple(result.shape)))
    L = (weights * torch.sin(result)).sum()
    return L, grad(L, result)


@checked("eq-calculus-inner", r"\langle A, B \rangle = \sum_{i,j} A_{ij} B_{ij} = \operatorname{tr}(A\T B)")
def inner(rng):
    """A double loop over entries, and a trace, against NumPy's product of the flattened matrices."""
    A, B = rng.normal(size=(2, 3, 4))
    same(sum(A[i, j] * B[i, j] for i in range(3) for j in range(4)), np.vdot(A, B))
    same(np.trace(A.T @ B), np.vdot(A, B))


@checked(
    "eq-calculus-trace",
    r"""
    (A B)\T = B\T A\T, \qquad \operatorname{tr}(A B) = \sum_{i,j} A_{ij} B_{ji} = \operatorname{tr}(B A)
    """,
)
def trace(rng):
    """Random integer matrices of unequal shapes, exactly; the traces also by a double loop."""
    A, B = rng.integers(-9, 10, size=(3, 4)), rng.integers(-9, 10, size=(4, 3))
    assert ((A @ B).T == B.T @ A.T).all()
    by_hand = sum(A[i, j] * B[j, i] for i in range(3) for j in range(4))
    assert np.trace(A @ B) == by_hand == np.trace(B @ A)


@checked(
    "eq-calculus-cross",
    r"""
    \langle G, A X \rangle = \langle A\T G, X \rangle, \qquad \langle G, X B \rangle = \langle G B\T, X
    \rangle
    """,
)
def cross(rng):
    """Random integer matrices of unequal shapes, exactly: both inner products on both sides."""
    A, X, B = (rng.integers(-9, 10, size=shape) for shape in ((3, 4), (4, 5), (5, 2)))
    G, H = rng.integers(-9, 10, size=(3, 5)), rng.integers(-9, 10, size=(4, 2))
    assert np.sum(G * (A @ X)) == np.sum((A.T @ G) * X)
    assert np.sum(H * (X @ B)) == np.sum((H @ B.T) * X)


@checked(
    "eq-calculus-identify",
    r"""
    \dd L = \langle G, \dd A \rangle \ \text{ for every } \dd A \quad \Longleftrightarrow \quad G =
    \frac{\partial L}{\partial A}
    """,
)
def identify(rng):
    """Autograd's gradient against complex steps along twelve single entries and a random direction."""
    A, c, d = rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4)
    by_autograd = torch.tensor(A, requires_grad=True)
    G = grad((torch.tensor(c) * torch.sin(by_autograd @ torch.tensor(d))).sum(), by_autograd)

    def along(direction):
        return complex_step(lambda s: c @ np.sin((A + s * direction) @ d), np.array(0.0))

    for direction in (*np.eye(12).reshape(12, 3, 4), rng.normal(size=(3, 4))):
        same(along(direction), np.sum(G * direction), rtol=1e-9)


@checked(
    "eq-calculus-chain",
    r"""
    \frac{\dd u}{\dd x} = \frac{\partial u}{\partial v} \frac{\partial v}{\partial x}, \qquad
    \frac{\partial L}{\partial x} = \Bigl( \frac{\partial v}{\partial x} \Bigr)\T \frac{\partial
    L}{\partial v}
    """,
)
def chain(rng):
    """Autograd's Jacobians of two smooth maps multiplied, against its Jacobian of the composition."""
    A, B = torch.tensor(rng.normal(size=(4, 3))), torch.tensor(rng.normal(size=(2, 4)))
    x = leaf(rng, 3)
    v = torch.tanh(A @ x)
    u = torch.exp(B @ v)
    same(jacobian(u, v) @ jacobian(v, x), jacobian(u, x))
    L, _ = judged(u, rng)
    same(jacobian(v, x).T @ grad(L, v), grad(L, x))


@checked(
    "eq-calculus-readers",
    r"""
    \frac{\dd u}{\dd x} = \frac{\partial u}{\partial v} \frac{\partial v}{\partial x} + \frac{\partial
    u}{\partial z} \frac{\partial z}{\partial x}, \qquad \frac{\partial L}{\partial x} = \Bigl(
    \frac{\partial v}{\partial x} \Bigr)\T \frac{\partial L}{\partial v} + \Bigl( \frac{\partial
    z}{\partial x} \Bigr)\T \frac{\partial L}{\partial z}
    """,
)
def readers(rng):
    """Autograd's Jacobian of a map with two readers of x, against the sum of its two paths."""
    A, B = torch.tensor(rng.normal(size=(2, 3))), torch.tensor(rng.normal(size=(2, 3)))
    x = leaf(rng, 3)
    v, z = torch.tanh(A @ x), torch.exp(0.3 * B @ x)
    u = torch.stack([(v * z).sum(), torch.sin(v[0]) * z[1], v[1] - z[0]])
    same(jacobian(u, v) @ jacobian(v, x) + jacobian(u, z) @ jacobian(z, x), jacobian(u, x))
    L, _ = judged(u, rng)
    same(jacobian(v, x).T @ grad(L, v) + jacobian(z, x).T @ grad(L, z), grad(L, x))


@checked(
    "eq-calculus-product",
    r"""
    \dd (A B) = (\dd A)\, B + A\, (\dd B), \qquad \frac{\partial L}{\partial A} = G B\T, \quad
    \frac{\partial L}{\partial B} = A\T G
    """,
)
def product(rng):
    """Autograd by both factors, and the complex step of a product that moves along two directions."""
    A, B = leaf(rng, 3, 4), leaf(rng, 4, 2)
    U = A @ B
    L, G = judged(U, rng)
    same(G @ value(B).T, grad(L, A))
    same(value(A).T @ G, grad(L, B))
    dA, dB = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    moved = complex_step(lambda s: (value(A) + s * dA) @ (value(B) + s * dB), np.array(0.0))
    same(dA @ value(B) + value(A) @ dB, moved)


@checked(
    "eq-calculus-vector",
    r"""
    \frac{\partial (A v)}{\partial v} = A, \qquad \frac{\partial L}{\partial v} = A\T g, \quad
    \frac{\partial L}{\partial A} = g\, v\T
    """,
)
def vector(rng):
    """Autograd's Jacobian of A v by v, and its gradients by v and by A."""
    A, v = leaf(rng, 3, 4), leaf(rng, 4)
    u = A @ v
    L, g = judged(u, rng)
    same(jacobian(u, v), value(A))
    same(value(A).T @ g, grad(L, v))
    same(np.outer(g, value(v)), grad(L, A))


@checked(
    "eq-calculus-batch",
    r"""
    \frac{\partial L}{\partial A} = G\T X, \qquad \frac{\partial L}{\partial X} = G A, \qquad
    \frac{\partial L}{\partial b} = G\T \mathbf{1}
    """,
)
def batch(rng):
    """Autograd of torch's own linear layer on seven rows, by its weight, its input and its bias."""
    A, X, b = leaf(rng, 3, 4), leaf(rng, 7, 4), leaf(rng, 3)
    U = torch.nn.functional.linear(X, A, b)
    L, G = judged(U, rng)
    same(value(X) @ value(A).T + np.outer(np.ones(7), value(b)), value(U))
    same(G.T @ value(X), grad(L, A))
    same(G @ value(A), grad(L, X))
    same(G.T @ np.ones(7), grad(L, b))


@checked(
    "eq-calculus-bilinear",
    r"""
    L = v\T A x: \qquad \frac{\partial L}{\partial v} = A x, \quad \frac{\partial L}{\partial x} = A\T
    v, \quad \frac{\partial L}{\partial A} = v\, x\T
    """,
)
def bilinear(rng):
    """Autograd of the number by each of its three factors."""
    v, A, x = leaf(rng, 3), leaf(rng, 3, 4), leaf(rng, 4)
    L = v @ A @ x
    same(value(A) @ value(x), grad(L, v))
    same(value(A).T @ value(v), grad(L, x))
    same(np.outer(value(v), value(x)), grad(L, A))


@checked(
    "eq-calculus-quadratic",
    r"""
    L = x\T A x: \qquad \frac{\partial L}{\partial x} = (A + A\T)\, x, \quad \frac{\partial L}{\partial
    A} = x\, x\T
    """,
)
def quadratic(rng):
    """Autograd by x and by A, for a matrix that is not symmetric; the failing example beside it."""
    A, x = leaf(rng, 4, 4), leaf(rng, 4)
    L = x @ A @ x
    same((value(A) + value(A).T) @ value(x), grad(L, x))
    same(np.outer(value(x), value(x)), grad(L, A))
    at = leaf(rng, 2)
    shift = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    same(grad(at @ shift @ at, at), value(at)[::-1])
    assert not np.allclose(2 * value(shift @ at), value(at)[::-1])
