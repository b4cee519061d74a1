"""Chapter 15: counts and what they prove, cut gradients, the triangle; and every number of the page."""

from math import comb

import numpy as np
import torch
from checks.oracles import same
from checks.registry import checked
from figures.experiments import CURVES, counts, curve, found, interval
from figures.experiments_cells import Way, begin, outputs, square, stacked, step
from figures.experiments_runs import BATCH, BLOCK, SOLVED, H
from figures.experiments_tables import updates
from figures.experiments_tasks import draw, losses
from figures.experiments_training import BACKS, SEEDS, SHORT, SHOWN, STARTS, UPDATES
from figures.experiments_triangle import PANELS, asked_at, network, probes, triangle


def binomial(n, p):
    """The probabilities of 0 … n successes."""
    return np.array([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


@checked(
    "eq-experiments-luck",
    r"""
    \sum_{i=0}^{10} \binom{1000}{i}\, e^i (1-e)^{1000-i} = \begin{cases} 0.010 & e = 2\% \\ 0.00002 & e
    = 3\% \end{cases}
    """,
)
def luck(rng):
    """The sum, and draws of a thousand answers for the first case."""
    assert round(BATCH * BLOCK * SOLVED) == 10
    assert BATCH * BLOCK == 1000
    for e, printed, digits in ((0.02, 0.010, 3), (0.03, 0.00002, 5)):
        assert round(float(binomial(1000, e)[:11].sum()), digits) == printed
    drawn = (rng.binomial(1000, 0.02, size=200_000) <= 10).mean()
    assert abs(drawn - 0.0102) < 0.002
    once = [1 - (1 - float(binomial(1000, e)[:11].sum())) ** (UPDATES // BLOCK) for e in (0.02, 0.03)]
    assert [round(once[0], 2), round(once[1], 4)] == [0.19, 0.0004]


@checked(
    "eq-experiments-interval",
    r"""
    \operatorname{P}(K \ge k \mid p_{\text{low}}) = 0.025, \qquad \operatorname{P}(K \le k \mid
    p_{\text{high}}) = 0.025
    """,
)
def exact_interval(rng):
    """Both tails at the ends of every interval; and a probability drawn at random is covered as promised."""
    for k in range(SEEDS + 1):
        low, high = interval(k, SEEDS)
        if k:
            same(binomial(SEEDS, low)[k:].sum(), 0.025, rtol=1e-6)
        if k < SEEDS:
            same(binomial(SEEDS, high)[: k + 1].sum(), 0.025, rtol=1e-6)
    for p in rng.uniform(size=50):
        covers = [low <= p <= high for low, high in (interval(k, SEEDS) for k in range(SEEDS + 1))]
        assert binomial(SEEDS, p)[covers].sum() >= 0.95
    assert round(interval(10, 10)[0], 2) == 0.69
    assert [round(x, 2) for x in interval(5, 10)] == [0.19, 0.81]


@checked(
    "eq-experiments-deal",
    r"""
    \operatorname{P}(K = k) = \binom{10}{k} \binom{10}{m-k} \bigg/ \binom{20}{m}
    """,
)
def deal(rng):
    """Random deals of m successes to twenty runs, ten of each kind."""
    quoted_counts()
    for m in (6, 13):
        deals = rng.permuted(np.tile(np.arange(20) < m, (100_000, 1)), axis=1)[:, :10].sum(axis=1)
        for k in range(max(0, m - 10), min(10, m) + 1):
            printed = comb(10, k) * comb(10, m - k) / comb(20, m)
            assert abs((deals == k).mean() - printed) < 0.01


def quoted_counts():
    """The counts of the page's figure and of its tables, and how rarely chance makes such differences."""
    k = {called: curve(*marks).tolist() for *marks, called, _, _, _ in CURVES}
    assert list(k.values()) == [
        [10, 10, 0, 0],
        [10, 10, 8, 0],
        [10, 10, 8, 1, 0],
        [10, 10, 8, 0, 0],
        [10, 10, 10, 1, 0],
        [10, 10, 10, 10, 10],
    ]
    assert round(1 / by_chance(8, 0), -2) == 1400
    assert [round(by_chance(10, n), 2) for n in (5, 6)] == [0.03, 0.09]
    assert [round(x, 2) for x in interval(8, 10)] == [0.44, 0.97]
    assert round((1 - 1 / 50) ** 40, 2) == 0.45
    assert 4 * H * (6 + H + 1) + 4 * (H + 1) == 3076
    assert updates("lengths", "LSTM", True, True, 50) == 300
    starts = found("starts", "order", SHORT, "RNN")
    clipped = sum(counts(starts, start=start, clip=1.0) for start in STARTS)
    free = sum(counts(starts, start=start, clip=None) for start in STARTS)
    assert [free.tolist(), clipped.tolist()] == [[28, 0], [40, 39]]
    assert counts(starts, start="0.5", clip=None).tolist() == [0, 0]
    assert counts(starts, start="0.5", clip=1.0).tolist() == [1, 1]
    for cell in ("RNN", "LSTM"):
        backs = [counts(found("backs", "order", SHORT, cell, b), clip=1.0).tolist() for b in BACKS]
        assert backs == [[0, 0], [10, 10], [10, 10], [10, 10]]
    best = {(task, cell): counts(found("tasks", task, SHOWN, cell), clip=1.0).max() for task, cell in TRIED}
    assert list(best.values()) == [0, 10, 10, 0, 5, 0, 10]


TRIED = [(task, cell) for task in ("adding", "copy") for cell in ("RNN", "LSTM", "GRU")] + [("order", "GRU")]


def by_chance(a, b):
    """How often a deal at random makes the two counts differ by so much or more."""
    m = a + b
    weights = {k: comb(10, k) * comb(10, m - k) / comb(20, m) for k in range(max(0, m - 10), min(10, m) + 1)}
    return sum(w for k, w in weights.items() if abs(2 * k - m) >= abs(a - b))


@checked(
    "eq-experiments-start",
    r"""
    \begin{aligned} \norm{W_{hh}^k\, x} &= \norm{x} && \text{(orthogonal)}, \\[1ex] \sigma(\ln(T - 1)) &=
    1 - \tfrac1T, \qquad \bigl( 1 - \tfrac1T \bigr)^{T} \to e^{-1} && \text{(forget bias)} \end{aligned}
    """,
)
def start(rng):
    """The drawn orthogonal matrix to the 50th power; the drawn bias through the logistic function."""
    W, x = square("orthogonal", H, rng), rng.normal(size=H)
    same(np.linalg.norm(np.linalg.matrix_power(W, 50) @ x), np.linalg.norm(x))
    for T in (10, 75):
        b = begin(Way("LSTM", biased=True), 1, 2, H, 1, T)["b"][:, 0]
        same(1 / (1 + np.exp(-b[H : 2 * H])), np.full(H, 1 - 1 / T))
        assert not np.delete(b, np.arange(H, 2 * H)).any()
    assert abs((1 - 1e-6) ** 1e6 - np.exp(-1)) < 1e-6


@checked(
    "eq-experiments-cut",
    r"""
    \hat g = \sum_{k > T - b} G_{T,k}
    """,
)
def cut(rng):
    """The gradient of the figures with a cut, beside autograd by one copy of W_h for each step."""
    T, seed = 12, torch.Generator().manual_seed(int(rng.integers(1 << 30)))
    for cell in ("RNN", "LSTM"):
        p = {n: w.double() for n, w in stacked([begin(Way(cell), 3, 6, H, 4, T)], "cpu").items()}
        X, Y = draw("order", T, (1, 1), seed)
        uses = [p["W_h"].clone().requires_grad_() for _ in range(T)]
        last = probes(cell, p, X.double(), Y, uses)[-1].sum()
        G = torch.autograd.grad(last, uses)
        for b in (1, 5, 12):
            W = p["W_h"].clone().requires_grad_()
            O = outputs(cell, p | {"W_h": W}, X.double(), 1, b)
            same(torch.autograd.grad(losses("order", O, Y).sum(), W)[0].numpy(), sum(G[T - b :]).numpy())


@checked(
    "eq-experiments-probe",
    r"""
    G_{t,k} = \frac{\partial \ell_t}{\partial W_{h}^{(k)}} = \frac{\partial \ell_t}{\partial a_k}\,
    h_{k-1}\T, \qquad \norm{G_{t,k}} = \norm{ \frac{\partial \ell_t}{\partial a_k} } \, \norm{h_{k-1}}
    """,
)
def probe(rng):
    """The recorded networks, with a copy of W_h and of b for every step: autograd by both."""
    seed = torch.Generator().manual_seed(int(rng.integers(1 << 30)))
    X, Y = draw("order", 30, (1, 1), seed)
    for cell in ("RNN", "LSTM"):
        p = {n: w.double() for n, w in network(cell, "after").items()}
        Ws, bs = ([p[n].clone().requires_grad_() for _ in range(25)] for n in ("W_h", "b"))
        told = probes(cell, p, X[:25].double(), Y, Ws)[-1]
        h = c = torch.zeros(1, H, 1, dtype=torch.float64)
        states = [h]
        for x, b in zip(X[:25].double(), bs, strict=True):
            h, c = step(cell, p | {"b": b}, x, h, c)
            states.append(h)
        again = losses("order", (p["W_qh"] @ h + p["b_q"])[None], Y).sum()
        same(told.item(), again.item())
        deltas = torch.autograd.grad(again, bs)
        for G, delta, before in zip(torch.autograd.grad(told.sum(), Ws), deltas, states, strict=False):
            same(G[0].numpy(), np.outer(delta[0].numpy(), before[0].detach().numpy()))
            same(G.norm().item(), (delta.norm() * before.norm()).item())
    quoted_rows()


def quoted_rows():
    """The last rows of the triangles, and the losses between, as the page quotes them."""
    rows = {(cell, when): triangle(cell, when)[-1, 1:] for cell, when in PANELS}
    before, after = rows["RNN", "before"], rows["RNN", "after"]
    assert [float(f"{x:.1g}") for x in (before[0], before[-1])] == [0.0005, 1.0]
    letters = after[[2, 3, 4, 14, 15, 16]]  # steps 4-6 and 16-18; column 1 is left out
    assert 0.035 < letters.min() < letters.max() < 0.085
    assert np.delete(after, [2, 3, 4, 14, 15, 16]).min() > 0.025
    assert np.delete(after, [2, 3, 4, 14, 15, 16]).max() < 0.065
    assert [round(float(x), 2) for x in (rows["LSTM", "before"].min(), rows["LSTM", "before"].max())] == [
        0.13,
        0.47,
    ]
    assert 5 < rows["LSTM", "after"].max() / rows["LSTM", "after"].min() < 15
    told = [round(float(asked_at("LSTM", "after")[t - 1]), 3) for t in (18, 23, 30)]
    assert told == [0.384, 0.014, 0.006]
    assert [round(float(asked_at("RNN", "after")[t - 1]), 2) for t in (20, 25, 30)] == [0.01, 10.92, 0.01]
