"""Chapter 8, the variants in numbers: means and variances by enumeration of all draws."""

import numpy as np
from checks.oracles import same
from checks.registry import checked
from checks.truncation_random import draws
from figures.truncation_scalar import exact, law, run


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
    \begin{aligned} \operatorname{Var} z_t &\text{ stays bounded exactly if } c^2 < \pi, \text{ and then}
    \\[1ex] \operatorname{Var} z_t &\to \frac{c^2 (1/\pi - 1)}{1 - c^2/\pi} \Bigl( \frac{b}{1 - c} \Bigr)^2
    \end{aligned}
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
    \frac{1}{\pi} - 1 \Bigr) \Bigl( 3 + \frac{1}{\pi} \Bigr) = 1.898, \\[2ex] y_3 - y_2 &= 2\, \xi_3 - \xi_2,
    & \operatorname{Var}(y_3 - y_2) &= 5\, \Bigl( \frac{1}{\pi} - 1 \Bigr) = 2.143 \end{aligned}
    """,
)
def signed(rng):
    """The two differences draw by draw, and their variances by enumeration, at π = 0.7 and at a random π."""
    for pi in (0.7, rng.uniform(0.2, 0.95)):
        for xi, _ in draws(np.full(3, pi)):
            z, y = (run(kind, tuple(xi), 1, 1) for kind in ("recursive", "one-step"))
            same(z[3] - z[2], 1 + (xi[2] - 1) * z[2])
            np.testing.assert_allclose(y[3] - y[2], 2 * xi[2] - xi[1], atol=1e-12)
        found = [law(kind, 3, 1, 1, pi, (3, 2)).std() ** 2 for kind in ("recursive", "one-step")]
        same(np.array(found), np.array([(1 / pi - 1) * (3 + 1 / pi), 5 * (1 / pi - 1)]), rtol=1e-9)
        if pi == 0.7:
            assert [round(x, 3) for x in found] == [1.898, 2.143]
