"""Chapter 9: a logistic output on a time series, and what its gradient does to everyone else's step."""

from functools import cache

import numpy as np
import torch
from figures.clipping_output import G, Grads, states, weights
from figures.clipping_training import WAYS, H, angle, clip, flat, plain
from torch.nn.functional import binary_cross_entropy_with_logits

LENGTHS = (10, 20, 40, 80)


def series(rng: np.random.Generator, T: int) -> tuple[np.ndarray, np.ndarray]:
    """A noisy wave x_1 … x_T with a constant beside it, (T, 2), and whether the next value is higher, (T)."""
    x = np.sin(np.arange(T + 1) / 2) + 0.3 * rng.normal(size=T + 1)
    return np.column_stack([x[:-1], np.ones(T)]), (x[1:] > x[:-1]).astype(float)


@cache
def case(T: int, thousands: bool = False, seed: int = 2) -> Grads:
    """Five parameters with gradients: logistic output and loud W_hh, or all calm and targets in thousands."""
    rng = np.random.default_rng(seed)
    p = weights(rng, 0.5 if thousands else G)
    if thousands:
        p[3] = (0.05 * p[3]).detach().requires_grad_()  # about 0.01, a usual start
    X, rises = series(rng, T)
    O = (states(p, X, 0.5 * rng.normal(size=H), torch.tanh) @ p[3].T + p[4])[:, 0]
    if thousands:
        L = 0.5 * (O - 1000 * (1 + torch.tensor(X[:, 0]))).square().mean()
    else:
        L = binary_cross_entropy_with_logits(O, torch.tensor(rises))
    for w, g in zip(p, torch.autograd.grad(L, p), strict=True):
        w.grad = g
    return p


def parts(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The recurrent part of all gradients (W_hx, W_hh, b_h), and the output's (W_qh, b_q)."""
    return g[: -H - 1], g[-H - 1 :]


def asker_rows() -> list[tuple[int, float, float, float, float]]:
    """For every length: norms of the recurrent and output parts; factors with the output in, and out."""
    rows = []
    for T in LENGTHS:
        r, o = (float(np.linalg.norm(part)) for part in parts(flat(case(T))))
        rows.append((T, r, o, min(1.0, 1 / np.hypot(r, o)), min(1.0, 1 / r)))
    return rows


def asker_table() -> str:
    """The rows in words and numbers."""
    lines = [f"bound for the output part: {np.sqrt(H + 1):.2f}", ""]
    lines.append("  T   recurrent part   output part   factor, output in   factor, output out")
    for T, r, o, within, without in asker_rows():
        lines.append(f"{T:3}   {r:14.3g}   {o:11.3f}   {within:17.5g}   {without:18.5g}")
    return "\n".join(lines)


def clipped_case(way: str, thousands: bool) -> np.ndarray:
    """All gradients of one case, clipped, in one column."""
    p = [w.detach().clone() for w in case(40, thousands)]
    for w, old in zip(p, case(40, thousands), strict=True):
        w.grad = old.grad.clone()
    clip(p, WAYS[way])
    return flat(p)


@cache
def ways_rows(thousands: bool) -> dict[str, tuple[float, float, float]]:
    """For every way to clip: the lengths of the recurrent and the output step, and the angle of the whole."""
    g = flat(case(40, thousands))
    rows = {}
    for way in WAYS:
        after = clipped_case(way, thousands)
        rows[way] = (*(float(np.linalg.norm(part)) for part in parts(after)), angle(g, after))
    return rows


def ways_table() -> str:
    """Both cases, all ways."""
    lines = []
    cases = {False: "W_hh loud, logistic output", True: "calm, targets in thousands"}
    for thousands, words in cases.items():
        lines.append(f"{words:26} recurrent step   output step   angle")
        for way, (r, o, turned) in ways_rows(thousands).items():
            lines.append(f"  {plain(way):24} {r:14.3g}   {o:11.3g}   {turned:4.1f}°")
        lines.append("")
    return "\n".join(lines[:-1])
