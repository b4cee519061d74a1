"""Appendix A, Kronecker products, inverses, powers, eigenvalues."""

import numpy as np
import torch
from checks.matrix_calculus import judged, leaf
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked

from course.oracles import complex_step


@checked(
    "eq-calculus-vec",
    r"""
    \operatorname{vec}(A X B) = (B\T \otimes A) \operatorname{vec}(X), \qquad \langle A, B \rangle =
    \operatorname{vec}(A)\T \operatorname{vec}(B)
    """,
)
def vec(rng):
    """Random integer matrices of unequal shapes, exactly, with columns stacked."""
    A, X, B = (rng.integers(-9, 10, size=shape) for shape in ((2, 3), (3, 4), (4, 5)))

    def stacked(M):
        return np.concatenate([M[:, j] for j in range(M.shape[1])])

    assert (stacked(A @ X @ B) == np.kron(B.T, A) @ stacked(X)).all()
    C = rng.integers(-9, 10, size=(3, 4))
    assert stacked(X) @ stacked(C) == np.sum(X * C)


@checked(
    "eq-calculus-kron",
    r"""
    \frac{\partial (W v)}{\partial \operatorname{vec}(W)} = v\T \otimes I, \qquad (v\T \otimes I)\T g =
    v \otimes g = \operatorname{vec}(g\, v\T)
    """,
)
def kron(rng):
    """Autograd's Jacobian of W v by the stacked columns of W, and its gradient by W, stacked."""
    W, v = leaf(rng, 3, 4), torch.tensor(rng.normal(size=4))
    u = W @ v
    L, g = judged(u, rng)
    J = np.kron(v.numpy()[None], np.eye(3))
    same(J, jacobian(u, W))
    same(J.T @ g, np.kron(v.numpy(), g))
    same(J.T @ g, grad(L, W).ravel(order="F"))
    same(np.outer(g, v.numpy()).ravel(order="F"), grad(L, W).ravel(order="F"))


@checked(
    "eq-calculus-inverse",
    r"""
    \dd (A^{-1}) = -A^{-1} (\dd A)\, A^{-1}, \qquad U = A^{-1}: \quad \frac{\partial L}{\partial A} =
    -A^{-\mathsf{T}}\, G\, A^{-\mathsf{T}}
    """,
)
def inverse(rng):
    """The complex step of NumPy's inverse along a direction, and autograd of torch's, both by A."""
    A, dA = leaf(rng, 4, 4), rng.normal(size=(4, 4))
    with torch.no_grad():
        A += 4 * torch.eye(4)  # far from singular
    U = torch.linalg.inv(A)
    L, G = judged(U, rng)
    inv = value(U)
    moved = complex_step(lambda s: np.linalg.inv(value(A) + s * dA), np.array(0.0))
    same(-inv @ dA @ inv, moved, rtol=1e-9)
    same(-inv.T @ G @ inv.T, grad(L, A), rtol=1e-9)


@checked(
    "eq-calculus-power",
    r"""
    \dd (A^k) = \sum_{i=0}^{k-1} A^i\, (\dd A)\, A^{k-1-i}, \qquad \frac{\partial L}{\partial A} =
    \sum_{i=0}^{k-1} \bigl( A\T \bigr)^i\, G\, \bigl( A\T \bigr)^{k-1-i}
    """,
)
def power(rng):
    """The complex step of A multiplied k times, and autograd of torch's matrix power, for k = 1 to 5."""
    A, dA = leaf(rng, 3, 3), rng.normal(size=(3, 3))
    P = np.linalg.matrix_power
    for k in range(1, 6):
        L, G = judged(U := torch.linalg.matrix_power(A, k), rng)
        a = value(A)
        same(P(a, k), value(U))
        moved = complex_step(lambda s, k=k: P(value(A) + s * dA, k), np.array(0.0))
        same(sum(P(a, i) @ dA @ P(a, k - 1 - i) for i in range(k)), moved, rtol=1e-9)
        same(sum(P(a.T, i) @ G @ P(a.T, k - 1 - i) for i in range(k)), grad(L, A), rtol=1e-9)


@checked(
    "eq-calculus-power-order",
    r"""
    \begin{aligned} A &= \begin{pmatrix} 0 & 1 \\ 0 & 0 \end{pmatrix}, & \dd A &= \begin{pmatrix} 0 & 0
    \\ 1 & 0 \end{pmatrix}, \\[2ex] A\, \dd A + \dd A\, A &= \begin{pmatrix} 1 & 0 \\ 0 & 1
    \end{pmatrix}, & 2 A\, \dd A &= \begin{pmatrix} 2 & 0 \\ 0 & 0 \end{pmatrix} \end{aligned}
    """,
)
def power_order(rng):
    """The complex step of the square along the printed direction: it gives the first matrix."""
    A, dA = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])
    same(complex_step(lambda s: (A + s * dA) @ (A + s * dA), np.array(0.0)), np.eye(2))
    assert (A @ dA + dA @ A == np.eye(2)).all()
    assert (2 * A @ dA == [[2, 0], [0, 0]]).all()


@checked(
    "eq-calculus-eigenvalue",
    r"""
    \dd \lambda = \frac{z\T (\dd A)\, x}{z\T x}, \qquad \frac{\partial \lambda}{\partial A} = \frac{z\,
    x\T}{z\T x}
    """,
)
def eigenvalue(rng):
    """Autograd of torch's eigenvalues, for a matrix that is not symmetric with simple real eigenvalues."""
    spectrum = np.diag([3.0, 1.5, -1.0, 0.2])
    S = np.eye(4) + 0.2 * rng.uniform(-1, 1, size=(4, 4))  # diagonally dominant: it has an inverse
    A = torch.tensor(S @ spectrum @ np.linalg.inv(S), requires_grad=True)
    x, z = S[:, 0], np.linalg.inv(S)[0] * 7.0  # any scale will do
    largest = torch.linalg.eigvals(A).real.max()
    dA = rng.normal(size=(4, 4))
    G = grad(largest, A)
    same(np.outer(z, x) / (z @ x), G, rtol=1e-8)
    same(z @ dA @ x / (z @ x), np.sum(G * dA), rtol=1e-8)


@checked(
    "eq-calculus-singular",
    r"""
    \dd \smax = z\T (\dd W)\, x, \qquad \frac{\partial \smax(W)}{\partial W} = z\, x\T
    """,
)
def singular(rng):
    """Autograd of torch's spectral norm, against the outer product of NumPy's singular columns."""
    Q_1, Q_2 = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (3, 4))
    W = torch.tensor(Q_1 @ np.eye(3, 4) * [3.0, 1.5, 0.7, 0.0] @ Q_2, requires_grad=True)
    left, _, right = np.linalg.svd(value(W))
    z, x = left[:, 0], right[0]
    G = grad(torch.linalg.matrix_norm(W, 2), W)
    dW = rng.normal(size=(3, 4))
    same(np.outer(z, x), G, rtol=1e-8)
    same(z @ dW @ x, np.sum(G * dW), rtol=1e-8)
