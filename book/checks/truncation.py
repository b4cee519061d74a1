"""Chapter 8, regular truncation: the band, chunks, sweeps, what they keep and what they cost."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import Problem, grad, problem, run, same, value
from checks.registry import checked
from figures.truncation import band_kept, sweeps_kept


def entries(case: Problem) -> np.ndarray:
    """All G_{t,k}, (T, T, h, h), by autograd on untied copies of W_hh."""
    r = run(case, untied=True)
    steps = range(1, len(case.X) + 1)
    return np.array([[grad(r.losses[t], r.uses[k]) for k in steps] for t in steps])


def window_loss(case: Problem, first: int, last: int, counted: tuple[int, ...]):
    """The losses `counted` of a run that begins at step `first` from a constant state; and W_hh."""
    start = value(run(case).h[first - 1])
    piece = Problem(case.p, case.X[first - 1 : last], case.Y[first - 1 : last], start)
    r = run(piece)
    return sum(r.losses[t - first + 1] for t in counted), r.p.W_hh


@checked(
    "eq-truncation-band",
    r"""
    \hat g_{\tau} = \frac{1}{T} \sum_{t=1}^{T}\; \sum_{k=\max(1,\, t-\tau)}^{t} G_{t,k}
    """,
)
def band(rng):
    """For each loss a run that begins τ steps earlier from a constant state, by autograd, for every τ."""
    case = problem(rng)
    G, T = entries(case), len(case.X)
    for tau in range(T):
        total = np.zeros_like(case.p.W_hh)
        for t in range(1, T + 1):
            loss, W = window_loss(case, max(1, t - tau), t, (t,))
            total += grad(loss, W) / T
        by_hand = sum(G[t - 1, k - 1] for t in range(1, T + 1) for k in range(max(1, t - tau), t + 1)) / T
        same(by_hand, total, rtol=1e-9)
        same(np.tensordot(band_kept(T, tau), G, 2) / T, total, rtol=1e-9)


@checked(
    "eq-truncation-share",
    r"""
    \frac{z_t - z_t^{(\tau)}}{z_t} = c^{\tau+1}\, \frac{1 - c^{t-\tau-1}}{1 - c^t}, \qquad z_t^{(\tau)} = b
    \sum_{\ell=0}^{\tau} c^{\ell}
    """,
)
def share(rng):
    """Sums of powers at random, for c below and above 1; the two numbers of the page."""

    def lost(c, tau, t):
        whole = sum(c**lag for lag in range(t))
        return (whole - sum(c**lag for lag in range(tau + 1))) / whole

    for c in rng.uniform(0.5, 1.5, size=6):
        t = int(rng.integers(5, 30))
        tau = int(rng.integers(0, t - 1))
        same(lost(c, tau, t), c ** (tau + 1) * (1 - c ** (t - tau - 1)) / (1 - c**t), rtol=1e-7)
    assert [round(100 * lost(c, 9, 100)) for c in (0.7, 0.9, 0.99, 1.1)] == [3, 35, 85, 100]


@checked(
    "eq-truncation-bound",
    r"""
    \norm{G_{t,k}} \le C \kappa^{t-k}, \; \kappa < 1: \qquad \norm{\frac{\partial L}{\partial W_{hh}} - \hat
    g_{\tau}} \le C\, \frac{\kappa^{\tau+1}}{1 - \kappa}
    """,
)
def bound(rng):
    """The gradient of a contracting network with the smallest C that fits it, for every τ."""
    case = problem(rng, T=8)
    kappa = 0.7
    case = case._replace(p=case.p._replace(W_hh=kappa * np.linalg.qr(case.p.W_hh)[0]))
    G, T = entries(case), 8
    norms = np.linalg.norm(G, axis=(2, 3))
    C = max(norms[t, k] / kappa ** (t - k) for t in range(T) for k in range(t + 1))
    for tau in range(T):
        lost = np.tensordot(1 - band_kept(T, tau), G, 2) / T
        assert np.linalg.norm(lost) <= C * kappa ** (tau + 1) / (1 - kappa)


@checked(
    "eq-truncation-sign",
    r"""
    \frac{\dd h_2}{\dd w} = \underbrace{w h_0 + x_1}_{k = 2} + \underbrace{w h_0}_{k = 1}
    """,
)
def sign(rng):
    """SymPy on the linear unit, and by use with two copies of w; the example's 1 and -1."""
    w, u, v, h, x, y = sp.symbols("w u v h x y")
    second = u * (v * h + x) + y
    by_use = [sp.diff(second, s).subs({u: w, v: w}) for s in (u, v)]
    assert sp.expand(sum(by_use) - sp.diff(w * (w * h + x) + y, w)) == 0
    assert by_use == [h * w + x, h * w]
    at = {w: 1, h: -2, x: 3}
    assert [e.subs(at) for e in by_use] == [1, -2]


@checked(
    "eq-truncation-chunks",
    r"""
    \hat g^{\,\text{chunks}}_s = \frac{1}{T} \sum_{t=1}^{T} \sum_{k=1}^{t} \bigl[ \lceil t/s \rceil = \lceil
    k/s \rceil \bigr]\, G_{t,k}
    """,
)
def chunks(rng):
    """Autograd with the state detached after every s steps, the last chunk shorter, for s from 1 to T."""
    case = problem(rng, T=7)
    G, T = entries(case), 7
    p = [torch.tensor(w) for w in case.p]
    for s in range(1, T + 1):
        W, h, loss = torch.tensor(case.p.W_hh, requires_grad=True), torch.tensor(case.h_0), 0.0
        for t in range(1, T + 1):
            h = torch.tanh(
                p[0] @ torch.tensor(case.X[t - 1]) + W @ (h.detach() if t % s == 1 % s else h) + p[2]
            )
            loss = loss + 0.5 * ((p[3] @ h + p[4] - torch.tensor(case.Y[t - 1])) ** 2).sum() / T
        kept = np.array([[-(-t // s) == -(-k // s) for k in range(1, T + 1)] for t in range(1, T + 1)])
        same(np.tensordot(np.tril(kept).astype(float), G, 2) / T, grad(loss, W), rtol=1e-9)


@checked(
    "eq-truncation-sweeps",
    r"""
    G_{t,k} \text{ is kept exactly if} \quad k_1 \lceil t/k_1 \rceil - k_2 < k \le t
    """,
)
def sweeps(rng):
    """The algorithm itself: after every k_1 steps a run over the last k_2 from a constant state."""
    case = problem(rng, T=6)
    G, T = entries(case), 6
    for k1, k2 in ((1, 1), (1, 3), (2, 2), (2, 5), (3, 4), (6, 6)):
        total = np.zeros_like(case.p.W_hh)
        for now in range(k1, T + 1, k1):
            counted = tuple(range(now - k1 + 1, now + 1))
            loss, W = window_loss(case, max(1, now - k2 + 1), now, counted)
            total += grad(loss, W) / T
        same(np.tensordot(sweeps_kept(T, k1, k2), G, 2) / T, total, rtol=1e-9)
    for tau in range(T):
        assert (sweeps_kept(T, 1, tau + 1) == band_kept(T, tau)).all()


@checked(
    "eq-truncation-counts",
    r"""
    \begin{aligned} \text{band: } & T(\tau+1) - \tfrac12 \tau(\tau+1) \text{ pairs}, & & (\tau+1)\, T \text{
    steps back}, \\[1ex] \text{chunks: } & \tfrac12 T (s+1) \text{ pairs}, & & T \text{ steps back}, \\[1ex]
    \text{sweeps: } & & & T k_2 / k_1 \text{ steps back} \end{aligned}
    """,
)
def counts(rng):
    """The cells of the masks and the steps of the sweeps, counted, up to the shorter first sweeps."""
    s, times = rng.integers(1, 6, size=2)
    T = int(s * times)
    for tau in range(T):
        assert band_kept(T, tau).sum() == T * (tau + 1) - tau * (tau + 1) / 2
    assert sweeps_kept(T, s, s).sum() == T * (s + 1) / 2
    for k1, k2 in ((1, 4), (3, 3), (2, 5)):
        T = 600
        steps = sum(min(k2, now) for now in range(k1, T + 1, k1))
        assert T * k2 / k1 - k2 * k2 <= steps <= T * k2 / k1
        assert k1 != k2 or steps == T


@checked(
    "eq-truncation-taper",
    r"""
    P(G_{t,k} \text{ is kept}) = \max\Bigl( 0,\; 1 - \frac{t - k}{s} \Bigr)
    """,
)
def taper(rng):
    """All s positions of the borders, counted, for a pair far from the start."""
    s, t = int(rng.integers(2, 9)), 40
    for lag in range(12):
        k = t - lag
        kept = [(t + shift - 1) // s == (k + shift - 1) // s for shift in range(s)]
        assert abs(np.mean(kept) - max(0, 1 - lag / s)) < 1e-12
