"""Appendix D, matrices, gates and clips: what is right, and a case in which what is written differs."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.errata import (
    EDGE,
    NILPOTENT,
    PUSH,
    REST,
    SHEAR,
    SMALL,
    echo_columns,
    next_sum,
    size,
    states,
    time_constant,
)


@checked(
    "eq-errata-transposed",
    r"""
    W = \begin{pmatrix} 0 & 2 \\ 0 & 0 \end{pmatrix}, \quad D = \begin{pmatrix} 1 & 0 \\ 0 & \tfrac{1}{10}
    \end{pmatrix}: \qquad \smax(W D) = \tfrac15, \quad \smax(W\T D) = 2
    """,
)
def transposed(rng):
    """LAPACK's norms; and autograd's Jacobian of x ↦ W tanh(x) + b is W diag(tanh'), with no transpose."""
    W, D = np.array([[0.0, 2.0], [0.0, 0.0]]), np.diag([1.0, 0.1])
    same([size(W @ D), size(W.T @ D)], [0.2, 2.0])
    V, x = rng.normal(size=(3, 3)), torch.tensor(rng.normal(size=3))
    J = torch.autograd.functional.jacobian(lambda x: torch.tensor(V) @ torch.tanh(x), x).numpy()
    slopes = np.diag(1 - np.tanh(x.numpy()) ** 2)
    same(J, V @ slopes)
    assert abs(J - V.T @ slopes).max() > 1e-6
    assert size(V.T @ slopes) <= size(V) * (1 + 1e-12)  # the bound of the paper holds for both


@checked(
    "eq-errata-power",
    r"""
    W = \begin{pmatrix} 1 & 1 \\ 0 & 1 \end{pmatrix}: \qquad W^k = \begin{pmatrix} 1 & k \\ 0 & 1
    \end{pmatrix}, \qquad W\T = \begin{pmatrix} 1 & 0 \\ 1 & 1 \end{pmatrix}
    """,
)
def power(rng):
    """Repeated products up to k = 12; then the two norms of the table."""
    M = np.eye(2)
    for k in range(1, 13):
        M = M @ SHEAR
        same(M, [[1, k], [0, 1]])
    same(SHEAR.T, [[1, 0], [1, 1]])
    assert round(size(np.linalg.matrix_power(SHEAR, 10)), 1) == 10.1
    assert round(size(SHEAR.T), 3) == 1.618
    assert 1e12 < 2.0**40 < 1.2e12


@checked(
    "eq-errata-echo",
    r"""
    W = \begin{pmatrix} 2 & 2 \\ -2 & -2 \end{pmatrix}, \quad W^2 = 0, \qquad h_t = \tanh \Bigl( W h_{t-1}
    + \begin{pmatrix} -2 \\ 4 \end{pmatrix} \Bigr)
    """,
)
def echo(rng):
    """The square; two runs that rest at different points; the sums that stay; and the same scaled down."""
    assert (NILPOTENT @ NILPOTENT == 0).all()
    same(size(NILPOTENT), 4)
    ends = [states(start)[-1] for start in (np.zeros(2), np.full(2, 0.75))]
    assert [list(np.round(end, 3)) for end in ends] == [[-0.958, 0.999], [0.779, 0.743]]
    for end in ends:
        same(np.tanh(NILPOTENT @ end + PUSH), end)
    h = rng.uniform(-1, 1, size=2)
    same(states(h, steps=1)[-1].sum(), next_sum(h.sum()))
    stay = np.array([*REST, EDGE])
    same(next_sum(stay), stay, rtol=1e-3)
    slopes = (next_sum(stay + 1e-6) - next_sum(stay - 1e-6)) / 2e-6
    assert (abs(slopes) < 1).tolist() == [True, True, False]
    columns = echo_columns()
    assert round(columns["norm 4"][-1], 2) == 1.76
    same(size(SMALL), 0.9)
    assert columns["norm 0.9"][12] < 1e-15
    past_four()


def past_four() -> None:
    """Logistic units with the eigenvalue 0: held by their biases at slopes of 1/4 and 1/40, they explode."""
    W, slopes = 4 * NILPOTENT, np.array([1 / 4, 1 / 40])
    assert (W @ W == 0).all()
    values = (1 + np.sqrt(1 - 4 * slopes)) / 2  # where σ(1 − σ) is the slope
    bias = torch.tensor(np.log(values / (1 - values)) - W @ values)
    start = torch.tensor(values)
    J = torch.autograd.functional.jacobian(lambda h: torch.sigmoid(torch.tensor(W) @ h + bias), start).numpy()
    same(J, np.diag(slopes) @ W, rtol=1e-6)
    same(torch.sigmoid(torch.tensor(W) @ start + bias).numpy(), values)
    same(abs(np.linalg.eigvals(J)).max(), 1.8, rtol=1e-6)


@checked(
    "eq-errata-candidate",
    r"""
    g = \tanh(a): \qquad \frac{\dd g}{\dd a} = 1 - g^2, \qquad (1 - g^2) - g\, (1 - g) = 1 - g
    """,
)
def candidate(rng):
    """SymPy's derivative of tanh, and the difference from the slope of a logistic gate, 1 at rest."""
    a, g = sp.symbols("a g")
    assert sp.simplify(sp.diff(sp.tanh(a), a) - (1 - sp.tanh(a) ** 2)) == 0
    assert sp.expand((1 - g**2) - g * (1 - g) - (1 - g)) == 0
    assert (1 - g).subs(g, 0) == 1


@checked(
    "eq-errata-tilde",
    r"""
    c_t = f c_{t-1} + i\, c_t \quad \Longleftrightarrow \quad c_t = \frac{f}{1 - i}\, c_{t-1}, \qquad i \ne 1
    """,
)
def tilde(rng):
    """SymPy solves for c_t; with both gates at 0.9 the factor is 9."""
    c, old, f, i = sp.symbols("c old f i")
    assert sp.simplify(sp.solve(sp.Eq(c, f * old + i * c), c)[0] - f / (1 - i) * old) == 0
    same(0.9 / (1 - 0.9), 9)


@checked(
    "eq-errata-biases",
    r"""
    \tau = \frac{-1}{\ln \sigma(b_f)}: \qquad \tau = 3.19 \text{ for } b_f = 1, \qquad \tau = 7.88 \text{ for
    } b_f = 1 + 1
    """,
)
def biases(rng):
    """A torch cell whose two forget biases are 1 keeps σ(2) of its content; then the two time constants."""
    cell = torch.nn.LSTMCell(2, 3).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias_ih[3:6] = 1
        cell.bias_hh[3:6] = 1
        x, h = torch.zeros(1, 2).double(), torch.zeros(1, 3).double()
        _, c = cell(x, (h, torch.ones(1, 3).double()))
    same(c.numpy(), np.full((1, 3), 1 / (1 + np.exp(-2.0))), rtol=1e-12)
    assert [round(time_constant(b), 2) for b in (1, 2)] == [3.19, 7.88]


@checked(
    "eq-errata-norms",
    r"""
    \sqrt{\textstyle\sum_{i=1}^{n} \norm{g_i}^2} \;\le\; \sum_{i=1}^{n} \norm{g_i} \;\le\; \sqrt{n}\,
    \sqrt{\textstyle\sum_{i=1}^{n} \norm{g_i}^2}
    """,
)
def norms(rng):
    """Random tensors of different shapes; torch's global norm is the first of the three."""
    for _ in range(10):
        g = [torch.tensor(rng.normal(size=shape)) for shape in ((2, 3), (4,), (5, 1), (3, 3))]
        lengths = np.array([float(part.norm()) for part in g])
        root = np.sqrt((lengths**2).sum())
        assert root <= lengths.sum() <= np.sqrt(len(g)) * root
        parameters = [torch.nn.Parameter(torch.zeros_like(part)) for part in g]
        for parameter, part in zip(parameters, g, strict=True):
            parameter.grad = part
        same(float(torch.nn.utils.clip_grad_norm_(parameters, 1.0)), root)
    same(np.hypot(3, 4), 5)
