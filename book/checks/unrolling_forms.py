"""Chapter 1, second half: the two forms of the recurrence, and the triangle."""

from functools import reduce

import numpy as np
import sympy as sp
from checks.oracles import same
from checks.registry import checked
from checks.unrolling import ACTIVATIONS, logistic, network, s_max, slopes
from figures.unrolling import triangle
from figures.unrolling_training import networks

from course.models import mean_squared_loss, rnn_forward, rnn_loss
from course.oracles import complex_step


def both_forms(phi, W, Z, s_0):
    """The states of both forms, from h_0 = φ(s_0)."""
    h, s = [phi(s_0)], [s_0]
    for z in Z:
        h.append(phi(W @ h[-1] + z))
        s.append(W @ phi(s[-1]) + z)
    return h, s


@checked(
    "eq-unrolling-equivalent",
    r"""
    h_t = \phi(s_t), \qquad s_{t+1} = W h_t + z_{t+1} = a_{t+1}
    """,
)
def equivalent(rng):
    """Both recurrences run side by side, for three activations; then the start that has no counterpart."""
    for phi in ACTIVATIONS:
        W, Z, s_0 = rng.normal(size=(3, 3)), rng.normal(size=(6, 3)), rng.normal(size=3)
        h, s = both_forms(phi, W, Z, s_0)
        for t in range(6):
            same(phi(s[t]), h[t], rtol=1e-9)
            same(W @ h[t] + Z[t], s[t + 1], rtol=1e-9)
    a = sp.Symbol("a", real=True)
    assert sp.solveset(1 / (1 + sp.exp(-a)), a, sp.S.Reals) == sp.S.EmptySet
    assert sp.solveset(sp.tanh(a) - 1, a, sp.S.Reals) == sp.S.EmptySet
    zero_starts()


def zero_starts():
    """The code cell of the page: zero starts agree for tanh, and for the logistic function the gap falls."""
    rng = np.random.default_rng(1)
    W, Z = rng.normal(size=(4, 4)) / 2, rng.normal(size=(5, 4))
    for phi, agree in ((np.tanh, True), (logistic, False)):
        h, s, gaps = np.zeros(4), np.zeros(4), []
        for z in Z:
            h, s = phi(W @ h + z), W @ phi(s) + z
            gaps.append(np.linalg.norm(h - phi(s)))
        assert (max(gaps) < 1e-15) == agree
        assert agree or (gaps[-1] > 0 and (np.diff(gaps) < 0).all())


def journeys(phi, W, Z, s_0, k):
    """dh_t/dh_k and ds_t/ds_k for the last t, each by one complex step through the recurrence."""
    h, s = both_forms(phi, W, Z, s_0)
    along_h = complex_step(lambda v: reduce(lambda u, z: phi(W @ u + z), Z[k:], v), h[k])
    along_s = complex_step(lambda v: reduce(lambda u, z: W @ phi(u) + z, Z[k:], v), s[k])
    return along_h, along_s, [slopes(phi, entry) for entry in s]


@checked(
    "eq-unrolling-jacobians",
    r"""
    \frac{\partial h_t}{\partial h_{t-1}} = D_t W, \qquad \frac{\partial s_t}{\partial s_{t-1}} = W
    D_{t-1}
    """,
)
def jacobians(rng):
    """The complex step of one step of each form, against the matrix with its slopes on either side."""
    for phi in ACTIVATIONS:
        W, Z, s_0 = rng.normal(size=(3, 3)), rng.normal(size=(1, 3)), rng.normal(size=3)
        along_h, along_s, D = journeys(phi, W, Z, s_0, k=0)
        same(along_h, D[1] @ W)
        same(along_s, W @ D[0])


@checked(
    "eq-unrolling-products",
    r"""
    \begin{aligned} \frac{\dd h_t}{\dd h_k} &= D_t W\, D_{t-1} W \cdots D_{k+1} W, \\[2ex] \frac{\dd
    s_t}{\dd s_k} &= W D_{t-1}\, W D_{t-2} \cdots W D_k \end{aligned}
    """,
)
def products(rng):
    """One complex step through three steps of each form, against the products written out."""
    for phi in ACTIVATIONS:
        W, Z, s_0 = rng.normal(size=(3, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)
        along_h, along_s, D = journeys(phi, W, Z, s_0, k=1)
        same(D[4] @ W @ D[3] @ W @ D[2] @ W, along_h, rtol=1e-9)
        same(W @ D[3] @ W @ D[2] @ W @ D[1], along_s, rtol=1e-9)


@checked("eq-unrolling-intertwine", r"\frac{\dd h_t}{\dd h_k}\, D_k = D_t\, \frac{\dd s_t}{\dd s_k}")
def intertwine(rng):
    """The complex steps of both forms, from every k to the last step, with the slopes of the two ends."""
    for phi in ACTIVATIONS:
        W, Z, s_0 = rng.normal(size=(3, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)
        for k in range(4):
            along_h, along_s, D = journeys(phi, W, Z, s_0, k)
            same(along_h @ D[k], D[4] @ along_s, rtol=1e-9)


@checked(
    "eq-unrolling-one-step",
    r"""
    \begin{aligned} W &= \begin{pmatrix} 0 & 10 \\ 1 & 0 \end{pmatrix}, & D W &= \begin{pmatrix} 0 &
    10 \\ \tfrac1{10} & 0 \end{pmatrix}, & W D &= \begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix},
    \\[2ex] & & \smax(D W) &= 10, & \smax(W D) &= 1 \end{aligned}
    """,
)
def one_step(rng):
    """SymPy multiplies, and finds the eigenvalues and the singular values of both products exactly."""
    W, D = sp.Matrix([[0, 10], [1, 0]]), sp.diag(1, sp.Rational(1, 10))
    inside, outside = D * W, W * D
    assert inside == sp.Matrix([[0, 10], [sp.Rational(1, 10), 0]])
    assert outside == sp.Matrix([[0, 1], [1, 0]])
    assert set((D * W).eigenvals()) == set((W * D).eigenvals()) == {-1, 1}
    assert max((D * W).singular_values()) == 10
    assert max((W * D).singular_values()) == 1


# --- the triangle ---------------------------------------------------------------------------------


def losses_untied(p, X, Y, h_0, copies):
    """The losses of all steps when each step reads its own copy of W_hh."""
    h, losses = h_0, []
    for x, y, W in zip(X, Y, copies, strict=True):
        h = rnn_forward(p._replace(W_hh=W), x[None], h)[0][1]
        losses.append(mean_squared_loss((p.W_qh @ h + p.b_q)[None], y[None]))
    return np.array(losses)


def uses(p, X, Y, h_0):
    """G[t-1, k-1] by the complex step, one copy of W_hh moved at a time."""
    T = len(X)
    columns = [
        complex_step(
            lambda W, k=k: losses_untied(p, X, Y, h_0, [W if s == k else p.W_hh for s in range(T)]), p.W_hh
        )
        for k in range(T)
    ]
    return np.stack(columns, axis=1)


@checked(
    "eq-unrolling-triangle",
    r"""
    \frac{\partial L}{\partial W_{hh}} = \frac{1}{T} \sum_{t=1}^{T} \sum_{k=1}^{t} G_{t,k}
    """,
)
def triangle_sum(rng):
    """The complex step of the given loss by W_hh, against the sum of complex steps by single copies."""
    p, X, Y, h_0 = network(rng)
    G = uses(p, X, Y, h_0)
    assert not G[np.triu_indices(len(X), 1)].any()
    same(G.sum(axis=(0, 1)) / len(X), complex_step(lambda W: rnn_loss(p._replace(W_hh=W), X, Y, h_0), p.W_hh))
    assert not uses(p, X, Y, 0 * h_0)[:, 0].any()  # where it fails: nothing was read at step 1


def journey(p, X, H, k, t):
    """dh_t/dh_k by the complex step."""
    return complex_step(lambda h: rnn_forward(p, X[k:t], h)[0][-1], H[k]) if t > k else np.eye(len(H[k]))


@checked(
    "eq-unrolling-effect",
    r"""
    \sum_{i,j} [G_{t,k}]_{ij}\, V_{ij} = (o_t - y_t)\T\, W_{qh}\, \frac{\dd h_t}{\dd h_k}\, D_k\, V
    h_{k-1}
    """,
)
def effect(rng):
    """The complex step by single copies, in a random direction V, against the chain of factors."""
    p, X, Y, h_0 = network(rng)
    G, (H, O), V = uses(p, X, Y, h_0), rnn_forward(p, X, h_0), rng.normal(size=p.W_hh.shape)
    for k in range(1, len(X) + 1):
        D_k = slopes(np.tanh, p.W_hx @ X[k - 1] + p.W_hh @ H[k - 1] + p.b_h)
        for t in range(k, len(X) + 1):
            chain = (O[t - 1] - Y[t - 1]) @ p.W_qh @ journey(p, X, H, k, t) @ D_k @ V @ H[k - 1]
            same(chain, (G[t - 1, k - 1] * V).sum(), rtol=1e-9)


@checked(
    "eq-unrolling-bound",
    r"""
    \norm{G_{t,k}} \le \norm{o_t - y_t}\; \smax(W_{qh})\; \smax\Bigl( \frac{\dd h_t}{\dd h_k} \Bigr)\;
    \smax(D_k)\; \norm{h_{k-1}}
    """,
)
def bound(rng):
    """The norms found by the complex step stay below the product; with one unit they reach it."""
    for sizes in ({}, {"d": 2, "h": 1, "q": 1}):
        p, X, Y, h_0 = network(rng, **sizes)
        G, (H, O) = uses(p, X, Y, h_0), rnn_forward(p, X, h_0)
        for k in range(1, len(X) + 1):
            D_k = slopes(np.tanh, p.W_hx @ X[k - 1] + p.W_hh @ H[k - 1] + p.b_h)
            for t in range(k, len(X) + 1):
                factors = s_max(p.W_qh) * s_max(journey(p, X, H, k, t)) * s_max(D_k)
                limit = np.linalg.norm(O[t - 1] - Y[t - 1]) * factors * np.linalg.norm(H[k - 1])
                size = np.linalg.norm(G[t - 1, k - 1])
                assert size <= limit * (1 + 1e-9)
                if sizes:
                    same(size, limit, rtol=1e-8)
    quoted_in_the_text()


def growth_per_step(p, case):
    """The 15th root of the largest stretch from h_1 to h_16, geometric mean over the sequences."""
    runs = [(X, rnn_forward(p, X, case["h_0"])[0]) for X in case["X"]]
    stretches = [s_max(journey(p, X, H, 1, 16)) for X, H in runs]
    return float(np.exp(np.mean(np.log(stretches)) / 15))


def late_states(p, case):
    """Every sequence of the picture with its state after step 12."""
    for X, Y in zip(case["X"], case["Y"], strict=True):
        yield X, Y, rnn_forward(p, X[:12], case["h_0"])[0][-1]


def quoted_in_the_text():
    """The numbers that the page quotes; the picture's own, by autograd, against the complex step."""
    case, names = networks(), ("untrained", "trained")
    p = case["trained"]
    squares = [(uses(p, X[12:], Y[12:], h)[3, 0] ** 2).sum() for X, Y, h in late_states(p, case)]
    same(np.sqrt(np.mean(squares)), triangle("trained")[15, 12], rtol=1e-8)
    ends = [[float(f"{triangle(name)[15, k - 1]:.1g}") for k in (16, 1)] for name in names]
    assert ends == [[0.4, 0.0002], [0.08, 0.04]]
    assert round(triangle("untrained")[15, 15], 2) == 0.42
    assert round(triangle("untrained")[15, 8], 3) == 0.013
    assert round((triangle("untrained")[15, 0] / triangle("untrained")[15, 15]) ** (1 / 15), 1) == 0.6
    radii = [round(max(abs(np.linalg.eigvals(case[name].W_hh))), 2) for name in names]
    assert radii == [0.78, 1.07]
    assert [round(growth_per_step(case[name], case), 2) for name in names] == [0.66, 0.99]
    assert round(case["losses"][0], 2) == 0.21
    assert 0.001 < np.mean(case["losses"][-20:]) < 0.003
