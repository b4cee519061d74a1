"""Chapter 3, two uses of one number: complex steps of tied and untied functions."""

import numpy as np
import sympy as sp
from checks.oracles import same
from checks.registry import checked, definition

from course.oracles import complex_step

definition("eq-tied-model", r"y = F\bigl( w_1 f(w_2 x) \bigr), \qquad w_1 = w_2 = w")
definition(
    "eq-tied-map",
    r"""
    \operatorname{copy}(w) = (w, w, \ldots, w), \qquad u(w) = g\bigl( \operatorname{copy}(w) \bigr) =
    g(w, w, \ldots, w)
    """,
)

PAIRS = ((np.sin, np.exp), (np.exp, np.sin), (lambda a: a**3 - a, np.cos))


def _slope(f, at):
    """The derivative of a function of one number, by the complex step."""
    return complex_step(f, np.array(at))


def _drawn(rng):
    """Two functions and an input, and two weights that differ, for each of the pairs."""
    for F, f in PAIRS:
        yield F, f, rng.normal(), rng.normal(), rng.normal()


@checked(
    "eq-tied-substitute",
    r"""
    \frac{\dd y}{\dd w} = F'(a) \bigl( f(wx) + w x f'(wx) \bigr), \qquad a = w f(wx)
    """,
)
def substitute(rng):
    """The complex step of w ↦ F(w f(w x)), for three pairs of functions, against the right-hand side."""
    for F, f, x, w, _ in _drawn(rng):
        a = w * f(w * x)
        printed = _slope(F, a) * (f(w * x) + w * x * _slope(f, w * x))
        same(printed, _slope(lambda v, F=F, f=f, x=x: F(v * f(v * x)), w))


@checked(
    "eq-tied-partials",
    r"""
    \frac{\partial y}{\partial w_1} = F'(a)\, f(w_2 x), \qquad \frac{\partial y}{\partial w_2} = F'(a)\,
    w_1 f'(w_2 x)\, x
    """,
)
def partials(rng):
    """The complex step by each weight, the other held, at two weights that differ."""
    for F, f, x, w_1, w_2 in _drawn(rng):
        a = w_1 * f(w_2 * x)
        same(_slope(F, a) * f(w_2 * x), _slope(lambda v, F=F, f=f, x=x, w=w_2: F(v * f(w * x)), w_1))
        by_second = _slope(lambda v, F=F, f=f, x=x, w=w_1: F(w * f(v * x)), w_2)
        same(_slope(F, a) * w_1 * _slope(f, w_2 * x) * x, by_second)


@checked(
    "eq-tied-agree",
    r"""
    \biggl( \frac{\partial y}{\partial w_1} + \frac{\partial y}{\partial w_2} \biggr) \bigg|_{w_1 = w_2
    = w} = F'(a) \bigl( f(wx) + w x f'(wx) \bigr) = \frac{\dd y}{\dd w}
    """,
)
def agree(rng):
    """Two complex steps of one copy each, added, against one of both copies, and against the middle."""
    for F, f, x, w, _ in _drawn(rng):
        first = _slope(lambda v, F=F, f=f, x=x, w=w: F(v * f(w * x)), w)
        second = _slope(lambda v, F=F, f=f, x=x, w=w: F(w * f(v * x)), w)
        both = _slope(lambda v, F=F, f=f, x=x: F(v * f(v * x)), w)
        same(first + second, both)
        same(_slope(F, w * f(w * x)) * (f(w * x) + w * x * _slope(f, w * x)), both)


@checked(
    "eq-tied-example",
    r"""
    \frac{\partial y}{\partial w_1} = e^{-w_2}, \qquad \frac{\partial y}{\partial w_2} = -w_1 e^{-w_2},
    \qquad \frac{\dd}{\dd w} \bigl( w e^{-w} \bigr) = (1 - w)\, e^{-w}
    """,
)
def example(rng):
    """SymPy differentiates the example by each weight and on the diagonal; at 1 the sum vanishes."""
    w, w_1, w_2 = sp.symbols("w w_1 w_2")
    y = w_1 * sp.exp(-w_2)
    assert sp.simplify(sp.diff(y, w_1) - sp.exp(-w_2)) == 0
    assert sp.simplify(sp.diff(y, w_2) + w_1 * sp.exp(-w_2)) == 0
    slope = sp.diff(w * sp.exp(-w), w)
    assert sp.simplify(slope - (1 - w) * sp.exp(-w)) == 0
    assert slope.subs(w, 1) == 0
