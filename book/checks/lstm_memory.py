"""Chapter 10: how long a cell remembers, the forget bias, and growth at rest."""

import numpy as np
import sympy as sp
from checks.oracles import same
from checks.registry import checked
from figures.lstm_growth import SCALES, SETTINGS, exponents
from figures.lstm_runs import CLIPS, STORY, bias_losses, solved
from figures.lstm_training import LAGS, recorded
from figures.lstm_training import SETTINGS as BIASES

from course.gated import LSTM, lstm_forward, lstm_step
from course.oracles import complex_step


def sigma(a):
    """The logistic function by its definition."""
    return 1 / (1 + np.exp(-a))


def bias(tau):
    """The printed formula of the forget bias."""
    return -np.log(np.exp(1 / tau) - 1)


@checked(
    "eq-lstm-tau",
    r"""
    \prod_{j=1}^{n} f_j = \bar f^{\,n} = e^{-n/\tau}, \qquad \tau = \frac{-1}{\ln \bar f}, \qquad
    \ln \bar f = \frac{1}{n} \sum_{j=1}^{n} \ln f_j
    """,
)
def time_constant(rng):
    """Random gates multiplied one by one; then the times and shares that the page quotes."""
    f = rng.uniform(0.5, 1, 30)
    tau = -1 / np.log(np.exp(np.log(f).mean()))
    same(np.prod(f), np.exp(-30 / tau))
    times = {0.5: 1.4, 0.9: 9.5, 0.98: 49.5, 0.999: 999.5}
    assert {f: round(-1 / np.log(f), 1) for f in times} == times
    assert round(np.exp(-1), 2) == 0.37
    assert round(np.log(2), 2) == 0.69
    assert round(0.9**20, 2) == 0.12
    assert np.mean([1] * 18 + [0] * 2) == 0.9


@checked(
    "eq-lstm-bias",
    r"""
    \begin{aligned} b_f &= \ln \frac{f}{1 - f} = -\ln\bigl( e^{1/\tau} - 1 \bigr) \\[1ex] &= \ln
    \tau - \frac{1}{2\tau} + O(\tau^{-2}) \end{aligned}
    """,
)
def forget_bias(rng):
    """The gate of the biased unit gives the time back; SymPy's series; then the numbers of the page."""
    tau = rng.uniform(1, 500)
    same(-1 / np.log(sigma(bias(tau))), tau, rtol=1e-8)
    f = np.exp(-1 / tau)
    same(bias(tau), np.log(f / (1 - f)), rtol=1e-8)
    u = sp.symbols("u", positive=True)  # 1/τ
    series = sp.series(sp.log(u) - sp.log(sp.exp(u) - 1), u, 0, 2).removeO()
    assert sp.simplify(series + u / 2) == 0
    assert round(bias(50), 3) == 3.902
    assert round(-1 / np.log(sigma(0)), 2) == 1.44
    assert round(-1 / np.log(sigma(1)), 1) == 3.2
    assert round(0.5**20 * 1e6) == 1
    assert round(sigma(1) ** 20, 3) == 0.002
    twice = 2 * bias(50)
    assert round(twice, 2) == 7.80
    assert round(sigma(twice), 4) == 0.9996
    assert round(-1 / np.log(sigma(twice)), -1) == 2450
    assert 6.5e-9 < sigma(1) ** 60 < 7.5e-9
    assert [[solved(bias_losses(T, b)) for b in BIASES] for T in LAGS] == [[0, 4, 5, 5], [0, 0, 5, 5]]


@checked(
    "eq-lstm-chrono",
    r"""
    \begin{aligned} b_f &= \ln U, \qquad b_i = -b_f, \\[1ex] \frac{1}{1 - \sigma(b_f)} &= 1 +
    e^{b_f} = 1 + U \in [2, T_{\max}] \end{aligned}
    """,
)
def chrono(rng):
    """4000 draws: the times have the distribution function of the uniform law, and the two gates add to 1."""
    T = int(rng.integers(5, 200))
    U = rng.uniform(1, T - 1, 4000)
    b_f = np.log(U)
    times = 1 / (1 - sigma(b_f))
    same(times, 1 + np.exp(b_f), rtol=1e-9)
    share = (np.sort(times) - 2) / (T - 2)
    assert abs(share - (np.arange(4000) + 0.5) / 4000).max() * np.sqrt(4000) < 2.2
    same(sigma(b_f) + sigma(-b_f), np.ones(4000))


@checked(
    "eq-lstm-times",
    r"""
    \frac{-1}{\ln f} = \frac{1}{1 - f} - \frac{1}{2} - \frac{1 - f}{12} + O\bigl( (1 - f)^2 \bigr)
    """,
)
def two_times(rng):
    """SymPy's series of the logarithm; then the unit of the page."""
    e = sp.symbols("e", positive=True)
    series = sp.series(-1 / sp.log(1 - e), e, 0, 2).removeO()
    assert sp.simplify(series - (1 / e - sp.Rational(1, 2) - e / 12)) == 0
    assert round(np.log(49), 3) == 3.892
    assert round(-1 / np.log(sigma(np.log(49))), 1) == 49.5


@checked(
    "eq-lstm-fill",
    r"""
    c_T \;\longrightarrow\; \frac{i}{1 - f}\, g, \qquad \text{and for } i = 1 - f: \quad \abs{c_T}
    \le \max\bigl( \abs{c_0}, \max_k \abs{g_k} \bigr)
    """,
)
def fill(rng):
    """A cell of the given model with weights zero and gates held by their biases, run for 3000 steps."""
    b = np.array([rng.normal(), 3.9, rng.normal(), 0.3])
    p = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), b)
    _, C = lstm_forward(p, np.zeros((3000, 1)), np.zeros(1), rng.normal(size=1))
    same(C[-1], sigma(b[:1]) / (1 - sigma(3.9)) * np.tanh(b[2]), rtol=1e-8)
    assert round(0.5 / (1 - 0.98)) == 25
    f = rng.uniform()
    c = c_0 = 2 * rng.normal()
    g = np.tanh(rng.normal(size=50))
    for g_k in g:
        c = f * c + (1 - f) * g_k
        assert abs(c) <= max(abs(c_0), abs(g).max())


# --- growth at rest -------------------------------------------------------------------------------


@checked(
    "eq-lstm-rest",
    r"""
    J = \begin{pmatrix} i o\, W_{gh} & o f I \\ i\, W_{gh} & f I \end{pmatrix}, \qquad \lambda(J)
    \in \bigl\{ 0,\; f + i o\, \lambda(W_{gh}) \bigr\}
    """,
)
def rest(rng):
    """The complex step through the given model at rest; the characteristic polynomial of a defective one."""
    n = 4
    f, i, o = rng.uniform(0.1, 0.9, 3)
    b = np.repeat(np.log([i / (1 - i), f / (1 - f), 1, o / (1 - o)]), n)
    p = LSTM(np.zeros((4 * n, 1)), rng.normal(size=(4 * n, n)), b)
    W = p.W_h[2 * n : 3 * n]

    def step(s):
        return np.concatenate(lstm_step(p, np.zeros(1), s[:n], s[n:]))

    J = complex_step(step, np.zeros(2 * n))
    same(J, np.block([[i * o * W, o * f * np.eye(n)], [i * W, f * np.eye(n)]]))
    wanted = np.concatenate([np.zeros(n), f + i * o * np.linalg.eigvals(W)])
    for root in wanted:
        assert abs(np.linalg.eigvals(J) - root).min() < 1e-7
    defective = np.triu(np.ones((n, n)))  # one eigenvector: its roots count as often as they do in W_gh
    full = np.block([[i * o * defective, o * f * np.eye(n)], [i * defective, f * np.eye(n)]])
    same(np.poly(full), np.append(np.poly(f * np.eye(n) + i * o * defective), np.zeros(n)), rtol=1e-6)
    assert [solved(recorded()["clip"]["losses"][n]) for n in range(len(CLIPS))] == [7, 6]
    _, norms = recorded()["clip"]["first"]
    assert norms[0, STORY, 0] == norms[0, :, 0].max() == 315.7
    assert norms[:, STORY, 1].tolist() == [0.2642, 818.6]


@checked(
    "eq-lstm-threshold",
    r"""
    \rho(J) > 1 \quad \Longleftrightarrow \quad s > \frac{1 - f}{i\, o} \qquad (h \to \infty)
    """,
)
def threshold(rng):
    """A Gaussian matrix of 400 rows, a little below and above the threshold; then the page's numbers."""
    n, (f, i, o) = 400, rng.uniform(0.3, 0.9, 3)
    W = rng.normal(size=(n, n)) / np.sqrt(n)
    for s, explodes in ((0.85, False), (1.15, True)):
        roots = f + i * o * s * (1 - f) / (i * o) * np.linalg.eigvals(W)
        assert (abs(roots).max() > 1) == explodes
    assert (1 - 0.5) / 0.25 == 2
    assert round((1 - sigma(bias(50))) / 0.25, 2) == 0.08
    same((1 - f) / ((1 - f) * 0.5), 2.0)
    found = {name: np.median(exponents(name), axis=1) for name in SETTINGS}
    at = {s: [found[name][list(SCALES).index(s)] for name in SETTINGS] for s in (1, 8)}
    np.testing.assert_allclose(at[8], [0.23, 0.12, 0.03, 0.47], atol=0.05)  # chaos: not to the last digit
    np.testing.assert_allclose(at[1], [-0.42, -0.007, -0.012, -0.41], atol=0.004)
