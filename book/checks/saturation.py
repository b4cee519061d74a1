"""Chapter 12: values and slopes, and the variances of an initialisation."""

import itertools

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked
from figures.saturation import (
    UNITS,
    chain,
    expected,
    logistic,
    mean,
    mean_field,
    profiles,
    stretches,
    tanh_slope,
)
from figures.saturation_net import weights
from mpmath import mp


def deep(rng, sizes=(3, 4, 2, 5, 3), phi=torch.tanh, s=1.0):
    """A random deep network in torch: weights, biases, all states, all pre-activations, and a loss."""
    W = [torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in itertools.pairwise(sizes)]
    W = [w.detach().T.clone().requires_grad_() for w in W]
    b = [torch.tensor(s * rng.normal(size=len(w)), requires_grad=True) for w in W]
    H, A = [torch.tensor(s * rng.normal(size=sizes[0]), requires_grad=True)], []
    for w, bias in zip(W, b, strict=True):
        A.append(w @ H[-1] + bias)
        H.append(phi(A[-1]))
    return W, b, H, A, (torch.tensor(rng.normal(size=sizes[-1])) * H[-1]).sum()


@checked(
    "eq-saturation-deep",
    r"""
    \begin{aligned} a_t &= W_t h_{t-1} + b_t, & h_t &= \phi(a_t), \\[1ex] \delta_{t-1} &= D_{t-1}
    W_t\T \delta_t, & \frac{\partial L}{\partial W_t} &= \delta_t\, h_{t-1}\T \end{aligned}
    """,
)
def layers(rng):
    """Autograd by every pre-activation and every matrix of a network whose layers differ in size."""
    W, _, H, A, loss = deep(rng)
    delta = grad(loss, A[-1])
    for t in range(len(W), 0, -1):
        same(grad(loss, A[t - 1]), delta)
        same(grad(loss, W[t - 1]), np.outer(delta, value(H[t - 1])))
        if t > 1:
            delta = tanh_slope(value(A[t - 2])) * (value(W[t - 1]).T @ delta)


@checked(
    "eq-saturation-once",
    r"""
    \norm{\frac{\partial L}{\partial W_k}} = \norm{\delta_k} \norm{h_{k-1}}, \qquad \norm{\delta_k}
    \le \Bigl( \prod_{t=k+1}^{T} \gamma\, \smax(W_t) \Bigr) \norm{\delta_T}
    """,
)
def once(rng):
    """The gradients of such a network: the equality, and the bound, which a linear chain attains."""
    W, _, H, A, loss = deep(rng)
    top = np.linalg.norm(grad(loss, A[-1]))
    for k in range(len(W), 0, -1):
        delta = np.linalg.norm(grad(loss, A[k - 1]))
        same(np.linalg.norm(grad(loss, W[k - 1])), delta * np.linalg.norm(value(H[k - 1])))
        bound = np.prod([np.linalg.norm(value(w), 2) for w in W[k:]]) * top
        assert delta <= bound * (1 + 1e-12)
    W, _, H, A, loss = deep(rng, sizes=(1, 1, 1, 1), phi=lambda a: a)
    same(abs(grad(loss, A[0])), abs(value(W[1] * W[2])[0] * grad(loss, A[-1])))


@checked(
    "eq-saturation-unit",
    r"""
    \begin{aligned} \phi_s(z) &= s\, \phi(z/s), \quad h_0 \mapsto s h_0, \quad b_t \mapsto s b_t:
    \\[1ex] h_t &\mapsto s h_t, \qquad \frac{\dd h_T}{\dd h_0} \mapsto \frac{\dd h_T}{\dd h_0}
    \end{aligned}
    """,
)
def unit(rng):
    """The same random numbers in both networks, s = 3.7: all states, and autograd's Jacobian."""
    seed, s = int(rng.integers(2**31)), 3.7
    _, _, H, _, _ = deep(np.random.default_rng(seed))
    _, _, G, _, _ = deep(np.random.default_rng(seed), phi=lambda z: s * torch.tanh(z / s), s=s)
    for h, scaled in zip(H, G, strict=True):
        same(value(scaled), s * value(h))
    same(jacobian(G[-1], G[0]), jacobian(H[-1], H[0]))
    for name, (phi, slope, values, slopes) in UNITS.items():
        z = np.linspace(-400, 400, 20001)
        same(np.gradient(phi(z[9000:11001]), z[9000:11001])[1:-1], slope(z[9001:11000]), rtol=2e-3)
        assert abs(slope(z)).max() == slopes, name
        assert abs(phi(z)).max() <= values
    at_rest = [float(f"{chain(name, 0.0):.1e}") for name in UNITS]
    assert at_rest == [1.1e15, 1, 1, 8.9e-16, 7.9e-31]
    assert chain("tanh(2z)", 1.0) < 1e-38
    assert chain("100 tanh(z/100)", 1.0) > 0.99
    assert round(chain("tanh(z)", 1.0), 4) == 0.0044


@checked(
    "eq-saturation-variances",
    r"""
    \E\, (a_t)_i^2 = v\, \norm{h_{t-1}}^2, \qquad \E\, (W_t\T \delta_t)_j^2 = v\, \norm{\delta_t}^2
    """,
)
def variances(rng):
    """The exact mean over all 64 matrices of two rows whose six weights are ±√v."""
    h, delta, v = rng.normal(size=3), rng.normal(size=2), rng.uniform(0.2, 3)
    drawn = np.sqrt(v) * np.array(list(itertools.product((-1, 1), repeat=6))).reshape(-1, 2, 3)
    same(((drawn @ h) ** 2).mean(0), np.full(2, v * h @ h))
    same(((drawn.transpose(0, 2, 1) @ delta) ** 2).mean(0), np.full(3, v * delta @ delta))


@checked(
    "eq-saturation-glorot",
    r"""
    \frac{n_{\text{in}} v + n_{\text{out}} v}{2} = 1 \quad \Longleftrightarrow \quad v =
    \frac{2}{n_{\text{in}} + n_{\text{out}}}
    """,
)
def glorot(rng):
    """SymPy solves the condition; the old law has a third of that variance in a square layer."""
    a, b, v, x = sp.symbols("a b v x", positive=True)
    assert sp.solve((a * v + b * v) / 2 - 1, v) == [2 / (a + b)]
    edge = 1 / sp.sqrt(a)
    old = sp.integrate(x**2, (x, -edge, edge)) / (2 * edge)
    assert sp.simplify(old - (2 / (a + a)) / 3) == 0
    assert f"{3**-25:.0e}" == "1e-12"


@checked(
    "eq-saturation-power",
    r"""
    \begin{aligned} q_{t+1} &\approx q_t - 2 q_t^2, & q_t &\approx \frac{1}{2t}, \\[1ex] \chi_t
    &\approx 1 - 2 q_t \approx \frac{q_{t+1}}{q_t}, & \prod_{t=k}^{T-1} \chi_t &\approx
    \frac{q_T}{q_k} \approx \frac{k}{T} \end{aligned}
    """,
)
def power(rng):
    """The mean field's recursion by quadrature: the coefficients at small q, and 3000 layers."""
    q = 1e-3
    assert abs((q - mean(lambda z: np.tanh(np.sqrt(q) * z) ** 2)) / q**2 - 2) < 0.01
    assert abs((1 - mean(lambda z: tanh_slope(np.sqrt(q) * z) ** 2)) / q - 2) < 0.01
    qs, chis = mean_field(1.0, 2.0, 3000)
    assert abs(2 * 3000 * qs[-1] - 1) < 0.01
    assert abs(np.prod(chis[100:-1]) / (qs[-1] / qs[100]) - 1) < 0.01
    assert abs(np.prod(chis[100:-1]) * 3000 / 101 - 1) < 0.03
    ends = [profiles()[name][0] for name in profiles()]
    assert [float(f"{end:.2g}") for end in ends[1:]] == [0.11, 0.22, 85]
    assert 5e-13 < ends[0] < 2e-12
    assert [float(f"{expected(name)[0]:.2g}") for name in profiles()] == [1.8e-12, 0.16, 0.16, 55]


@checked(
    "eq-saturation-orthogonal",
    r"""
    \begin{aligned} \E \ln \frac{\norm{W x}^2}{\norm{x}^2} &= \psi\Bigl(\frac n2\Bigr) - \ln \frac
    n2 \approx -\frac1n && \text{(Gaussian, } v = \tfrac1n), \\[1ex] \norm{W_T \cdots W_1 x} &=
    \norm{x} && (W_t\T W_t = I) \end{aligned}
    """,
)
def orthogonal(rng):
    """mpmath integrates the logarithm over the chi-squared law; fifty orthogonal matrices keep a length."""
    n = int(rng.integers(5, 40))
    law = lambda u: mp.log(u / n) * u ** (mp.mpf(n) / 2 - 1) * mp.exp(-u / 2)  # noqa: E731
    total = mp.quad(law, [0, n / 2, n, 2 * n, 8 * n]) / (2 ** (mp.mpf(n) / 2) * mp.gamma(mp.mpf(n) / 2))
    same(float(total), float(mp.digamma(mp.mpf(n) / 2) - mp.log(mp.mpf(n) / 2)), rtol=1e-3)
    assert abs(float(mp.digamma(16) - mp.log(16)) * 32 + 1) < 0.02
    x = rng.normal(size=32)
    y = x
    for _ in range(50):
        y = weights("orthogonal", rng) @ y
    same(np.linalg.norm(y), np.linalg.norm(x))
    largest, middle, _ = stretches("tanh, Glorot")
    assert largest > 1
    assert middle < 1e-7
    same(stretches("tanh, orthogonal"), (1, 1, 1))
    for _ in range(20):  # the trap of QR
        assert np.linalg.qr(rng.normal(size=(1, 1)))[0][0, 0] == 1
    assert logistic(np.array(0.0)) == 0.5
