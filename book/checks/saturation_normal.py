"""Chapter 12: what normalising does to a gradient."""

import numpy as np
import torch
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked
from figures.saturation_units import IN_TORCH, LAYERS, degree, normalised


def standardise(z, epsilon=0.0):
    """(z - μ)/s in torch."""
    centred = z - z.mean()
    return centred / ((centred**2).mean() + epsilon).sqrt()


@checked(
    "eq-saturation-norm",
    r"""
    \hat z = \frac{z - \mu \mathbf{1}}{s}, \qquad \mu = \frac1m \sum_i z_i, \qquad s^2 = \frac1m
    \sum_i (z_i - \mu)^2 + \epsilon
    """,
)
def norm(rng):
    """torch's layer norm of a random column, with an ε that matters."""
    z, epsilon = torch.tensor(rng.normal(2, 3, size=7)), 0.3
    same(value(standardise(z, epsilon)), value(torch.nn.functional.layer_norm(z, (7,), eps=epsilon)))


@checked(
    "eq-saturation-norm-jacobian",
    r"""
    \frac{\partial \hat z}{\partial z} = \frac1s \Bigl( I - \frac1m \mathbf{1}\mathbf{1}\T - \frac1m
    \hat z \hat z\T \Bigr)
    """,
)
def norm_jacobian(rng):
    """Autograd with a large ε; with ε = 0 the projection it is, and inputs 1000 times smaller."""
    m, epsilon = 6, 0.4
    z = torch.tensor(rng.normal(1, 2, size=m), requires_grad=True)
    for eps in (epsilon, 0.0):
        hat = standardise(z, eps)
        s = value((((z - z.mean()) ** 2).mean() + eps).sqrt())
        unit = value(hat)
        J = (np.eye(m) - 1 / m - np.outer(unit, unit) / m) / s
        same(jacobian(hat, z), J)
    assert abs(J.sum(axis=1)).max() < 1e-12
    assert abs(J @ unit).max() < 1e-12
    assert abs(s * J @ (s * J) - s * J).max() < 1e-12
    pair = torch.tensor(rng.normal(size=2), requires_grad=True)
    same(np.sort(value(standardise(pair))), [-1.0, 1.0])
    assert abs(jacobian(standardise(pair), pair)).max() < 1e-12
    assert round(np.sqrt(1e-5), 3) == 0.003
    small = (z.detach() / 1000).requires_grad_()
    same(jacobian(standardise(small), small), 1000 * J, rtol=1e-8)


@checked(
    "eq-saturation-norm-chi",
    r"""
    \chi = \frac{g^2 \E\, \phi'(z)^2}{g^2 \operatorname{Var} \phi(z)} = \frac{\E\,
    \phi'(z)^2}{\operatorname{Var} \phi(z)} \ge 1
    """,
)
def norm_chi(rng):
    """Autograd through 30 layers of 200 units against the mean field; the scale of the weights drops out."""
    for name in IN_TORCH:
        assert abs(np.log(normalised(name)[-1] / degree(name) ** (LAYERS / 2))) < 1
        assert degree(name) > 1
    found = [float(f"{normalised(name)[-1]:.2g}") for name in IN_TORCH]
    assert found == [14, 2.1, 8.2, 260, 1.1e9]
    h = torch.tensor(rng.normal(size=(8, 5)), requires_grad=True)
    W, top = torch.tensor(rng.normal(size=(5, 5))), torch.tensor(rng.normal(size=(8, 5)))
    sizes = []
    for g in (1.0, 50.0):
        z = g * h @ W
        z = (z - z.mean(0)) / z.std(0)
        sizes.append(grad((top * torch.tanh(z)).sum(), h))
    same(sizes[0], sizes[1], rtol=1e-8)


@checked(
    "eq-saturation-degrees",
    r"""
    \begin{array}{cccccc} \sigma & \text{softplus} & e^{-z/2} & \tanh & \text{ReLU} & \sin 2z
    \\[1ex] 1.034 & 1.081 & 1.130 & 1.178 & \dfrac{\pi}{\pi - 1} = 1.467 & 4.003 \end{array}
    """,
)
def degrees(rng):
    """Quadrature of each function and its slope; for ReLU half a million draws."""
    names = ("logistic", "softplus", "exp(-z/2)", "tanh", "ReLU", "sin(2z)")
    assert [round(degree(name), 3) for name in names] == [1.034, 1.081, 1.130, 1.178, 1.467, 4.003]
    z = rng.normal(size=500_000)
    same(0.5 / np.maximum(z, 0).var(), np.pi / (np.pi - 1), rtol=0.01)
