"""Chapter 4, the lemma and the two derivatives: printed equations against SymPy and complex steps."""

import numpy as np
import sympy as sp
from checks.oracles import same
from checks.registry import checked, definition

from course.oracles import complex_step

definition(
    "eq-bptt-model",
    r"""
    a_t = W_{hx} x_t + W_{hh} h_{t-1} + b_h, \qquad h_t = \phi(a_t), \qquad o_t = W_{qh} h_t + b_q
    """,
)
definition("eq-bptt-loss", r"L = \frac{1}{T} \sum_{t=1}^{T} \ell(o_t, y_t)")
definition("eq-bptt-recurrence", r"a_t = b_t + c_t\, a_{t-1}, \qquad a_0 = 0")
definition(
    "eq-bptt-direct",
    r"""
    \frac{\direct h_t}{\partial w} = \frac{\partial f(x_t, h, w)}{\partial w} \bigg|_{h = h_{t-1}}
    """,
)

i, j = sp.symbols("i j", integer=True)
b, c = sp.IndexedBase("b"), sp.IndexedBase("c")


def _printed(t: int, first: int, last: int) -> sp.Expr:
    """The sum over i from `first` to `last` of (the product of c_j from i+1 to t) times b_i."""
    return sp.Sum(sp.Product(c[j], (j, i + 1, t)) * b[i], (i, first, last)).doit()


def _recursion(t: int, start: sp.Expr | int) -> sp.Expr:
    """The recurrence a_t = b_t + c_t a_{t-1}, run step by step on symbols."""
    a = start
    for step in range(1, t + 1):
        a = b[step] + c[step] * a
    return a


@checked("eq-bptt-lemma", r"a_t = b_t + \sum_{i=1}^{t-1} \Bigl( \prod_{j=i+1}^{t} c_j \Bigr) b_i")
def lemma(rng):
    """SymPy runs the recurrence on symbols for t = 1 to 7 and expands the difference to zero."""
    for t in range(1, 8):
        assert sp.expand(_recursion(t, 0) - b[t] - _printed(t, 1, t - 1)) == 0


@checked(
    "eq-bptt-lemma-step",
    r"""
    c_{t+1} \Bigl( b_t + \sum_{i=1}^{t-1} \Bigl( \prod_{j=i+1}^{t} c_j \Bigr) b_i \Bigr) =
    \sum_{i=1}^{t} \Bigl( \prod_{j=i+1}^{t+1} c_j \Bigr) b_i
    """,
)
def lemma_step(rng):
    """SymPy expands both sides of the step from t to t + 1 on symbols, for t = 1 to 6."""
    for t in range(1, 7):
        left = c[t + 1] * (b[t] + _printed(t, 1, t - 1))
        assert sp.expand(left - _printed(t + 1, 1, t)) == 0


@checked(
    "eq-bptt-lemma-start",
    r"""
    a_t = \Bigl( \prod_{j=1}^{t} c_j \Bigr) a_0 + \sum_{i=1}^{t} \Bigl( \prod_{j=i+1}^{t} c_j \Bigr) b_i
    """,
)
def lemma_start(rng):
    """SymPy runs the recurrence from a symbolic start for t = 1 to 7 and expands the difference to zero."""
    a_0 = sp.Symbol("a_0")
    for t in range(1, 8):
        printed = sp.Product(c[j], (j, 1, t)).doit() * a_0 + _printed(t, 1, t)
        assert sp.expand(_recursion(t, a_0) - printed) == 0


@checked("eq-bptt-lemma-matrix", r"a_t = \sum_{i=1}^{t} C_t C_{t-1} \cdots C_{i+1}\, b_i")
def lemma_matrix(rng):
    """The sum, written out for t = 4, equals the recurrence run on random integer matrices, exactly."""
    C, B = rng.integers(-9, 10, size=(5, 3, 3)), rng.integers(-9, 10, size=(5, 3))
    a = np.zeros(3, dtype=int)
    for t in range(1, 5):
        a = B[t] + C[t] @ a
    assert (a == C[4] @ C[3] @ C[2] @ B[1] + C[4] @ C[3] @ B[2] + C[4] @ B[3] + B[4]).all()


@checked(
    "eq-bptt-order",
    r"""
    \begin{aligned} C_2 &= \begin{pmatrix} 0 & 1 \\ 0 & 0 \end{pmatrix}, & C_3 &= \begin{pmatrix} 0 & 0
    \\ 1 & 0 \end{pmatrix}, \\[2ex] C_3 C_2 b_1 &= \begin{pmatrix} 0 \\ 1 \end{pmatrix}, & C_2 C_3 b_1
    &= \begin{pmatrix} 0 \\ 0 \end{pmatrix} \end{aligned}
    """,
)
def order(rng):
    """The two products are multiplied out, and the recurrence itself is run to a_3: it gives the first."""
    C_2, C_3, b_1 = np.array([[0, 1], [0, 0]]), np.array([[0, 0], [1, 0]]), np.array([0, 1])
    a_3 = C_3 @ (C_2 @ b_1)
    assert (a_3 == [0, 1]).all()
    assert ((C_3 @ C_2) @ b_1 == [0, 1]).all()
    assert ((C_2 @ C_3) @ b_1 == [0, 0]).all()


RECURRENCES = (
    lambda x, h, w: np.tanh(w * h + x),
    lambda x, h, w: w * h + x * np.sin(h),
    lambda x, h, w: np.sin(w * x) + h * np.cos(w * h),
)


def _total(f, x, h_0, w, t):
    """dh_t/dw by the complex step through the whole recurrence."""

    def h_t(w):
        h = h_0
        for x_t in x[:t]:
            h = f(x_t, h, w)
        return h

    return complex_step(h_t, np.array(w))


def _parts(f, x, h_0, w):
    """For every step: the direct derivative (h_{t-1} held) and the derivative by h_{t-1}."""
    h, direct, by_state = h_0, [], []
    for x_t in x:
        direct.append(complex_step(lambda v, x_t=x_t, h=h: f(x_t, h, v), np.array(w)))
        by_state.append(complex_step(lambda v, x_t=x_t: f(x_t, v, w), np.array(h)))
        h = f(x_t, h, w)
    return direct, by_state


@checked(
    "eq-bptt-total",
    r"""
    \frac{\dd h_t}{\dd w} = \frac{\direct h_t}{\partial w} + \frac{\partial h_t}{\partial h_{t-1}}
    \frac{\dd h_{t-1}}{\dd w}, \qquad \frac{\dd h_0}{\dd w} = 0
    """,
)
def total(rng):
    """Three recurrences: the complex step with the edge kept against the two with it cut, at every t."""
    for f in RECURRENCES:
        x, h_0, w = rng.normal(size=5), 0.3 + rng.random(), rng.normal()
        direct, by_state = _parts(f, x, h_0, w)
        assert _total(f, x, h_0, w, 0) == 0
        for t in range(1, 6):
            same(direct[t - 1] + by_state[t - 1] * _total(f, x, h_0, w, t - 1), _total(f, x, h_0, w, t))


@checked(
    "eq-bptt-total-sum",
    r"""
    \frac{\dd h_t}{\dd w} = \sum_{i=1}^{t} \Bigl( \prod_{j=i+1}^{t} \frac{\partial h_j}{\partial
    h_{j-1}} \Bigr) \frac{\direct h_i}{\partial w}
    """,
)
def total_sum(rng):
    """Three recurrences: the sum of one-step complex steps against one complex step through all steps."""
    for f in RECURRENCES:
        x, h_0, w = rng.normal(size=5), 0.3 + rng.random(), rng.normal()
        direct, by_state = _parts(f, x, h_0, w)
        for t in range(1, 6):
            printed = sum(np.prod(by_state[i:t]) * direct[i - 1] for i in range(1, t + 1))
            same(printed, _total(f, x, h_0, w, t), rtol=1e-9)


@checked(
    "eq-bptt-power",
    r"""
    \frac{\direct h_t}{\partial w} = h_{t-1} = w^{t-1} h_0, \qquad \frac{\dd h_t}{\dd w} =
    \sum_{i=1}^{t} w^{t-i}\, w^{i-1} h_0 = t\, w^{t-1} h_0
    """,
)
def power(rng):
    """SymPy differentiates w^t h_0 for symbolic t, and the example that fails, w^{t+1}, beside it."""
    w, h_0 = sp.symbols("w h_0", positive=True)
    t = sp.Symbol("t", positive=True, integer=True)
    assert sp.simplify(sp.diff(w**t * h_0, w) - t * w ** (t - 1) * h_0) == 0
    assert sp.simplify(sp.summation(w ** (t - i) * w ** (i - 1), (i, 1, t)) - t * w ** (t - 1)) == 0
    held = sp.Symbol("held")
    assert sp.diff(w * held, w).subs(held, w ** (t - 1) * h_0) == w ** (t - 1) * h_0
    assert sp.simplify(sp.diff(w ** (t + 1), w) - (t + 1) * w**t) == 0
