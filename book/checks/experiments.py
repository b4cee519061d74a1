"""Chapter 15: the tasks and what a guess is worth, and how training was run."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.experiments_cells import Way, begin, outputs, stacked
from figures.experiments_runs import BATCH, BETA, BETA_2, EPS, Group, Runs
from figures.experiments_tasks import draw, losses
from figures.experiments_training import CLIP, LENGTHS, MOMENTUM
from torch.nn.utils import clip_grad_norm_

from course import GRU, LSTM, RNN, gru_forward, lstm_forward, rnn_forward


@checked(
    "eq-experiments-adding",
    r"""
    y = \sum_{t=1}^{T} m_t u_t, \qquad \sum_{t \le T/2} m_t = \sum_{t > T/2} m_t = 1
    """,
)
def adding(rng):
    """A thousand drawn sequences, marks and sums taken apart again."""
    seed = torch.Generator().manual_seed(int(rng.integers(1 << 30)))
    for T in (10, 30):
        X, Y = (a.numpy() for a in draw("adding", T, (10, 100), seed))
        u, m = X[:, :, 0], X[:, :, 1]
        assert set(np.unique(m)) == {0.0, 1.0}
        assert (m[: T // 2].sum(0) == 1).all()
        assert (m[T // 2 :].sum(0) == 1).all()
        assert np.abs((m * u).sum(0) - Y[0]).max() < 1e-6


@checked(
    "eq-experiments-guess",
    r"""
    \begin{aligned} \operatorname{E} (u + v - a)^2 &= \tfrac16 + (1 - a)^2, \\[1ex] \operatorname{E}
    \bigl( u + v - (v + \tfrac12) \bigr)^2 &= \tfrac{1}{12} \end{aligned}
    """,
)
def guess(rng):
    """SymPy integrates over the square."""
    u, v, a = sp.symbols("u v a")

    def mean(expression):
        return sp.integrate(sp.integrate(expression, (u, 0, 1)), (v, 0, 1))

    assert sp.expand(mean((u + v - a) ** 2) - sp.Rational(1, 6) - (1 - a) ** 2) == 0
    assert mean((u - sp.Rational(1, 2)) ** 2) == sp.Rational(1, 12)


@checked(
    "eq-experiments-chance",
    r"""
    \begin{aligned} \text{order, nothing known:}\quad & \ln 4, \;\; \tfrac34 \\ \text{order, one letter
    known:}\quad & \ln 2, \;\; \tfrac12 \\ \text{copy, nothing known:}\quad & \ln 4, \;\; 1 - 4^{-3} =
    \tfrac{63}{64} \end{aligned}
    """,
)
def chance(rng):
    """The loss of the figures at the best outputs of one who knows so much, and shares by enumeration."""
    Y = torch.arange(4).view(1, 1, 4)
    same(losses("order", torch.zeros(1, 1, 4, 4), Y).mean().item(), np.log(4), rtol=1e-6)
    knows = torch.tensor([[0.0, 0, -99, -99]] * 2 + [[-99, -99, 0.0, 0]] * 2).T[None, None]
    same(losses("order", knows, Y).mean().item(), np.log(2), rtol=1e-6)
    words = np.stack(np.meshgrid(*[range(4)] * 3)).reshape(3, -1)
    assert (words != words[:, :1]).any(axis=0).mean() == 63 / 64
    copied = torch.tensor(words)[:, None]
    same(losses("copy", torch.zeros(3, 1, 4, 64), copied).mean().item(), np.log(4), rtol=1e-6)


@checked(
    "eq-experiments-lag",
    r"""
    \text{adding: } \ge \tfrac{T}{2}, \qquad \text{order: } \ge \tfrac{4T}{5}, \qquad \text{copy: } T -
    3
    """,
)
def lag(rng):
    """The earliest thing asked for, in a thousand drawn sequences of every length of the figures."""
    seed = torch.Generator().manual_seed(int(rng.integers(1 << 30)))
    for T in LENGTHS:
        X, _ = draw("adding", T, (1, 1000), seed)
        assert (T - 1 - X[:, 0, 1].numpy().argmax(axis=0)).min() >= T / 2
        X, _ = draw("order", T, (1, 1000), seed)
        letters = X[:, 0].numpy().argmax(axis=1) < 2
        assert (letters.sum(axis=0) == 2).all()
        lags = T - 1 - letters.argmax(axis=0)
        assert lags.min() >= 4 * T / 5
        assert (letters[::-1].argmax(axis=0) >= 2 * T / 5).all()
        X, Y = draw("copy", T, (1, 1000), seed)
        assert (X[:3, 0].argmax(1) == Y[:, 0]).all()
        assert (X[T - 3, 0].argmax(0) == 5).all()


@checked(
    "eq-experiments-step",
    r"""
    v \leftarrow \mu v + \operatorname{clip}_c(g), \qquad \theta \leftarrow \theta - \eta v
    """,
)
def one_step(rng):
    """Twenty updates by either rule in a batch, beside torch's clip and optimizers on a run alone."""
    rules = {
        "momentum": lambda w: torch.optim.SGD(w, lr=0.1, momentum=BETA),
        "adam": lambda w: torch.optim.Adam(w, lr=0.01, betas=(BETA, BETA_2), eps=EPS),
    }
    for rule, make in rules.items():
        rate = 0.1 if rule == "momentum" else 0.01
        runs = Runs(Group("check", "order", 12, (Way("LSTM", 0.3, biased=True),), (rate,), rule), 2, "cpu")
        runs.rng.manual_seed(int(rng.integers(1 << 30)))
        seed = torch.Generator()
        seed.set_state(runs.rng.get_state())
        alone = [w[1:].clone().requires_grad_() for w in runs.p.values()]
        optimizer, norms = make(alone), []
        for _ in range(20):
            runs.update()
            X, Y = draw("order", 12, (2, BATCH), seed)
            optimizer.zero_grad()
            O = outputs("LSTM", dict(zip(runs.p, alone, strict=True)), X[:, 1:], 1)
            losses("order", O, Y[:, 1:]).mean().backward()
            norms.append(float(clip_grad_norm_(alone, 0.3)))
            optimizer.step()
        assert max(norms) > 0.3
        for batched, w in zip(runs.p.values(), alone, strict=True):
            assert (batched[1:] - w).abs().max() < 1e-3


@checked("eq-experiments-longest", r"\norm{\eta v} \le \frac{\eta\, c}{1 - \mu}")
def longest(rng):
    """Many clipped gradients, the last hundred all alike, which is the worst case."""
    c, v, largest = rng.uniform(0.5, 2), np.zeros(5), 0.0
    turn = rng.normal(size=5)
    for t in range(300):
        g = turn if t > 200 else rng.normal(size=5)
        v = BETA * v + g / np.linalg.norm(g) * c
        largest = max(largest, np.linalg.norm(v))
    assert 0.99 * c / (1 - BETA) < largest < c / (1 - BETA)
    assert [round(rate * CLIP / (1 - BETA), 3) for rate in MOMENTUM] == [0.1, 0.3]


@checked(
    "eq-experiments-batched",
    r"""
    \frac{\partial}{\partial \theta_r} \sum_{s} L_s(\theta_s) = \frac{\partial L_r}{\partial \theta_r}
    """,
)
def batched(rng):
    """Autograd, together and alone; and the batched networks beside the course's own, one sequence each."""
    seed = torch.Generator().manual_seed(int(rng.integers(1 << 30)))
    for cell in ("RNN", "LSTM", "GRU"):
        drawn = stacked([begin(Way(cell, biased=True), s, 6, 5, 4, 12) for s in range(3)], "cpu")
        p = {name: w.double() + 0.1 * torch.randn(w.shape, generator=seed) for name, w in drawn.items()}
        p = {name: w.requires_grad_() for name, w in p.items()}
        X, Y = draw("order", 12, (3, 4), seed)
        X = X.double()
        O = outputs(cell, p, X, 1)
        L = losses("order", O, Y).mean((0, 2))
        together = torch.autograd.grad(L.sum(), p["W_h"], retain_graph=True)[0]
        for r in range(3):
            (alone,) = torch.autograd.grad(L[r], p["W_h"], retain_graph=True)
            same(together[r].numpy(), alone[r].numpy())
            assert not alone[[s for s in range(3) if s != r]].any()
            weights = {name: w[r].detach().numpy() for name, w in p.items()}
            same(O[0, r, :, 2].detach().numpy(), by_course(cell, weights, X[:, r, :, 2].numpy()))


def by_course(cell, w, X):
    """The last output of the course's own network; its LSTM has the gate rows i, f, g, o."""
    zero, b, b_h = np.zeros(5), w["b"][:, 0], w["b_h"][:, 0]
    if cell == "RNN":
        last = rnn_forward(RNN(w["W_x"], w["W_h"], b, w["W_qh"], w["b_q"][:, 0]), X, zero)[0][-1]
    elif cell == "GRU":
        last = gru_forward(GRU(w["W_x"], w["W_h"], b, b_h), X, zero)[-1]
    else:
        rows = np.concatenate([np.arange(10), np.arange(15, 20), np.arange(10, 15)])
        last = lstm_forward(LSTM(w["W_x"][rows], w["W_h"][rows], b[rows]), X, zero, zero)[0][-1]
    return w["W_qh"] @ last + w["b_q"][:, 0]
