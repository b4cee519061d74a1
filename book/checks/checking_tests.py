"""Chapter 2: the adjoint and the Taylor test, against torch's two modes, mpmath and SymPy."""

import mpmath
import numpy as np
import sympy as sp
import torch
from checks.checking import smooth
from checks.oracles import same
from checks.registry import checked
from figures.checking import complex_along, loss_along, remainder, small_network, two_gradients


@checked(
    "eq-checking-adjoint",
    r"""
    v\T (J u) = (J\T v)\T u
    """,
)
def adjoint(rng):
    """torch's forward mode (jvp) and reverse mode (vjp) of one smooth map, with random columns."""
    M, N = (torch.tensor(rng.normal(size=shape)) for shape in ((4, 3), (2, 4)))
    at, v, u = (torch.tensor(rng.normal(size=n)) for n in (3, 3, 2))

    def F(z):
        return torch.tanh(N @ torch.sin(M @ z))

    ahead = torch.func.jvp(F, (at,), (v,))[1]
    back = torch.func.vjp(F, at)[1](u)[0]
    same(float(u @ ahead), float(back @ v))


@checked(
    "eq-checking-gap",
    r"""
    \frac{\operatorname{Im} f(x + i\varepsilon u)}{\varepsilon} - g\T u = -e\T u + O(\varepsilon^2)
    """,
)
def gap(rng):
    """A gradient with a random error added to autograd's: the gap is the error's product with u."""
    M, at, v, e = rng.normal(size=(3, 4)), *rng.normal(size=(3, 4))
    z = torch.tensor(at, requires_grad=True)
    smooth(z, torch.tensor(M)).backward()
    claimed = z.grad.numpy() + e
    same(np.imag(smooth(at + 1e-30j * v, M)) / 1e-30 - claimed @ v, -e @ v, rtol=1e-8)
    V, g = small_network()[-1], two_gradients()
    same(np.sum(g["right"] * V), complex_along(1e-30))
    assert abs(np.sum(g["transpose missing"] * V) / complex_along(1e-30) - 1) > 0.3


@checked(
    "eq-checking-luck",
    r"""
    P\bigl( \abs{e\T u} \le c \norm{e} \bigr) \le c\, \sqrt{\frac{2}{\pi}}
    """,
)
def luck(rng):
    """mpmath's normal distribution for many c, and the share among 100,000 random directions."""
    for c in (0.001, 0.01, 0.1, 0.5, 1.0, 3.0):
        assert mpmath.erf(c / mpmath.sqrt(2)) <= c * mpmath.sqrt(2 / mpmath.pi)
    e = rng.normal(size=5)
    share = np.mean(abs(rng.normal(size=(100_000, 5)) @ e) <= 0.1 * np.linalg.norm(e))
    assert abs(share - float(mpmath.erf(0.1 / mpmath.sqrt(2)))) < 0.006
    assert round(1 / (0.001 * np.sqrt(2 / np.pi)), -1) == 1250


@checked(
    "eq-checking-consistent",
    r"""
    v\T (B u) = (B\T v)\T u
    """,
)
def consistent(rng):
    """Any random matrix and its transpose pass, exactly in integers."""
    for _ in range(20):
        B, u, v = rng.integers(-9, 9, size=(3, 4)), rng.integers(-9, 9, size=3), rng.integers(-9, 9, size=4)
        assert u @ (B @ v) == (B.T @ u) @ v


# --- the Taylor test ------------------------------------------------------------------------------


def two_variables(rng):
    """A smooth function of two numbers with its gradient and Hessian at a random point, by SymPy."""
    a, b = sp.symbols("a b")
    F = sp.exp(a) * sp.sin(b) + a**2 * b
    point = dict(zip((a, b), (sp.Rational(int(n), 10) for n in rng.integers(1, 15, size=2)), strict=True))
    derivatives = (sp.Matrix([F]).jacobian((a, b)).T, sp.hessian(F, (a, b)))
    return F, (a, b), point, *(D.subs(point) for D in derivatives)


def along(F, names, point, v, step):
    """F at point + step·v with 60 digits."""
    moved = {name: point[name] + step * v[i] for i, name in enumerate(names)}
    return F.subs(moved).evalf(60)


@checked(
    "eq-checking-taylor",
    r"""
    \begin{aligned} R(\varepsilon) &= \abs{ f(x + \varepsilon u) - f(x) - \varepsilon\, g\T u } \\ &=
    \abs{ -\varepsilon\, e\T u + \frac{\varepsilon^2}{2} u\T H u + O(\varepsilon^3) } \end{aligned}
    """,
)
def taylor_remainder(rng):
    """60 digits of a function of two variables against SymPy's gradient and Hessian, with an error added."""
    F, names, point, gradient, H = two_variables(rng)
    v, e = (sp.Matrix([sp.Rational(int(n), 7) for n in rng.integers(1, 9, size=2)]) for _ in range(2))
    for error in (e, 0 * e):
        step = sp.Rational(1, 10**6)
        left = along(F, names, point, v, step) - along(F, names, point, v, 0)
        left -= step * ((gradient + error).T * v)[0]
        printed = -step * (error.T * v)[0] + step**2 / 2 * (v.T * H * v)[0]
        assert abs(abs(left) - abs(printed)).evalf(30) < 300 * step**3


@checked(
    "eq-checking-slope",
    r"""
    \log_2 \frac{R(\varepsilon)}{R(\varepsilon/2)} \to \begin{cases} 2 & \text{if } e\T u = 0 \text{
    and } u\T H u \ne 0, \\ 1 & \text{if } e\T u \ne 0 \end{cases}
    """,
)
def slope(rng):
    """The ratio of two remainders with 60 digits: 2 for the gradient, 1 with an error, nothing if linear."""
    F, names, point, gradient, H = two_variables(rng)
    v = sp.Matrix([1, sp.Rational(int(rng.integers(1, 9)), 7)])
    for error, want in ((sp.Matrix([0, 0]), 2), (sp.Matrix([1, 1]), 1)):
        assert (v.T * H * v)[0].evalf() != 0
        R = []
        for step in (sp.Rational(1, 10**9), sp.Rational(1, 2 * 10**9)):
            ahead = along(F, names, point, v, step) - along(F, names, point, v, 0)
            R.append(abs(ahead - step * ((gradient + error).T * v)[0]).evalf(40))
        assert abs(sp.log(R[0] / R[1], 2).evalf() - want) < 1e-5
    for g, want in (("right", 2), ("transpose missing", 1)):
        ratio = np.log2(remainder(two_gradients()[g], 2.0**-12) / remainder(two_gradients()[g], 2.0**-13))
        assert abs(ratio - want) < 0.01


@checked(
    "eq-checking-crossover",
    r"""
    \varepsilon^* = \frac{2 \abs{e\T u}}{\abs{u\T H u}}
    """,
)
def crossover(rng):
    """SymPy solves for the step at which both terms of the remainder are equal in size."""
    first, second, e = sp.symbols("a b e", positive=True)
    assert sp.solve(e * first - e**2 / 2 * second, e) == [2 * first / second]
    g, V = two_gradients(), small_network()[-1]
    error = np.sum((g["transpose missing"] - g["right"]) * V)
    ahead = [float(loss_along(t, np.float64)) for t in (1e-4, 0.0, -1e-4)]
    curvature = (ahead[0] - 2 * ahead[1] + ahead[2]) / 1e-8
    limit = 2 * abs(error) / abs(curvature)
    above, below = (
        np.log2(remainder(g["transpose missing"], t) / remainder(g["transpose missing"], t / 2))
        for t in (limit, limit / 1000)
    )
    assert abs(below - 1) < 0.01
    assert above > 1.1 or above < 0.9
