"""Chapter 14: orthogonal weights, penalties, and every cure on one journey."""

from itertools import pairwise

import numpy as np
import torch
from checks.oracles import same
from checks.registry import checked
from figures.cures import cayley, jacobian_sizes, journeys, plain, relu, travels, turning
from figures.cures_penalties import data, omega, penalty_rows, slopes_and_errors, trained, triangle_numbers


@checked(
    "eq-cures-orthogonal",
    r"""
    \prod_{j=k+1}^{t} \min_i \abs{\phi'(a_{j,i})} \;\le\; \frac{\norm{ (\dd h_t/\dd h_k)\, v
    }}{\norm{v}} \;\le\; \prod_{j=k+1}^{t} \max_i \abs{\phi'(a_{j,i})} \;\le\; \gamma^{t-k}
    """,
)
def orthogonal(rng):
    """Products of slopes and an orthogonal matrix on random directions; then the curves of the figure."""
    Q, h = turning(5, rng), rng.normal(size=5)
    J, low, high = np.eye(5), 1.0, 1.0
    for _ in range(6):
        h = np.tanh(Q @ h + rng.normal(size=5))
        J, low, high = np.diag(1 - h**2) @ Q @ J, low * (1 - h**2).min(), high * (1 - h**2).max()
        for v in rng.normal(size=(10, 5)):
            ratio = np.linalg.norm(J @ v) / np.linalg.norm(v)
            assert low * (1 - 1e-9) <= ratio <= high * (1 + 1e-9) <= 1 + 1e-9
    found = travels()
    same(found["linear"], np.ones(200), rtol=1e-9)
    ends = [f"{sizes[-1]:.1e}" for sizes in list(found.values())[1:]]
    assert ends == ["5.9e-01", "2.7e-05", "4.7e-43", "1.5e-47"]


@checked(
    "eq-cures-cayley",
    r"""
    W = (I + A)^{-1} (I - A), \qquad W\T W = I
    """,
)
def cayley_transform(rng):
    """Random skew matrices; a symmetric one does not give an orthogonal matrix."""
    for n in (2, 5):
        B = rng.normal(size=(n, n))
        Q, W = cayley(B - B.T), cayley(B + B.T)
        same(Q.T @ Q, np.eye(n), rtol=1e-9)
        same((np.eye(n) + B - B.T) @ Q, np.eye(n) - B + B.T, rtol=1e-8)
        assert abs(W.T @ W - np.eye(n)).max() > 1e-3


@checked(
    "eq-cures-crowd",
    r"""
    \operatorname{E} \norm{h_t}^2 = \norm{h_0}^2 + \sum_{i=1}^{t} \operatorname{E} \norm{W_{hx}
    x_i}^2
    """,
)
def crowd(rng):
    """The mean over both signs of every input, by enumeration, in a linear orthogonal network."""
    Q, h_0, X = turning(3, rng), rng.normal(size=3), rng.normal(size=(5, 3))
    sizes = []
    for bits in range(32):
        h = h_0
        for i, x in enumerate(X):
            h = Q @ h + (1 if bits >> i & 1 else -1) * x
        sizes.append(h @ h)
    same(np.mean(sizes), h_0 @ h_0 + (X**2).sum())


@checked(
    "eq-cures-soft",
    r"""
    \begin{aligned} \Omega &= \norm{W\T W - I}^2, & \frac{\partial \Omega}{\partial W} &= 4\, W (W\T
    W - I), \\[1ex] s &\leftarrow s - 4 \eta\, s\, (s^2 - 1) & & \text{for } W \leftarrow W - \eta\,
    \frac{\partial \Omega}{\partial W} \end{aligned}
    """,
)
def soft(rng):
    """Autograd of the penalty; then the singular values of W after one step."""
    W = torch.tensor(rng.normal(size=(4, 4)) / 2, requires_grad=True)
    gap = W.T @ W - torch.eye(4, dtype=torch.float64)
    (g,) = torch.autograd.grad((gap**2).sum(), W)
    same(g.numpy(), (4 * W @ gap).detach().numpy())
    for s in (*rng.uniform(0.05, 6, size=5), 3.0):
        rate = 0.99 / (12 * max(s, 1) ** 2 - 4)
        way = s
        for _ in range(4000):
            before, way = way, way - 4 * rate * way * (way**2 - 1)
            assert abs(way - 1) <= abs(before - 1) + 1e-12
        same(way, 1.0, rtol=1e-3)
    same(3 - 0.4 * 3 * (3**2 - 1), -6.6)
    s = np.linalg.svd(W.detach().numpy())[1]
    after = np.linalg.svd((W - 0.01 * g).detach().numpy())[1]
    same(np.sort(after), np.sort(np.abs(s - 0.04 * s * (s**2 - 1))), rtol=1e-8)


@checked(
    "eq-cures-top",
    r"""
    \frac{\partial \smax(W)}{\partial W} = u\, v\T
    """,
)
def top(rng):
    """Autograd of torch's largest singular value against LAPACK's singular vectors."""
    W = torch.tensor(rng.normal(size=(4, 3)), requires_grad=True)
    (g,) = torch.autograd.grad(torch.linalg.matrix_norm(W, 2), W)
    U, s, V = np.linalg.svd(W.detach().numpy())
    same(g.numpy(), np.outer(U[:, 0], V[0]), rtol=1e-8)
    same(W.detach().numpy() @ V[0], s[0] * U[:, 0], rtol=1e-8)


@checked(
    "eq-cures-omega",
    r"""
    \Omega = \sum_{t=1}^{T-1} \bigl( r_t - 1 \bigr)^2, \qquad r_t = \frac{\norm{ W_{hh}\T D_{t+1}
    u_{t+1} }}{\norm{u_{t+1}}}
    """,
)
def regularizer(rng):
    """The ratios along the backward pass against autograd's ∂L/∂h_t of the whole network."""
    net = data(int(rng.integers(100)))
    W = net["W_hh"]
    states = [torch.zeros(len(W), dtype=torch.float64)]
    for x in net["X"]:
        states.append(torch.tanh(net["W_hx"] @ x + W @ states[-1]))
        states[-1].requires_grad_() if len(states) == 2 else states[-1].retain_grad()
    loss = 0.5 * ((net["W_qh"] @ states[-1] - net["Y"][-1]) ** 2).sum()
    u = torch.autograd.grad(loss, states[1:])
    r = np.array([float(a.norm() / b.norm()) for a, b in pairwise(u)])
    same(float(omega(net, W)), ((r - 1) ** 2).sum(), rtol=1e-8)


@checked(
    "eq-cures-omega-gradient",
    r"""
    \frac{\direct \Omega}{\partial W_{hh}} = \sum_{t=1}^{T-1} \frac{2\, (r_t - 1)}{r_t\,
    \norm{u_{t+1}}^2}\; z_t\, \bigl( W_{hh}\T z_t \bigr)\T
    """,
)
def regularizer_gradient(rng):
    """Autograd with slopes and errors held fixed; then what 300 steps have done."""
    net = data(int(rng.integers(100)))
    W = net["W_hh"].clone().requires_grad_()
    (g,) = torch.autograd.grad(omega(net, W), W)
    slopes, errors, _ = slopes_and_errors(net, W.detach())
    printed = np.zeros(W.shape)
    for slope, u in zip(slopes[1:], errors[1:].numpy(), strict=True):
        z = slope.numpy() * u
        back = W.detach().numpy().T @ z
        r = np.linalg.norm(back) / np.linalg.norm(u)
        printed += 2 * (r - 1) / (r * (u @ u)) * np.outer(z, back)
    same(printed, g.numpy(), rtol=1e-8)
    quoted_penalty()


def quoted_penalty() -> None:
    """What the page says of the network before and after."""
    before, after = penalty_rows()["before"], penalty_rows()["after"]
    assert f"{before[2]:.0e}" == "2e-06"
    assert [round(x, 2) for x in after[1:]] == [1.96, 0.9, 0.27]
    size = triangle_numbers()
    assert f"{size['before'][-1, 0]:.0e}" == "2e-06"
    assert [f"{size['after'][-1, k]:.2g}" for k in (0, 19)] == ["0.96", "5.3"]
    assert torch.linalg.matrix_norm(trained(), 2) > 1


@checked(
    "eq-cures-identity",
    r"""
    \smax\bigl( (I + E)^T \bigr) \ge (1 + \mu)^T \approx e^{\mu T}, \qquad 1.05^{100} = 131.5
    """,
)
def identity(rng):
    """LAPACK's norm of the power for a symmetric E; the identity network with active and silent units."""
    B = 0.05 * rng.normal(size=(4, 4))
    E = B + B.T
    mu = np.linalg.eigvalsh(E).max()
    power = np.linalg.matrix_power(np.eye(4) + E, 30)
    assert np.linalg.norm(power, 2) >= (1 + mu) ** 30 * (1 - 1e-9)
    assert abs(30 * np.log1p(0.001) / (30 * 0.001) - 1) < 1e-3
    assert round(1.05**100, 1) == 131.5
    X = np.abs(rng.normal(size=(10, 3)))
    same(jacobian_sizes(plain(np.eye(3), relu), X, np.zeros(3) + 0.1), np.ones(10))
    X[4] = -100
    same(jacobian_sizes(plain(np.eye(3), relu), X, np.zeros(3) + 0.1), [1.0] * 4 + [0.0] * 6)
    quoted_journeys()


def quoted_journeys() -> None:
    """What the page says of the table of all cures."""
    found = {name: f"{size:.2g}" for name, size in journeys().items()}
    assert found["plain, g = 0.8"] == "1.2e-19"
    assert found["smaller steps, 1/50"] == "0.84"
    assert found["identity, ReLU, inputs ≥ 0"] == "1"
    assert found["the same, moved by 0.05"] == "1.3e+02"
    near = {name for name, size in journeys().items() if 0.1 < size < 10}
    assert near == {
        "identity, ReLU, inputs ≥ 0",
        "smaller steps, 1/50",
        "LSTM, forget bias 3.9",
        "linear, |λ| = exp(-1/50)",
    }
    assert journeys()["LSTM, forget bias 0"] < 1e-12
