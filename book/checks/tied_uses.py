"""Chapter 3, matrices, kernels, tables, means and recurrent uses: autograd with and without the tie."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, problem, run, same, value
from checks.registry import checked, definition

definition("eq-tied-two-layers", r"u = W x, \qquad r = f(u), \qquad v = W r, \qquad L = L(v)")
definition("eq-tied-convolution", r"u_t = \sum_{j=0}^{m-1} \kappa_j\, x_{t-j}, \qquad t = m, \ldots, n")
definition(
    "eq-tied-embedding",
    r"""
    x = E\T e_s, \qquad r = f(x), \qquad o = E r, \qquad \ell = -\ln \operatorname{softmax}(o)_v
    """,
)
definition(
    "eq-tied-run",
    r"""
    h_t = \tanh\bigl( W_{hh}^{(t)} h_{t-1} + x_t \bigr), \qquad L = \tfrac12 \norm{h_T - y}^2
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


@checked(
    "eq-tied-square",
    r"""
    y = w_1 w_2 = w^2: \qquad \frac{\partial y}{\partial w_1} + \frac{\partial y}{\partial w_2} = 2 w =
    \frac{\dd y}{\dd w}, \qquad \text{mean } = w
    """,
)
def square(rng):
    """SymPy differentiates the product by each factor and the square by its weight."""
    w, w_1, w_2 = sp.symbols("w w_1 w_2")
    parts = [sp.diff(w_1 * w_2, v).subs({w_1: w, w_2: w}) for v in (w_1, w_2)]
    assert sum(parts) == 2 * w == sp.diff(w**2, w)
    assert sum(parts) / 2 == w


@checked(
    "eq-tied-decay",
    r"""
    \begin{aligned} L(w) &= \tfrac12 (w_1 w_2 - 4)^2 + w^2, \quad w_1 = w_2 = w, \\ \text{sum:} \quad &
    2 w (w^2 - 4) + 2 w = 2 w (w^2 - 3), \\ \text{mean:} \quad & w (w^2 - 4) + 2 w = w (w^2 - 2)
    \end{aligned}
    """,
)
def decay(rng):
    """SymPy differentiates the tied loss and the untied first term; solves for rest; compares the losses."""
    w = sp.Symbol("w", positive=True)
    w_1, w_2 = sp.symbols("w_1 w_2")
    L = (w**2 - 4) ** 2 / 2 + w**2
    parts = [sp.diff((w_1 * w_2 - 4) ** 2 / 2, v).subs({w_1: w, w_2: w}) for v in (w_1, w_2)]
    by_sum, by_mean = sum(parts) + 2 * w, sum(parts) / 2 + 2 * w
    assert sp.expand(by_sum - 2 * w * (w**2 - 3)) == 0
    assert sp.expand(by_sum - sp.diff(L, w)) == 0
    assert sp.expand(by_mean - w * (w**2 - 2)) == 0
    assert sp.solve(by_sum, w) == [sp.sqrt(3)]
    assert sp.solve(by_mean, w) == [sp.sqrt(2)]
    assert (L.subs(w, sp.sqrt(3)), L.subs(w, sp.sqrt(2))) == (sp.Rational(7, 2), 4)
    assert sp.diff(L, w).subs(w, sp.sqrt(2)) == -2 * sp.sqrt(2)


@checked(
    "eq-tied-workers",
    r"""
    L = \frac{1}{N} \sum_{n=1}^{N} L_n(w_n): \qquad \frac{\partial L}{\partial w} = \sum_{n=1}^{N}
    \frac{\partial L}{\partial w_n} = \frac{1}{N} \sum_{n=1}^{N} \frac{\partial L_n}{\partial w}
    """,
)
def workers(rng):
    """Autograd of a mean of four losses, by one weight, by four copies, and of each loss alone."""
    data = [torch.tensor(rng.normal(size=(5, 3))) for _ in range(4)]
    w = _leaf(rng.normal(size=3))
    copies = [_leaf(value(w).copy()) for _ in data]

    def mean(weights):
        return sum(torch.sin(X @ v).sum() for X, v in zip(data, weights, strict=True)) / 4

    tied = grad(mean([w] * 4), w)
    same(sum(grad(mean(copies), copy) for copy in copies), tied)
    same(sum(grad(torch.sin(X @ w).sum(), w) for X in data) / 4, tied)


@checked(
    "eq-tied-uses",
    r"""
    \frac{\partial L}{\partial W_{hh}} = \sum_{k=1}^{T} \frac{\partial L}{\partial W_{hh}^{(k)}}
    """,
)
def uses(rng):
    """Autograd of a recurrent network by one matrix, against the sum of its gradients by one copy a step."""
    case = problem(rng)
    tied, untied = run(case), run(case, untied=True)
    same(sum(grad(untied.loss, copy) for copy in untied.uses[1:]), grad(tied.loss, tied.p.W_hh))
