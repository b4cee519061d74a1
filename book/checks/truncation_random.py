"""Chapter 8, randomized truncation: without bias, its variance, and the variants; then what was measured."""

from itertools import product

import numpy as np
from checks.oracles import grad, jacobian, problem, run, same
from checks.registry import checked, definition
from checks.truncation import entries
from figures.truncation import random_weights
from figures.truncation_measured import curve, curves, recorded
from figures.truncation_scalar import exact, law
from figures.truncation_scalar import run as scalar_run
from figures.truncation_tasks import ECHO, LETTERS, STRATEGIES
from figures.truncation_training import EVERY, train

definition(
    "eq-truncation-xi",
    r"""
    P\Bigl( \xi_t = \frac{1}{\pi_t} \Bigr) = \pi_t, \qquad P(\xi_t = 0) = 1 - \pi_t, \qquad 0 < \pi_t \le 1
    """,
)
definition(
    "eq-truncation-random",
    r"""
    z_t = \frac{\direct h_t}{\partial w} + \xi_t\, \frac{\partial h_t}{\partial h_{t-1}}\, z_{t-1}, \qquad
    z_0 = 0
    """,
)


def draws(pi: np.ndarray):
    """Every draw of ξ_1 … ξ_T and its probability."""
    for kept in product((0, 1), repeat=len(pi)):
        yield np.array(kept) / pi, float(np.prod(np.where(kept, pi, 1 - pi)))


def pieces(case):
    """The direct derivatives, the Jacobians, the total derivatives, and the errors of every step."""
    r = run(case, untied=True)
    T = len(case.X)
    direct = [jacobian(r.h[t], r.uses[t]) for t in range(1, T + 1)]
    steps = [jacobian(r.h[t], r.h[t - 1]) for t in range(1, T + 1)]
    tied = run(case)
    total = [jacobian(tied.h[t], tied.p.W_hh) for t in range(1, T + 1)]
    errors = [grad(tied.losses[t], tied.h[t]) for t in range(1, T + 1)]
    return direct, steps, total, errors, grad(tied.loss, tied.p.W_hh)


def carried(direct, steps, xi):
    """z_1 … z_T of one draw."""
    z, found = np.zeros_like(direct[0]), []
    for own, J, x in zip(direct, steps, xi, strict=True):
        z = own + x * J @ z
        found.append(z)
    return found


@checked("eq-truncation-unbiased", r"\operatorname{E} z_t = \frac{\dd h_t}{\dd w}")
def unbiased(rng):
    """The exact mean over all 16 draws, with another π at each step, against autograd's total derivative."""
    direct, steps, total, *_ = pieces(problem(rng, T=4))
    pi = rng.uniform(0.2, 1, size=4)
    mean = sum(chance * np.array(carried(direct, steps, xi)) for xi, chance in draws(pi))
    same(mean, np.array(total), rtol=1e-9)


@checked(
    "eq-truncation-estimate",
    r"""
    \hat g_{\xi} = \frac{1}{T} \sum_{t=1}^{T} z_t\T\, \frac{\partial \ell_t}{\partial h_t} = \frac{1}{T}
    \sum_{t=1}^{T} \sum_{k=1}^{t} \Bigl( \prod_{j=k+1}^{t} \xi_j \Bigr) G_{t,k}, \qquad \operatorname{E}\,
    \hat g_{\xi} = \frac{\partial L}{\partial w}
    """,
)
def estimate(rng):
    """For every one of 16 draws the carried derivative against the weighted triangle; then their mean."""
    case = problem(rng, T=4)
    direct, steps, _, errors, full = pieces(case)
    G, pi, mean = entries(case), rng.uniform(0.2, 1, size=4), 0.0
    for xi, chance in draws(pi):
        z = carried(direct, steps, xi)
        by_state = sum(z_t.T @ error for z_t, error in zip(z, errors, strict=True)) / 4
        by_triangle = np.tensordot(random_weights(xi), G, 2) / 4
        same(by_state, by_triangle.ravel(order="F"), rtol=1e-9)
        mean = mean + chance * by_triangle
    same(mean, full, rtol=1e-9)


@checked(
    "eq-truncation-pairs",
    r"""
    \operatorname{Cov}\Bigl( \prod_{j=k+1}^{t} \xi_j,\; \prod_{j=l+1}^{s} \xi_j \Bigr) = \pi^{-m} - 1, \qquad
    m = \bigl| \{k+1, \ldots, t\} \cap \{l+1, \ldots, s\} \bigr|
    """,
)
def pairs(rng):
    """The exact covariance of all pairs of weights over the 32 draws of five steps."""
    pi = rng.uniform(0.2, 0.95)
    second, first = 0.0, 0.0
    for xi, chance in draws(np.full(5, pi)):
        weights = random_weights(xi)[np.tril_indices(5)]
        second = second + chance * np.outer(weights, weights)
        first = first + chance * weights
    t, k = np.tril_indices(5)
    for i, j in product(range(len(t)), repeat=2):
        shared = set(range(k[i] + 1, t[i] + 1)) & set(range(k[j] + 1, t[j] + 1))
        same(second[i, j] - first[i] * first[j], pi ** -len(shared) - 1, rtol=1e-6) if shared else None
        assert shared or abs(second[i, j] - 1) < 1e-9
    quoted_biases()


# --- the variants ---------------------------------------------------------------------------------


@checked(
    "eq-truncation-one-step",
    r"""
    y_t = \frac{\direct h_t}{\partial w} + \xi_t\, \frac{\partial h_t}{\partial h_{t-1}}\, \frac{\dd
    h_{t-1}}{\dd w}, \qquad \operatorname{E}\, y_t = \frac{\dd h_t}{\dd w}
    """,
)
def one_step(rng):
    """The exact mean over both values of ξ_t, with autograd's total derivative of the last state."""
    direct, steps, total, *_ = pieces(problem(rng, T=4))
    pi = rng.uniform(0.2, 1)
    for t in (1, 2, 3):
        mean = sum(
            chance * (direct[t] + x * steps[t] @ total[t - 1]) for x, chance in ((1 / pi, pi), (0, 1 - pi))
        )
        same(mean, total[t], rtol=1e-9)
    quoted_training()


@checked(
    "eq-truncation-shared",
    r"""
    \operatorname{E} \xi^{\ell} = \pi^{1-\ell} \;\; (\ell \ge 1), \qquad \operatorname{E}\, z_t = b \Bigl( 1 +
    \sum_{\ell=1}^{t-1} c^{\ell} \pi^{1-\ell} \Bigr)
    """,
)
def shared(rng):
    """The exact mean over both values of the one draw, at random and for the example's 8.917."""
    b, c, pi = rng.normal(), rng.uniform(0.3, 1.2), rng.uniform(0.3, 0.95)
    for T in (1, 2, 5):
        mean = law("shared", T, b, c, pi).mean()
        same(mean, b * (1 + sum(c**lag * pi ** (1 - lag) for lag in range(1, T))), rtol=1e-9)
    assert round(law("shared", 6, 1, 0.9, 0.7).mean(), 3) == 8.917


@checked(
    "eq-truncation-example",
    r"""
    a_6 = \frac{1 - 0.9^6}{1 - 0.9} = 4.68559
    """,
)
def example(rng):
    """The exact laws of all 64 draws: equal means for both unbiased variants, 4.068 and 2.413."""
    assert abs(exact(6, 1, 0.9)[6] - 4.68559) < 1e-9
    laws = {kind: law(kind, 6, 1, 0.9, 0.7) for kind in ("recursive", "one-step")}
    for found in laws.values():
        same(found.chances.sum(), 1.0)
        same(found.mean(), (1 - 0.9**6) / 0.1)
    assert {kind: round(found.std(), 3) for kind, found in laws.items()} == {
        "recursive": 4.068,
        "one-step": 2.413,
    }
    assert len(np.unique(laws["recursive"].values.round(9))) == 6
    top = laws["recursive"].values.max()
    assert round(top, 1) == 12.3
    chance = laws["recursive"].chances[laws["recursive"].values > top - 1e-6].sum()
    assert round(chance, 2) == 0.17


@checked(
    "eq-truncation-variance",
    r"""
    \begin{aligned} \operatorname{Var} z_t &= \frac{c^2}{\pi} \operatorname{Var} z_{t-1} + c^2 \Bigl(
    \frac{1}{\pi} - 1 \Bigr) a_{t-1}^2, \\[2ex] \operatorname{Var} y_t &= c^2 \Bigl( \frac{1}{\pi} - 1
    \Bigr) a_{t-1}^2 \end{aligned}
    """,
)
def variance(rng):
    """Enumeration of all draws up to T = 6 at random b, c and π."""
    b, c, pi = rng.normal(), rng.uniform(-1.2, 1.2), rng.uniform(0.3, 0.95)
    a, old = exact(6, b, c), 0.0
    for t in range(1, 7):
        added = c**2 * (1 / pi - 1) * a[t - 1] ** 2
        now = law("recursive", t, b, c, pi).std() ** 2
        np.testing.assert_allclose(now, c**2 / pi * old + added, rtol=1e-8, atol=1e-14)
        np.testing.assert_allclose(law("one-step", t, b, c, pi).std() ** 2, added, rtol=1e-8, atol=1e-14)
        old = now


@checked(
    "eq-truncation-bounded",
    r"""
    \operatorname{Var} z_t \text{ stays bounded exactly if } c^2 < \pi: \qquad \operatorname{Var} z_t \to
    \frac{c^2 (1/\pi - 1)}{1 - c^2/\pi} \Bigl( \frac{b}{1 - c} \Bigr)^2
    """,
)
def bounded(rng):
    """The recurrence of the variance run for 5000 steps, with π on both sides of c²; the page's numbers."""

    def spread(c, pi, T, b=1.0):
        a, var = 0.0, 0.0
        for _ in range(T):
            var = c**2 / pi * var + c**2 * (1 / pi - 1) * a**2
            a = b + c * a
        return var

    b, c = rng.normal(), rng.uniform(0.5, 0.95)
    pi = c**2 + (1 - c**2) * rng.uniform(0.3, 0.9)
    limit = c**2 * (1 / pi - 1) / (1 - c**2 / pi) * (b / (1 - c)) ** 2
    same(spread(c, pi, 5000, b), limit, rtol=1e-6)
    assert spread(c, 0.95 * c**2, 5000) > 1e6
    assert round(np.sqrt(spread(0.9, 0.9, 1000)), 1) == 9.5
    assert f"{np.sqrt(spread(0.9, 0.7, 100)):.0e}" == "1e+04"


@checked(
    "eq-truncation-signed",
    r"""
    \begin{aligned} z_3 - z_2 &= 1 + (\xi_3 - 1)\, z_2, & \operatorname{Var}(z_3 - z_2) &= \Bigl(
    \frac{1}{\pi} - 1 \Bigr) \Bigl( 3 + \frac{1}{\pi} \Bigr) = 1.898, \\[2ex] y_3 - y_2 &= 2\, \xi_3 - \xi_2, &
    \operatorname{Var}(y_3 - y_2) &= 5\, \Bigl( \frac{1}{\pi} - 1 \Bigr) = 2.143 \end{aligned}
    """,
)
def signed(rng):
    """The two differences draw by draw, and their variances by enumeration, at π = 0.7 and at a random π."""
    for pi in (0.7, rng.uniform(0.2, 0.95)):
        for xi, _ in draws(np.full(3, pi)):
            z, y = (scalar_run(kind, tuple(xi), 1, 1) for kind in ("recursive", "one-step"))
            same(z[3] - z[2], 1 + (xi[2] - 1) * z[2])
            np.testing.assert_allclose(y[3] - y[2], 2 * xi[2] - xi[1], atol=1e-12)
        found = [law(kind, 3, 1, 1, pi, (3, 2)).std() ** 2 for kind in ("recursive", "one-step")]
        same(np.array(found), np.array([(1 / pi - 1) * (3 + 1 / pi), 5 * (1 / pi - 1)]), rtol=1e-9)
        if pi == 0.7:
            assert [round(x, 3) for x in found] == [1.898, 2.143]


# --- measured -------------------------------------------------------------------------------------


def quoted_training() -> None:
    """What the page says of the recorded training and of the gradients' quality."""
    ends = {name: curve("echo", name)[:, -1].mean() for name in STRATEGIES}
    assert [f"{x:.1g}" for x in ends.values()] == ["0.0005", "0.5", "0.5", "0.0009"]
    assert [round(float(ends[name]), 2) for name in ("band", "chunks")] == [0.48, 0.49]
    for name in ("band", "chunks"):
        mean = curve("echo", name).mean(axis=0)
        assert 0.08 < mean.min() < 0.1
        assert 4 <= mean.argmin() <= 6
    best = [round(float(curve("text", name).min(axis=1).mean()), 2) for name in STRATEGIES]
    assert best == [3.09, 3.09, 3.07, 3.10]
    gaps = [(curve("text", name, 1) - curve("text", name, 0))[:, -1].mean() for name in STRATEGIES[:3]]
    assert [round(float(x), 2) for x in gaps] == [0.83, 0.80, 0.73]
    assert round(float(curve("text", "full").mean(axis=0)[200 // EVERY - 1]), 1) == 3.1
    ends = [curve("text", name)[:, -1].mean() for name in ("full", "chunks")]
    assert [round(float(x), 2) for x in ends] == [3.20, 3.10]
    found = {task: recorded()[task]["quality"] for task in ("echo", "text")}
    assert [round(100 * found[task]["band"]) for task in ("text", "echo")] == [3, 65]
    noise = [round(100 * found[task][of]) for task in ("text", "echo") for of in ("batch", "draw")]
    assert noise == [104, 52, 114, 161]
    assert round(float(np.hypot(1.04, 0.52)), 2) == 1.16
    for task, column in ((ECHO, 0), (LETTERS, 1)):
        again = np.array(train(task, "randomized", 0, EVERY)[1])[0, column]
        same(again, curve(task.name, "randomized", column)[0, 0], rtol=1e-3)


def quoted_biases() -> None:
    """What the page says of the exact bias and noise of the trained network."""
    found = {name: dict(zip(np.round(x, 2), y, strict=True)) for name, (x, y) in curves().items()}
    band = [float(f"{found['band'][x]:.2g}") for x in (1.0, 4.38, 6.75)]
    assert band == [0.89, 0.44, 0.16]
    one = found["randomized, 1"]
    assert [float(f"{one[x]:.2g}") for x in (3.79, 7.71)] == [2, 0.43]
    assert one[1.49] > 100
    kept, bias = (np.array(x) for x in curves()["band"])
    for sequences, wins in ((1, False), (100, True)):
        x, noise = (np.array(v) for v in curves()[f"randomized, {sequences}"])
        beyond = (x > 2.8) & (x < 6)
        assert ((noise < np.interp(x, kept, bias))[beyond] == wins).all()
    x, noise = (np.array(v) for v in curves()["randomized, 100"])
    assert (noise > np.interp(x, kept, bias))[x < 2].all()
    chunks = curves()["chunks"]
    assert (np.array(chunks[1][1:]) > np.interp(chunks[0][1:], kept, bias)).all()
