"""Chapter 13: how much of a step is left when all gradients are multiplied by one small number."""

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint, ink
from matplotlib.figure import Figure

SCALES = (1e4, 1e-4, 1e-8, 1e-12)
MANY = 50
RATE = 1e-3  # of SMORMS3
Params = list[torch.Tensor]


class Layerwise:
    """LARS (You et al. 2017) and LAMB (2020) for tensors: every tensor moves by `lr` of its own length."""

    def __init__(self, params: Params, lr: float = 0.01, lamb: bool = False, eps: float = 1e-6) -> None:
        self.params, self.lr = params, lr
        self.adam = torch.optim.Adam(params, lr=1.0, betas=(0.9, 0.999), eps=eps) if lamb else None

    def direction(self) -> Params:
        """The gradient, or the step of Adam."""
        if self.adam is None:
            return [w.grad for w in self.params]
        before = [w.detach().clone() for w in self.params]
        self.adam.step()
        moved = [old - w.detach() for old, w in zip(before, self.params, strict=True)]
        with torch.no_grad():
            for w, old in zip(self.params, before, strict=True):
                w.copy_(old)
        return moved

    def step(self) -> None:
        """Move every tensor along its direction."""
        with torch.no_grad():
            for w, u in zip(self.params, self.direction(), strict=True):
                if u.norm() > 0:
                    w -= self.lr * w.norm() / u.norm() * u


MAKERS: dict[str, Callable] = {
    "gradient descent": lambda p: torch.optim.SGD(p, lr=0.01),
    "Rprop": lambda p: torch.optim.Rprop(p, lr=0.01),
    "RMSProp": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "LARS": lambda p: Layerwise(p),
    "LAMB": lambda p: Layerwise(p, lamb=True),
}


def gradients(steps: int, size: float = 1.0) -> torch.Tensor:
    """The same gradient at every step: entries ±`size`, (steps, 8)."""
    return size * torch.tensor([1.0, -1, 1, 1, -1, -1, 1, -1], dtype=torch.float64).repeat(steps, 1)


def way(name: str, G: torch.Tensor, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """How far an optimizer moves weights that are all 1 at first, on these gradients; its own settings."""
    w = torch.ones(G.shape[1], dtype=dtype, requires_grad=True)
    optimizer = MAKERS[name]([w])
    for g in G:
        w.grad = g.to(dtype)
        optimizer.step()
    return (w - 1).detach()


@cache
def kept(name: str, scale: float, steps: int) -> float:
    """The way at gradients times `scale`, as a share of the way at scale 1."""
    return float(way(name, scale * gradients(steps)).norm() / way(name, gradients(steps)).norm())


def drawn_kept(name: str, seed: int, scale: float = 1e-8) -> float:
    """The same share for gradients whose entries are normal, drawn anew at each of the fifty steps."""
    G = torch.tensor(np.random.default_rng(seed).normal(size=(MANY, 8)))
    return float(way(name, scale * G).norm() / way(name, G).norm())


def smorms3_kept(scale: float, size: float = 1.0, rate: float = RATE, eps: float = 1e-16) -> float:
    """The same share for the first step of SMORMS3, where ḡ = g/2 and v̄ = g²/2; ε counts in x and below."""

    def step(g: float) -> float:
        v = g**2 / 2
        x = (g / 2) ** 2 / (v + eps)
        return min(rate, x) * g / (np.sqrt(v) + eps)

    return float(step(scale * size) / step(size))


def vsgd_kept(scale: float, whole: bool) -> float:
    """The share for the first step of vSGD on a parabola; `whole`: the curvature is scaled too."""
    w = torch.ones((), dtype=torch.float64, requires_grad=True)
    moved = []
    for s in (scale, 1.0):
        (g,) = torch.autograd.grad(s * (w - 3) ** 2, w, create_graph=True)
        (h,) = torch.autograd.grad(g if whole else g / s, w)
        moved.append((g**2 / (h * g**2) * g).item())
    return moved[0] / moved[1]


def digits(share: float) -> str:
    """Two digits, as short as they can be."""
    return f"{share:.2f}" if 0.01 <= share < 10 else f"{share:.0e}"


def scale_rows() -> dict[str, list[float]]:
    """For every optimizer the shares at all scales, over fifty steps (vSGD and SMORMS3: one)."""
    rows = {name: [kept(name, s, MANY) for s in SCALES] for name in MAKERS}
    rows["vSGD, gradient alone"] = [vsgd_kept(s, False) for s in SCALES]
    rows["vSGD, whole loss"] = [vsgd_kept(s, True) for s in SCALES]
    rows["SMORMS3, one step"] = [smorms3_kept(s) for s in SCALES]
    rows["RMSProp, one step"] = [kept("RMSProp", s, 1) for s in SCALES]
    return rows


def scale_table() -> str:
    """All rows in words and numbers."""
    lines = ["step kept at gradients times   1e+4    1e-4    1e-8   1e-12"]
    for name, shares in scale_rows().items():
        lines.append(f"{name:26}" + "".join(f"{digits(share):>8}" for share in shares))
    return "\n".join(lines)


# --- the curves -----------------------------------------------------------------------------------

SIZES = 10.0 ** np.arange(-20, 1.01, 0.25)


@cache
def curves() -> dict[str, np.ndarray]:
    """The first step as a share of the rate's own, against the size of the gradient."""
    found = {name: np.array([kept(name, s, 1) for s in SIZES]) for name in ("RMSProp", "Adam", "Rprop")}
    found["gradient descent"] = SIZES.copy()
    found["SMORMS3"] = np.array([smorms3_kept(s) for s in SIZES])
    return found


def curve_columns() -> dict[str, list[float]]:
    """The curves as columns."""
    return {"size": SIZES.tolist()} | {name: curve.tolist() for name, curve in curves().items()}


def curve_figure() -> Figure:
    """Where each optimizer stops being invariant."""
    fig, ax = plt.subplots(figsize=(5.6, 3.9))
    styles = {"Rprop": "-", "SMORMS3": "--", "Adam": "-", "RMSProp": "-.", "gradient descent": ":"}
    for (name, style), colour in zip(styles.items(), ("C2", "C3", "C0", "C1", "C4"), strict=True):
        ax.loglog(SIZES, curves()[name], style, color=colour, label=name)
    ax.axvline(1e-8, color=faint(), linewidth=0.8)
    ax.annotate(r"$\varepsilon = 10^{-8}$", (1.6e-8, 2e-3), color=ink(), fontsize=10)
    ax.set(xlabel="size of every gradient entry", ylabel="step kept", ylim=(1e-12, 4))
    ax.set_xticks([1e-20, 1e-16, 1e-12, 1e-8, 1e-4, 1])
    ax.set_yticks([1e-12, 1e-8, 1e-4, 1])
    ax.minorticks_off()
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 0.08), fontsize=10)
    return fig
