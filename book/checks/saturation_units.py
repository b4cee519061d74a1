"""Chapter 12: units on a distance, and softplus."""

import numpy as np
import torch
from checks.oracles import grad, same, value
from checks.registry import checked
from figures.saturation import logistic, mean
from figures.saturation_units import distances, shell, shell_numbers


def bump(rng, n=4):
    """A Gaussian unit in torch."""
    x, c = (torch.tensor(rng.normal(size=n), requires_grad=True) for _ in range(2))
    w = torch.tensor(rng.uniform(0.5, 3), dtype=torch.float64, requires_grad=True)
    r = ((x - c) ** 2).sum().sqrt()
    return x, c, w, r, torch.exp(-(r**2) / (2 * w**2))


@checked(
    "eq-saturation-rbf",
    r"""
    \begin{aligned} y &= e^{-r^2/(2 w^2)}, & r &= \norm{x - c}, \\[1ex] \frac{\partial y}{\partial
    x} &= -\frac{y}{w^2} (x - c), & \norm{\frac{\partial y}{\partial x}} &= \frac{1}{w} \cdot
    \frac{r}{w}\, e^{-r^2/(2 w^2)} \end{aligned}
    """,
)
def rbf(rng):
    """Autograd of the unit by its input."""
    x, c, w, r, y = bump(rng)
    r, w = value(r), value(w)
    same(grad(y, x), -value(y) / w**2 * value(x - c))
    same(np.linalg.norm(grad(y, x)), r / w**2 * np.exp(-(r**2) / (2 * w**2)))


@checked(
    "eq-saturation-shell",
    r"""
    \begin{aligned} \frac{\partial y}{\partial c} &= -\frac{\partial y}{\partial x}, \qquad w\,
    \frac{\partial y}{\partial w} = -r\, \frac{\partial y}{\partial r}, \\[1ex] \max_r
    \norm{\frac{\partial y}{\partial x}} &= \frac{e^{-1/2}}{w} \quad \text{at } r = w \end{aligned}
    """,
)
def where(rng):
    """Autograd by centre and width; the largest value on a fine grid of distances."""
    x, c, w, r, y = bump(rng)
    same(grad(y, c), -grad(y, x))
    u = (value(x) - value(c)) / value(r)  # the direction in which r grows
    same(value(w) * grad(y, w), -value(r) * (grad(y, x) @ u))
    grid = np.linspace(0, 8, 80_001)
    same(grid[np.argmax(shell(grid))], 1.0, rtol=1e-3)
    same(shell(grid).max(), np.exp(-0.5), rtol=1e-6)


@checked(
    "eq-saturation-distances",
    r"""
    \E\, r^2 = v n, \qquad \frac{\sqrt{\operatorname{Var} r^2}}{\E\, r^2} = \sqrt{\frac2n}
    """,
)
def spread(rng):
    """200,000 draws in five dimensions, and the quantiles that the page quotes."""
    n, v = 5, 1.7
    x, c = (np.sqrt(v / 2) * rng.normal(size=(200_000, n)) for _ in range(2))
    squares = ((x - c) ** 2).sum(1)
    same(squares.mean(), v * n, rtol=0.02)
    same(squares.std() / squares.mean(), np.sqrt(2 / n), rtol=0.03)
    rows = {(n, round(w, 2)): y for n, w, *_, y in zip(*shell_numbers().values(), strict=True)}
    assert f"{rows[32, 1.0]:.0e}" == "3e-14"
    assert 1e-112 < rows[256, 1.0] < 1e-110
    assert round(rows[32, 5.48], 2) == 0.35
    assert [round(float(np.median(distances(n)))) for n in (4, 32, 256)] == [3, 8, 23]


@checked(
    "eq-saturation-width",
    r"""
    \begin{aligned} \E \norm{\frac{\partial y}{\partial x}}^2 &= \frac{v n}{w^4} \Bigl( 1 +
    \frac{2v}{w^2} \Bigr)^{-n/2-1}, \\[1ex] \text{largest at} \quad w^2 &= \frac{v\, (n - 2)}{2}
    \end{aligned}
    """,
)
def width(rng):
    """The chi-squared law on a fine grid, for a random width; then the best width on a grid."""
    n, v = int(rng.integers(4, 40)), rng.uniform(0.5, 3)
    u = np.linspace(1e-6, 12 * n + 60, 400_001)
    law = np.exp((n / 2 - 1) * np.log(u) - u / 2)
    law /= law.sum()

    def size(w2, n=n):
        return v * n / w2**2 * (1 + 2 * v / w2) ** (-n / 2 - 1)

    w2 = rng.uniform(0.3, 2) * v * n
    same(law @ (np.exp(-v * u / w2) * v * u / w2**2), size(w2), rtol=1e-3)
    grid = np.linspace(0.05, 2, 40_001) * v * n
    same(grid[np.argmax(size(grid))], v * (n - 2) / 2, rtol=1e-3)
    for few in (1, 2):  # no best width: the narrower, the larger
        assert (np.diff(size(np.logspace(-4, 1, 50), few)) < 0).all()


@checked(
    "eq-saturation-distance",
    r"""
    \hat d = \frac{d - \mu}{s}: \qquad e^{-\hat d/2} = e^{\mu/(2s)}\, e^{-d/(2s)}
    """,
)
def normalised_distance(rng):
    """Random distances of a batch, by their mean and deviation."""
    d = ((rng.normal(size=(50, 32)) - rng.normal(size=32)) ** 2).sum(1)
    mu, s = d.mean(), d.std()
    same(np.exp(-(d - mu) / s / 2), np.exp(mu / (2 * s)) * np.exp(-d / (2 * s)))
    assert s < mu / 2


@checked(
    "eq-saturation-softplus",
    r"""
    \begin{aligned} \phi(z) &= \ln(1 + e^z), & \phi'(z) &= \sigma(z), \\[1ex] \phi(z) - \phi(-z) &=
    z, & 0 < \phi(z) &- \max(z, 0) \le \ln 2 \end{aligned}
    """,
)
def soft(rng):
    """Autograd of torch's function, and both ends."""
    z = torch.tensor(np.append(rng.normal(scale=3, size=20), [0.0, 1000.0, -30.0]), requires_grad=True)
    y = torch.nn.functional.softplus(z)
    same(grad(y.sum(), z), logistic(np.clip(value(z), -700, None)), rtol=1e-8)
    same(value(y - torch.nn.functional.softplus(-z)), value(z), rtol=1e-9)
    over = value(y) - np.maximum(value(z), 0)
    assert (over >= 0).all()
    assert over[value(z) < 20].min() > 0
    same(over.max(), np.log(2))


@checked("eq-saturation-half", r"\chi = g^2\, \E\, \sigma(\sqrt q z)^2 < \frac{g^2}{2}")
def half(rng):
    """The mean field of softplus by quadrature, at random scales and variances, up to very large ones."""
    for q in (0.0, *rng.exponential(3, size=4), 100.0):
        chi = mean(lambda z, q=q: logistic(np.sqrt(q) * z) ** 2)
        assert 0.25 <= chi < 0.5
    near = mean(lambda z: logistic(2.0 * z) ** 2)
    same(near, 0.5 - mean(lambda z: logistic(2.0 * z) * logistic(-2.0 * z)), rtol=1e-9)
