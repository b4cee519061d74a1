"""Chapter 2: differences and the complex step, against SymPy's series and 60 digits of mpmath."""

import mpmath
import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.checking import step_errors

x, s = sp.symbols("x s", real=True)
f = sp.Function("f")


def taylor(moved, terms):
    """The Taylor series in s of an unknown real function f at x + moved, with so many terms."""
    return sum(sp.diff(f(x), x, n) * moved**n / sp.factorial(n) for n in range(terms))


def same_up_to(left, right, order):
    """Assert that two expressions differ by terms of at least this order in s."""
    difference = sp.expand(left - right)
    assert all(sp.simplify(difference.coeff(s, n)) == 0 for n in range(-1, order))


@checked(
    "eq-checking-forward",
    r"""
    \frac{f(x + \varepsilon) - f(x)}{\varepsilon} = f'(x) + \frac{\varepsilon}{2} f''(x) +
    O(\varepsilon^2)
    """,
)
def forward(rng):
    """SymPy expands the quotient of an unknown function; mpmath finds the next term of a known one."""
    same_up_to((taylor(s, 6) - f(x)) / s, sp.diff(f(x), x) + s / 2 * sp.diff(f(x), x, 2), 2)
    at, step = mpmath.mpf(rng.normal()), mpmath.mpf("1e-9")
    with mpmath.workdps(60):
        left = (mpmath.exp(at + step) - mpmath.exp(at)) / step
        assert abs(left - mpmath.exp(at) * (1 + step / 2)) < step**2 * mpmath.exp(at)


@checked(
    "eq-checking-forward-best",
    r"""
    \begin{aligned} \frac{\varepsilon}{2} \abs{f''} + \frac{2 \mu \abs{f}}{\varepsilon} &\ge 2
    \sqrt{\mu \abs{f} \abs{f''}}, \\[1ex] \text{equal at} \quad \varepsilon &= 2 \sqrt{\mu \abs{f} /
    \abs{f''}} \end{aligned}
    """,
)
def forward_best(rng):
    """SymPy minimises the sum of both errors; random steps never fall below the minimum."""
    e, m, value, second = sp.symbols("e m F S", positive=True)
    total = e / 2 * second + 2 * m * value / e
    best = 2 * sp.sqrt(m * value / second)
    assert sp.solve(sp.diff(total, e), e) == [best]
    assert sp.simplify(total.subs(e, best) - 2 * sp.sqrt(m * value * second)) == 0
    numbers = dict(zip((m, value, second), rng.exponential(size=3), strict=True))
    lowest = float((2 * sp.sqrt(m * value * second)).subs(numbers))
    assert all(float(total.subs({**numbers, e: t})) >= lowest * (1 - 1e-12) for t in rng.exponential(size=50))


@checked(
    "eq-checking-central",
    r"""
    \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2 \varepsilon} = f'(x) + \frac{\varepsilon^2}{6}
    f'''(x) + O(\varepsilon^4)
    """,
)
def central(rng):
    """SymPy expands the symmetric quotient of an unknown function."""
    quotient = (taylor(s, 7) - taylor(-s, 7)) / (2 * s)
    same_up_to(quotient, sp.diff(f(x), x) + s**2 / 6 * sp.diff(f(x), x, 3), 4)


@checked(
    "eq-checking-complex-series",
    r"""
    f(x + i\varepsilon) = f(x) + i \varepsilon f'(x) - \frac{\varepsilon^2}{2} f''(x) - \frac{i
    \varepsilon^3}{6} f'''(x) + O(\varepsilon^4)
    """,
)
def complex_series(rng):
    """mpmath evaluates three functions at complex points, with 60 digits, against their derivatives."""
    with mpmath.workdps(60):
        for g in (mpmath.tanh, mpmath.exp, mpmath.sin):
            at, step = mpmath.mpf(rng.normal()), mpmath.mpf("1e-8")
            d = [mpmath.diff(g, at, n) for n in range(4)]
            printed = d[0] + 1j * step * d[1] - step**2 / 2 * d[2] - 1j * step**3 / 6 * d[3]
            assert abs(g(at + 1j * step) - printed) < 20 * step**4


@checked(
    "eq-checking-complex",
    r"""
    \frac{\operatorname{Im} f(x + i\varepsilon)}{\varepsilon} = f'(x) - \frac{\varepsilon^2}{6}
    f'''(x) + O(\varepsilon^4)
    """,
)
def complex_formula(rng):
    """mpmath evaluates with 60 digits; SymPy takes the imaginary part for a polynomial of degree six."""
    c = sp.symbols("c0:7", real=True)
    p = sum(c[n] * x**n for n in range(7))
    quotient = sp.im(sp.expand(p.subs(x, x + sp.I * s))) / s
    same_up_to(sp.expand(quotient), sp.diff(p, x) - s**2 / 6 * sp.diff(p, x, 3), 4)
    with mpmath.workdps(60):
        at, step = mpmath.mpf(rng.normal()), mpmath.mpf("1e-8")
        printed = mpmath.diff(mpmath.tanh, at) - step**2 / 6 * mpmath.diff(mpmath.tanh, at, 3)
        assert abs(mpmath.im(mpmath.tanh(at + 1j * step)) / step - printed) < 20 * step**4


def smooth(z, M):
    """A smooth number made of a column, in NumPy or torch."""
    return (M @ z) @ (M @ z) * z[0] + ((M @ z) ** 3).sum()


@checked(
    "eq-checking-direction",
    r"""
    \frac{\operatorname{Im} f(x + i\varepsilon u)}{\varepsilon} = \nabla f(x)\T u + O(\varepsilon^2)
    """,
)
def direction(rng):
    """Autograd's gradient times a random direction, against one complex step along it; the figure too."""
    M, at, v = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=4)
    z = torch.tensor(at, requires_grad=True)
    smooth(z, torch.tensor(M)).backward()
    same(np.imag(smooth(at + 1e-30j * v, M)) / 1e-30, z.grad.numpy() @ v)
    errors = step_errors()
    best = {name: (errors["step"][int(np.argmin(e))], min(e)) for name, e in errors.items() if name != "step"}
    assert 2e-8 < best["forward"][1] < 1e-7
    assert 1e-9 < best["forward"][0] < 1e-7
    assert 1e-10 < best["central"][1] < 1e-9
    assert 5e-4 < best["forward, float32"][1] < 3e-3
    assert max(e for e, h in zip(errors["complex step"], errors["step"], strict=True) if h < 2e-9) < 3e-15


@checked(
    "eq-checking-abs",
    r"""
    \begin{aligned} \abs{x + i\varepsilon}^2 &= x^2 + \varepsilon^2, & \frac{\operatorname{Im} \abs{x
    + i\varepsilon}^2}{\varepsilon} &= 0, \\[2ex] (x + i\varepsilon)^2 &= x^2 - \varepsilon^2 + 2 i
    \varepsilon x, & \frac{\operatorname{Im}\, (x + i\varepsilon)^2}{\varepsilon} &= 2x \end{aligned}
    """,
)
def absolute(rng):
    """SymPy expands both squares and takes their imaginary parts."""
    z = x + sp.I * s
    assert sp.simplify(sp.Abs(z) ** 2 - (x**2 + s**2)) == 0
    assert sp.im(sp.expand(sp.Abs(z) ** 2)) == 0
    assert sp.expand(z**2 - (x**2 - s**2 + 2 * sp.I * s * x)) == 0
    assert sp.simplify(sp.im(sp.expand(z**2)) / s - 2 * x) == 0
