"""Chapter 3, matrices, kernels and tables: autograd with and without the tie."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, same, value
from checks.registry import checked, definition

definition("eq-tied-two-layers", r"u = W x, \qquad r = f(u), \qquad v = W r, \qquad L = L(v)")
definition("eq-tied-convolution", r"u_t = \sum_{j=0}^{m-1} \kappa_j\, x_{t-j}, \qquad t = m, \ldots, n")
definition(
    "eq-tied-embedding",
    r"""
    x = E\T e_s, \qquad r = f(x), \qquad o = E r, \qquad \ell = -\ln \operatorname{softmax}(o)_v
    """,
)


def _leaf(array):
    return torch.tensor(array, requires_grad=True)


@checked(
    "eq-tied-matrix",
    r"""
    \frac{\partial L}{\partial W} = \frac{\partial L}{\partial v}\, r\T + \Bigl( f'(u) \odot W\T
    \frac{\partial L}{\partial v} \Bigr) x\T
    """,
)
def matrix(rng):
    """Autograd by a matrix that is read twice, for f = sin, sigmoid and exp, against the printed sum."""
    x, c = torch.tensor(rng.normal(size=3)), torch.tensor(rng.normal(size=3))
    for f in (torch.sin, torch.sigmoid, torch.exp):
        W = _leaf(0.7 * rng.normal(size=(3, 3)))
        u = W @ x
        r = f(u)
        v = W @ r
        L = (torch.cos(v) * c).sum()
        g, slope = grad(L, v), np.diagonal(np.stack([grad(r_i, u) for r_i in r]))
        same(np.outer(g, value(r)) + np.outer(slope * (value(W).T @ g), x.numpy()), grad(L, W))


@checked(
    "eq-tied-transpose",
    r"""
    \frac{\partial L}{\partial W} = \frac{\partial L}{\partial W_2} + \Bigl( \frac{\partial L}{\partial
    W_1} \Bigr)\T
    """,
)
def transpose(rng):
    """Autograd by a matrix read once as it is and once transposed, against the two untied gradients."""
    for rows in (3, 4):
        x, W = torch.tensor(rng.normal(size=3)), _leaf(rng.normal(size=(rows, 3)))
        W_2, W_1 = _leaf(value(W).copy()), _leaf(value(W).T.copy())

        def loss(decoder, encoder, x=x):
            return torch.exp(0.2 * decoder @ torch.tanh(encoder @ x)).sum()

        untied = loss(W_1, W_2)
        same(grad(untied, W_2) + grad(untied, W_1).T, grad(loss(W.T, W), W))


@checked(
    "eq-tied-transpose-example",
    r"""
    \begin{aligned} W &= \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}, & x &= \begin{pmatrix} 1 \\ 0
    \end{pmatrix}, \\[2ex] \frac{\partial L}{\partial W_1} &= \begin{pmatrix} 0 & 0 \\ 1 & 0
    \end{pmatrix}, & \frac{\partial L}{\partial W_2} &= \begin{pmatrix} 2 & 0 \\ 1 & 0 \end{pmatrix},
    \\[2ex] \frac{\partial L}{\partial W} &= \begin{pmatrix} 2 & 1 \\ 1 & 0 \end{pmatrix}, & \text{plain
    sum} &= \begin{pmatrix} 2 & 0 \\ 2 & 0 \end{pmatrix} \end{aligned}
    """,
)
def transpose_example(rng):
    """Autograd gives the three printed matrices; SymPy differentiates the second entry of W'Wx."""
    numbers, x = np.array([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([1.0, 0.0], dtype=torch.float64)
    W, W_1, W_2 = _leaf(numbers), _leaf(numbers.T.copy()), _leaf(numbers)
    same(grad((W.T @ W @ x)[1], W), [[2, 1], [1, 0]])
    first, second = (grad((W_1 @ W_2 @ x)[1], w) for w in (W_1, W_2))
    same(first, [[0, 0], [1, 0]])
    same(second, [[2, 0], [1, 0]])
    same(first + second, [[2, 0], [2, 0]])
    S = sp.Matrix(2, 2, sp.symbols("a b c d"))
    by_entries = sp.Matrix(2, 2, [sp.diff((S.T * S)[1, 0], entry) for entry in S])
    assert by_entries.subs(dict(zip(S, (1, 2, 0, 1), strict=True))) == sp.Matrix([[2, 1], [1, 0]])


def _convolved(rng):
    """Torch's own convolution, which does not reverse: so the kernel is flipped before it."""
    m, n = 3, 8
    kappa, x = _leaf(rng.normal(size=m)), _leaf(rng.normal(size=n))
    u = torch.nn.functional.conv1d(x[None, None], kappa.flip(0)[None, None])[0, 0]
    return kappa, x, u, torch.sin(u * torch.arange(1.0, n - m + 2)).sum()


@checked(
    "eq-tied-kernel",
    r"""
    \frac{\partial L}{\partial \kappa_j} = \sum_{t=m}^{n} \frac{\partial L}{\partial u_t}\, x_{t-j}
    """,
)
def kernel(rng):
    """Torch differentiates its own convolution by the kernel; the printed sum runs over symbols t and j."""
    kappa, x, u, L = _convolved(rng)
    m, n = len(kappa), len(x)
    at, by_u = dict(enumerate(x.tolist(), start=1)), dict(enumerate(grad(L, u), start=m))
    for t in range(m, n + 1):
        same(u[t - m].item(), sum(kappa[j].item() * at[t - j] for j in range(m)))
    for j, want in enumerate(grad(L, kappa)):
        same(sum(by_u[t] * at[t - j] for t in range(m, n + 1)), want)


@checked(
    "eq-tied-kernel-input",
    r"""
    \frac{\partial L}{\partial x_s} = \sum_{j \,:\, m \le s + j \le n} \frac{\partial L}{\partial
    u_{s+j}}\, \kappa_j
    """,
)
def kernel_input(rng):
    """Torch differentiates its own convolution by the input; the printed sum runs over symbols s and j."""
    kappa, x, u, L = _convolved(rng)
    m, n = len(kappa), len(x)
    weights, by_u = value(kappa), dict(enumerate(grad(L, u), start=m))
    for s, want in enumerate(grad(L, x), start=1):
        same(sum(by_u[s + j] * weights[j] for j in range(m) if m <= s + j <= n), want)


@checked(
    "eq-tied-toeplitz",
    r"""
    M_{ts} = \begin{cases} \kappa_{t-s} & \text{if } 0 \le t - s < m \\ 0 & \text{otherwise} \end{cases}
    \qquad \frac{\partial L}{\partial \kappa_j} = \sum_{t - s = j} \Bigl[ \frac{\partial L}{\partial M}
    \Bigr]_{ts}
    """,
)
def toeplitz(rng):
    """Autograd by every entry of the free matrix M, added where t - s = j, against torch's by the kernel."""
    kappa, x, u, L = _convolved(rng)
    m, n = len(kappa), len(x)
    M = np.array(
        [[kappa[t - s].item() if 0 <= t - s < m else 0.0 for s in range(n)] for t in range(m - 1, n)]
    )
    free = _leaf(M)
    same(value(free @ x), value(u))
    G = grad(torch.sin(free @ x * torch.arange(1.0, n - m + 2)).sum(), free)
    for j, want in enumerate(grad(L, kappa)):
        same(sum(G[t - m + 1, s] for t in range(m - 1, n) for s in range(n) if t - s == j), want)


@checked(
    "eq-tied-embedding-gradient",
    r"""
    \frac{\partial \ell}{\partial E} = e_s \Bigl( \frac{\partial \ell}{\partial x} \Bigr)\T + \bigl(
    \operatorname{softmax}(o) - e_v \bigr)\, r\T
    """,
)
def embedding(rng):
    """Autograd by one table that reads a word and scores all words, against the two printed terms."""
    V, d, s, v = 6, 3, int(rng.integers(6)), int(rng.integers(6))
    E, A = _leaf(rng.normal(size=(V, d))), torch.tensor(rng.normal(size=(d, d)))
    e_s, e_v = np.eye(V)[s], np.eye(V)[v]
    x = E.T @ torch.tensor(e_s)
    r = torch.tanh(A @ x)
    o = E @ r
    loss = -torch.log_softmax(o, 0)[v]
    # The gradient by x alone passes through r; E is held, because x is a node of its own.
    scores = value(torch.softmax(o, 0))
    same(np.outer(e_s, grad(loss, x)) + np.outer(scores - e_v, value(r)), grad(loss, E))
