"""Chapter 14: the lemma of chapter 4 as a parallel scan, its gradient, and what it costs."""

from functools import reduce

import numpy as np
import torch
from checks.oracles import same
from checks.registry import checked
from figures.cures_linear import costs

Pair = tuple[np.ndarray, np.ndarray]


def recurrence(c: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """a_1 … a_T of a_t = c_t ⊙ a_{t−1} + b_t from a_0 = 0, one step after the other."""
    seen = [np.zeros_like(b[0])]
    for factor, entering in zip(c, b, strict=True):
        seen.append(factor * seen[-1] + entering)
    return seen[1:]


def after(later: Pair, earlier: Pair) -> Pair:
    """The pair of `earlier`, then `later`."""
    return later[0] * earlier[0], later[0] * earlier[1] + later[1]


@checked(
    "eq-cures-pair",
    r"""
    (c', b') \circ (c, b) = (c' c,\; c' b + b')
    """,
)
def pair(rng):
    """Two steps done one after the other on a random start."""
    a, earlier, later = rng.normal(size=3), tuple(rng.normal(size=(2, 3))), tuple(rng.normal(size=(2, 3)))
    c, b = after(later, earlier)
    same(c * a + b, later[0] * (earlier[0] * a + earlier[1]) + later[1])


@checked(
    "eq-cures-prefix",
    r"""
    \begin{aligned} \bigl( p'' \circ p' \bigr) \circ p &= p'' \circ \bigl( p' \circ p \bigr),
    \\[1ex] (c_t, b_t) \circ \cdots \circ (c_1, b_1) &= \Bigl( \prod_{j=1}^{t} c_j,\; \sum_{i=1}^{t}
    \Bigl( \prod_{j=i+1}^{t} c_j \Bigr) b_i \Bigr) \end{aligned}
    """,
)
def prefix(rng):
    """Three random pairs in both bracketings; many in a row against the recurrence and the lemma's sum."""
    p, p1, p2 = (tuple(rng.normal(size=(2, 3))) for _ in range(3))
    for one, other in zip(after(after(p2, p1), p), after(p2, after(p1, p)), strict=True):
        same(one, other)
    same(np.array(after(p, (np.ones(3), np.zeros(3)))), np.array(p))
    c, b = rng.normal(size=(2, 7, 3))
    whole = reduce(lambda earlier, later: after(later, earlier), zip(c, b, strict=True))
    same(whole[0], c.prod(axis=0))
    same(whole[1], recurrence(c, b)[-1])
    same(whole[1], sum(c[i + 1 :].prod(axis=0) * b[i] for i in range(7)))


def covered(T: int) -> tuple[int, int]:
    """Rounds and joins until every step knows its past, if the reach doubles; sets of steps, no numbers."""
    known, reach, joins, rounds = [{t} for t in range(T)], 1, 0, 0
    while any(len(known[t]) <= t for t in range(T)):
        joins += sum(t >= reach for t in range(T))
        known = [known[t] | (known[t - reach] if t >= reach else set()) for t in range(T)]
        reach, rounds = 2 * reach, rounds + 1
    return rounds, joins


@checked(
    "eq-cures-rounds",
    r"""
    R = \lceil \log_2 T \rceil \text{ rounds in place of } T, \qquad T R - 2^R + 1 \text{ joins}
    """,
)
def rounds_needed(rng):
    """Sets of steps are joined until all are complete, for every T up to 70."""
    for T in range(1, 71):
        rounds, joins = covered(T)
        assert rounds == int(np.ceil(np.log2(T)))
        assert joins == T * rounds - 2**rounds + 1
    assert covered(8)[0] == 3
    tree = np.full(2**17, 0.1)
    loop, right = np.cumsum(tree)[-1], 13107.2
    while len(tree) > 1:
        tree = tree[::2] + tree[1::2]
    assert f"{abs(loop / right - 1):.0e}" == "2e-12"
    assert abs(tree[0] / right - 1) < 1e-15


@checked(
    "eq-cures-scan-gradient",
    r"""
    \begin{aligned} \frac{\partial L}{\partial a_t} &= e_t + c_{t+1} \odot \frac{\partial
    L}{\partial a_{t+1}}, \qquad \frac{\partial L}{\partial a_{T+1}} = 0, \\[1ex] \frac{\partial
    L}{\partial b_t} &= \frac{\partial L}{\partial a_t}, \qquad \frac{\partial L}{\partial c_t} =
    \frac{\partial L}{\partial a_t} \odot a_{t-1} \end{aligned}
    """,
)
def scan_gradient(rng):
    """Autograd through the recurrence, with a loss that reads every state."""
    c, b = (torch.tensor(rng.normal(size=(6, 2)), requires_grad=True) for _ in range(2))
    states = [torch.zeros(2, dtype=torch.float64, requires_grad=True)]
    for factor, entering in zip(c, b, strict=True):
        states.append(factor * states[-1] + entering)
    loss = sum((torch.cos(s) * (t + 1)).sum() for t, s in enumerate(states[1:]))
    by_a = [g.numpy() for g in torch.autograd.grad(loss, states[1:], retain_graph=True)]
    direct = [-(t + 1) * np.sin(s.detach().numpy()) for t, s in enumerate(states[1:])]
    for t in range(6):
        later = c[t + 1].detach().numpy() * by_a[t + 1] if t < 5 else 0.0
        same(by_a[t], direct[t] + later)
    by_c, by_b = (g.numpy() for g in torch.autograd.grad(loss, (c, b)))
    same(by_b, np.array(by_a))
    same(by_c, np.array(by_a) * torch.stack(states[:-1]).detach().numpy())


def swept(T: int) -> tuple[int, int]:
    """Rounds and joins of a scan up a tree and down again, on lists of steps: each gets all before it."""
    spans, joins, rounds, width = [[t] for t in range(T)], 0, 0, 1
    while width < T:  # up: the last place of every block gets the whole block
        for end in range(2 * width - 1, T, 2 * width):
            spans[end], joins = spans[end - width] + spans[end], joins + 1
        width, rounds = 2 * width, rounds + 1
    spans[-1] = []
    while (
        width > 1
    ):  # down: the left half gets what came before the block, the right half the left one as well
        for end in range(width - 1, T, width):
            left = spans[end - width // 2]
            spans[end - width // 2], spans[end], joins = spans[end], spans[end] + left, joins + 1
        width, rounds = width // 2, rounds + 1
    assert spans == [list(range(t)) for t in range(T)]
    return rounds, joins


@checked(
    "eq-cures-dense",
    r"""
    \text{loop: } T h^2, \qquad \text{scan: about } T h^3 \log_2 T, \qquad \text{tree: about } 2\, T h^3
    """,
)
def dense(rng):
    """Multiplications counted join by join, for the sizes on the page."""
    T, h = 4096, 64
    found = costs(T, h)
    assert found["loop, dense"] == (T, T * h**2)
    rounds, joins = covered(64)
    assert costs(64, 1)["scan, diagonal"] == (rounds, 2 * joins)
    assert abs(found["scan, dense"][1] / (T * h**3 * np.log2(T)) - 1) < 0.1
    ratios = [found[f"scan, {kind}"][1] / found[f"loop, {kind}"][1] for kind in ("diagonal", "dense")]
    assert [round(x) for x in ratios] == [22, 715]
    assert abs(ratios[1] / (h * np.log2(T)) - 1) < 0.1
    rounds, joins = swept(64)
    assert costs(64, 1)["tree, diagonal"] == (rounds, 2 * joins)
    assert abs(found["tree, dense"][1] / (2 * T * h**3) - 1) < 0.1
    ratios = [found[f"tree, {kind}"][1] / found[f"loop, {kind}"][1] for kind in ("diagonal", "dense")]
    assert [round(x) for x in ratios] == [4, 130]
    assert found["tree, dense"][0] == 24


@checked(
    "eq-cures-division",
    r"""
    a_t = C_t \sum_{i=1}^{t} \frac{b_i}{C_i}
    """,
)
def division(rng):
    """The formula where no product vanishes, and the steps from which float64 has none left."""
    c, b = rng.uniform(0.5, 2, size=8), rng.normal(size=8)
    C = np.cumprod(c)
    same(recurrence(c, b), [C[t] * sum(b[i] / C[i] for i in range(t + 1)) for t in range(8)], rtol=1e-8)
    assert 0.5**1074 > 0 == 0.5**1075
    assert 0.9**6731 >= 1e-308 > 0.9**6732
