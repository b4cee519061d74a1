"""Chapter 14: a penalty on the gradient's own size, and what it does to the triangle."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

T, D, H, Q, SCALE = 20, 3, 24, 2, 0.6
RATE, STEPS, SEED = 0.02, 300, 4


def data(seed: int = SEED) -> dict[str, torch.Tensor]:
    """A random tanh network whose gradient vanishes, one sequence, and targets."""
    rng = np.random.default_rng(seed)
    shapes = {"X": (T, D), "W_hx": (H, D), "W_hh": (H, H), "W_qh": (Q, H), "Y": (T, Q)}
    scales = {"X": 1.0, "W_hx": 0.3, "W_hh": SCALE / np.sqrt(H), "W_qh": 1 / np.sqrt(H), "Y": 1.0}
    return {name: torch.tensor(scales[name] * rng.normal(size=shape)) for name, shape in shapes.items()}


def slopes_and_errors(net: dict[str, torch.Tensor], W: torch.Tensor) -> tuple[list, torch.Tensor, list]:
    """tanh'(a_t) for every step, the gradients ∂L/∂h_t of the last loss (T, H), and the states h_0 … h_T."""
    h = torch.zeros(H, dtype=torch.float64)
    states, slopes = [h], []
    for x in net["X"]:
        h = torch.tanh(net["W_hx"] @ x + W @ states[-1])
        states.append(h)
        slopes.append(1 - h**2)
    u = net["W_qh"].T @ (net["W_qh"] @ states[-1] - net["Y"][-1])
    errors = [u]
    for slope in slopes[:0:-1]:
        errors.append(W.T @ (slope * errors[-1]))
    return slopes, torch.stack(errors[::-1]), states


def omega(net: dict[str, torch.Tensor], W: torch.Tensor) -> torch.Tensor:
    """Ω with slopes and errors held fixed, so that autograd by W sees the direct derivative alone."""
    slopes, errors, _ = slopes_and_errors(net, W.detach())
    total = torch.zeros((), dtype=torch.float64)
    for slope, u in zip(slopes[1:], errors[1:], strict=True):
        total = total + ((W.T @ (slope * u)).norm() / u.norm() - 1) ** 2
    return total


@cache
def trained(steps: int = STEPS, seed: int = SEED) -> torch.Tensor:
    """W_hh after gradient descent on Ω alone."""
    net = data(seed)
    W = net["W_hh"].clone().requires_grad_()
    for _ in range(steps):
        (g,) = torch.autograd.grad(omega(net, W), W)
        with torch.no_grad():
            W -= RATE * g
    return W.detach()


def triangle(net: dict[str, torch.Tensor], W: torch.Tensor) -> np.ndarray:
    """The norms of G_{t,k}, (T, T)."""
    uses = [W.clone().requires_grad_() for _ in range(T)]
    h, size = torch.zeros(H, dtype=torch.float64) + 0.1, np.zeros((T, T))
    for t in range(T):
        h = torch.tanh(net["W_hx"] @ net["X"][t] + uses[t] @ h)
        loss = 0.5 * ((net["W_qh"] @ h - net["Y"][t]) ** 2).sum()
        for k, part in enumerate(torch.autograd.grad(loss, uses[: t + 1], retain_graph=True)):
            size[t, k] = part.norm()
    return size


@cache
def triangle_numbers() -> dict[str, np.ndarray]:
    """Before and after the penalty."""
    net = data()
    return {"before": triangle(net, net["W_hh"]), "after": triangle(net, trained())}


def stretch(slopes: list, W: torch.Tensor) -> float:
    """What a random error of length 1 at step T has become at step 1, root mean square: ‖dh_T/dh_1‖/√H."""
    J = torch.eye(H, dtype=torch.float64)
    for slope in slopes[1:]:
        J = slope[:, None] * (W @ J)
    return float(J.norm()) / np.sqrt(H)


@cache
def penalty_rows() -> dict[str, tuple[float, float, float, float]]:
    """Before and after: Ω, s_max(W_hh), what is left of the last error 19 steps back, the largest stretch."""
    net, rows = data(), {}
    for name, W in (("before", net["W_hh"]), ("after", trained())):
        slopes, errors, _ = slopes_and_errors(net, W)
        left = float(errors[0].norm() / errors[-1].norm())
        rows[name] = (float(omega(net, W)), float(torch.linalg.matrix_norm(W, 2)), left, stretch(slopes, W))
    return rows


def penalty_table() -> str:
    """Both rows in words."""
    lines = ["            Ω   s_max   of this error, left after 19 steps   of a random one"]
    for name, (o, s, left, most) in penalty_rows().items():
        lines.append(f"{name:7}{o:6.3f}{s:8.2f}{left:37.2g}{most:18.2g}")
    return "\n".join(lines)


def triangle_columns() -> dict[str, list]:
    """The columns of the file behind the picture."""
    t, k = np.tril_indices(T)
    columns = {name: size[t, k].tolist() for name, size in triangle_numbers().items()}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist(), **columns}


def triangles() -> Figure:
    """Before and after, on one scale."""
    fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.2), sharey=True, layout="constrained")
    edges = np.arange(T + 1) + 0.5
    for ax, (name, size) in zip(axes, triangle_numbers().items(), strict=True):
        shown = np.ma.masked_where(size == 0, size)
        picture = ax.pcolormesh(edges, edges, shown, cmap=heat(), norm=LogNorm(1e-5, 5))
        picture.set_rasterized(True)
        ax.set(aspect="equal", xticks=[1, 10, 20], yticks=[1, 10, 20], xlabel="step $k$ of the use")
        ax.set_title(name, fontsize=11, color=ink())
    axes[0].invert_yaxis()
    axes[0].set_ylabel("step $t$ of the loss")
    fig.colorbar(picture, ax=axes, label=r"$\|G_{t,k}\|$", shrink=0.8)
    return fig
