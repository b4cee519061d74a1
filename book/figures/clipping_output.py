"""Chapter 9: the gradient of the output layer, and of the entries of W_hh, as sequences get longer."""

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.clipping_training import D, H
from figures.style import faint
from matplotlib.figure import Figure

G = 3.5
NETWORKS = 21
LENGTHS = (1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32, 36, 40)
Grads = list[torch.Tensor]
Phi = Callable[[torch.Tensor], torch.Tensor]


def weights(rng: np.random.Generator, g: float) -> Grads:
    """W_hx, W_hh, b_h, W_qh, b_q of a random network with one output."""
    scales = ((0.3, (H, D)), (g / np.sqrt(H), (H, H)), (0.1, (H,)), (1 / np.sqrt(H), (1, H)), (0.1, (1,)))
    return [torch.tensor(s * rng.normal(size=shape), requires_grad=True) for s, shape in scales]


def states(p: Grads, X: np.ndarray, h_0: np.ndarray, phi: Phi) -> torch.Tensor:
    """h_1 … h_T as the rows of one tensor."""
    h, found = torch.tensor(h_0), []
    for given in torch.tensor(X) @ p[0].T + p[2]:
        h = phi(given + p[1] @ h)
        found.append(h)
    return torch.stack(found)


def squared_loss(p: Grads, S: torch.Tensor, Y: np.ndarray) -> tuple[torch.Tensor, float]:
    """L, and the bound (1/T) Σ ‖o_t − y_t‖ ‖h_t‖ on its gradient by W_qh."""
    errors = (S @ p[3].T + p[4])[:, 0] - torch.tensor(Y)
    return 0.5 * (errors**2).mean(), (errors.abs() * S.norm(dim=1)).mean().item()


@cache
def growth(kind: str) -> dict[str, np.ndarray]:
    """Medians over networks, for every length, of ‖∂L/∂W_hh‖, ‖∂L/∂W_qh‖ and its bound."""
    phi, g = {"tanh": (torch.tanh, G), "ReLU": (torch.relu, 2.0)}[kind]
    table = np.zeros((NETWORKS, len(LENGTHS), 3))
    for n in range(NETWORKS):
        rng = np.random.default_rng(n)
        p, X, Y = weights(rng, g), rng.normal(size=(LENGTHS[-1], D)), rng.normal(size=LENGTHS[-1])
        h_0 = 0.5 * rng.normal(size=H)
        for j, T in enumerate(LENGTHS):
            L, bound = squared_loss(p, states(p, X[:T], h_0, phi), Y[:T])
            grads = torch.autograd.grad(L, (p[1], p[3]))
            table[n, j] = [*(float(part.norm()) for part in grads), bound]
    middle = np.median(table, axis=0).T
    return dict(zip(("$W_{hh}$", "$W_{qh}$", "bound"), middle, strict=True))


def growth_columns() -> dict[str, list]:
    """The curves as the columns of a file."""
    columns = {"T": list(LENGTHS)}
    for kind in ("tanh", "ReLU"):
        columns |= {f"{kind}, {name}".replace("$", ""): v.tolist() for name, v in growth(kind).items()}
    return columns


def growth_figure() -> Figure:
    """Norms of the gradients by W_hh and by W_qh against T, for bounded and for growing states."""
    fig, axes = plt.subplots(2, 1, figsize=(5.4, 6.2), sharex=True)
    for ax, kind in zip(axes, ("tanh", "ReLU"), strict=True):
        found = growth(kind)
        ax.semilogy(LENGTHS, found["$W_{hh}$"], "o-", color="C1", label=r"$\|\partial L/\partial W_{hh}\|$")
        ax.semilogy(LENGTHS, found["$W_{qh}$"], "s-", color="C0", label=r"$\|\partial L/\partial W_{qh}\|$")
        ax.semilogy(LENGTHS, found["bound"], ":", color="C0", label="its bound")
        ax.set(
            ylabel="norm of the gradient", title=f"{kind}: states {'bounded' if kind == 'tanh' else 'grow'}"
        )
        ax.legend(loc="upper left", fontsize=10)
    axes[1].set(xlabel="length $T$ of the sequence")
    return fig


# --- the entries of W_hh --------------------------------------------------------------------------

STEPS = (4, 8, 12, 16, 20, 24, 28, 32, 36, 40)


def two_halves(rng: np.random.Generator) -> Grads:
    """Weights of 2H units: H loud ones that hear each other, and H calm ones that hear the loud ones too."""
    loud, calm = weights(rng, G), weights(rng, 0.3)
    heard = torch.tensor(0.3 * rng.normal(size=(H, H)) / np.sqrt(H))
    W = torch.vstack([torch.hstack([loud[1], 0 * heard]), torch.hstack([heard, calm[1]])])
    p = [torch.cat([a, b]) for a, b in zip(loud, calm, strict=True)][:3]
    p = [p[0], W, p[2], torch.hstack([loud[3], calm[3]]), loud[4]]
    return [w.detach().requires_grad_() for w in p]


@cache
def entries(halves: bool) -> np.ndarray:
    """|∂ℓ_T/∂W_hh| entry by entry, (networks, lengths, h, h), for the loss of the last step."""
    found = []
    for n in range(NETWORKS):
        rng = np.random.default_rng(100 + n)
        p = two_halves(rng) if halves else weights(rng, G)
        X, h_0 = rng.normal(size=(STEPS[-1], D)), 0.5 * rng.normal(size=len(p[1]))
        for T in STEPS:
            last = (states(p, X[-T:], h_0, torch.tanh)[-1] @ p[3].T + p[4] - 1).square().sum() / 2
            found.append(torch.autograd.grad(last, p[1])[0].numpy())
    return np.abs(found).reshape(NETWORKS, len(STEPS), *found[0].shape)


def typical(sizes: np.ndarray, q: float) -> np.ndarray:
    """The q-quantile over entries, then the median over networks, for every length."""
    return np.median(np.quantile(sizes.reshape(*sizes.shape[:2], -1), q, axis=2), axis=0)


def entry_columns() -> dict[str, list]:
    """The curves as the columns of a file."""
    one, two = entries(False), entries(True)
    columns = {f"connected, {q:.0%}": typical(one, q).tolist() for q in (0.05, 0.5, 0.95)}
    columns |= {"rows of the loud half": typical(two[:, :, :H], 0.5).tolist()}
    return {"T": list(STEPS)} | columns | {"rows of the calm half": typical(two[:, :, H:], 0.5).tolist()}


def entry_figure() -> Figure:
    """Sizes of the entries of the gradient against T: one connected network, and one in two blocks."""
    fig, axes = plt.subplots(2, 1, figsize=(5.4, 6.0), sharex=True)
    columns = entry_columns()
    for q, style in (("95%", "--"), ("50%", "-"), ("5%", ":")):
        axes[0].semilogy(
            STEPS, columns[f"connected, {q}"], style, color="C1", label=f"{q} of the entries are below"
        )
    axes[0].set_title("every unit hears every unit")
    axes[1].semilogy(STEPS, columns["rows of the loud half"], "-", color="C1", label="rows of the loud half")
    axes[1].semilogy(STEPS, columns["rows of the calm half"], "--", color="C0", label="rows of the calm half")
    axes[1].set_title("the calm half hears the loud one, not the reverse")
    for ax, where in zip(axes, ("lower right", "upper left"), strict=True):
        ax.axhline(1, color=faint(), linewidth=0.7)
        ax.set(ylabel="size of an entry")
        ax.legend(loc=where, fontsize=10)
    axes[1].set(xlabel="length $T$ of the sequence")
    return fig
