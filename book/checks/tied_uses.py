"""Chapter 3, sum against mean, and the uses of a recurrent matrix."""

import sympy as sp
import torch
from checks.oracles import grad, problem, run, same, value
from checks.registry import checked, definition

definition(
    "eq-tied-run",
    r"""
    h_t = \tanh\bigl( W_{hh}^{(t)} h_{t-1} + x_t \bigr), \qquad L = \tfrac12 \norm{h_T - y}^2
    """,
)


def _leaf(array):
    return torch.tensor(array, requires_grad=True)


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
