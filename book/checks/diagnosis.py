"""Appendix F: counted paths, counted edges, and what is read from a gradient."""

import numpy as np
import torch
from checks.oracles import same
from checks.registry import checked
from figures.diagnosis import (
    SHOWN,
    STEPS,
    case,
    entries,
    gradient,
    hidden_first_use,
    how_wrong,
    slope_missed,
    triangle,
)
from figures.diagnosis import residuals as left_over
from figures.diagnosis_cell import cases, found, gradients
from figures.diagnosis_cell import counted as by_autograd

from course.recognise.attribution import fit
from course.recognise.cell import EDGES

NUDGE = 1e-30


def counted(value, times):
    """The value, with its derivative counted so many times: one cut and one edge."""
    return value.real + 1j * times * value.imag


def altered_gradient(seed, u, r, w):
    """The complex step by W_hh when losses, recurrent edges and uses are counted u, r and w times."""
    p, X, Y, h_0 = case(seed)
    found = np.zeros_like(p.W_hh)
    for place in np.ndindex(found.shape):
        W = p.W_hh.astype(complex)
        W[place] += 1j * NUDGE
        h, loss = h_0.astype(complex), 0
        for t, (x, y) in enumerate(zip(X, Y, strict=True)):
            h = np.tanh(p.W_hx @ x + counted(W, w[t]) @ counted(h, r[t]) + p.b_h)
            loss = loss + counted(0.5 * np.sum((p.W_qh @ h + p.b_q - y) ** 2), u[t]) / STEPS
        # A product of two changes is of second order: the complex step does not see it.
        found[place] = loss.imag / NUDGE
    return found


def product(u, r, w):
    """The triangle of the printed product: r[t] belongs to the edge from h_{t+1} back to h_t."""
    alpha = np.zeros((STEPS, STEPS))
    for t in range(STEPS):
        for k in range(t + 1):
            alpha[t, k] = u[t] * np.prod(r[k + 1 : t + 1]) * w[k]
    return alpha


@checked(
    "eq-diagnosis-alpha",
    r"""
    g = \frac{1}{T} \sum_{t=1}^{T} \sum_{k=1}^{t} \alpha_{t,k}\, G_{t,k}
    """,
)
def alpha(rng):
    """Least squares reads every triangle shown, a random one, and autograd's cuts from two gradients."""
    seeds = rng.integers(1, 2**31, size=2)
    G = [entries(s) for s in seeds]
    shown = {name: triangle(name) for name in SHOWN}
    assert all(np.isnan(hidden_first_use()[:, 0]))
    for want in (*shown.values(), np.tril(rng.normal(size=(STEPS, STEPS)))):
        found, residual = fit([np.tensordot(want, g, 2) for g in G], G)
        assert residual < 1e-9
        same(np.tril(np.nan_to_num(found)), want, 1e-6)
    for cut, name in ((0, "right"), (1, "no_recurrence"), (2, "chunked_2")):
        found, residual = fit([gradient(s, cut) for s in seeds], G)
        assert residual < 1e-9
        same(np.tril(np.nan_to_num(found)), shown[name], 1e-6)
    patterns_as_described(shown)


def patterns_as_described(shown):
    """Each picture is what its heading says: rows, diagonals, blocks or columns."""
    t, k = np.mgrid[1 : STEPS + 1, 1 : STEPS + 1]
    lower = t >= k
    said = {
        "right": lower,
        "mean_missing": 5 * lower,
        "last_loss": lower & (t == 5),
        "last_loss_missing": lower & (t < 5),
        "first_loss_missing": lower & (t > 1),
        "no_recurrence": t == k,
        "truncated_2": lower & (t - k <= 2),
        "own_loss_missing": t > k,
        "chunked_2": lower & ((t + 1) // 2 == (k + 1) // 2),
        "chunked_2_from_the_end": lower & (t // 2 == k // 2),
        "first_use": lower & (k > 1),
        "last_step": lower & (k < 5),
        "only_first_use": lower & (k == 1),
        "only_last_use": lower & (k == 5),
    }
    assert set(said) == set(SHOWN)
    for name, want in said.items():
        assert np.array_equal(shown[name], want)


@checked(
    "eq-diagnosis-edges",
    r"""
    \alpha_{t,k} = u_t\; r_t\, r_{t-1} \cdots r_{k+1}\; w_k
    """,
)
def edges(rng):
    """The complex step of a graph whose edges count random numbers of times, against the printed products."""
    for seed in rng.integers(1, 2**31, size=2):
        u, r, w = rng.normal(size=(3, STEPS))
        same(altered_gradient(seed, u, r, w), np.tensordot(product(u, r, w), entries(seed), 2))
    quoted_in_the_text()


@checked(
    "eq-diagnosis-weight",
    r"""
    w\, x + (1 - w)\, \bar x
    """,
)
def weight(rng):
    """The value stays and the derivative is multiplied; the gradients of random weights are told apart."""
    for w, at in rng.normal(size=(5, 2)):
        x = torch.tensor(at, requires_grad=True)
        y = by_autograd(x, w)
        same(y.item(), at)
        same(torch.autograd.grad(torch.sin(y), x)[0].item(), w * np.cos(at))
    shown = {"h→f": 0, "loss": 2}
    same(np.array(found(shown).counts), np.array([shown.get(edge, 1) for edge in EDGES]))
    hidden = [edge for edge, w in zip(EDGES, found({"c→h": 0}).counts, strict=True) if w is None]
    assert hidden == ["c→c", "h→i", "h→f", "h→g"]
    assert sum(part.size for args in cases() for part in gradients({}, *args).values()) == 148


def quoted_in_the_text():
    """The numbers of the table that the text repeats."""
    found = how_wrong()
    lost = [found[n] for n in ("first_loss_missing", "last_step", "last_loss_missing", "first_use")]
    assert [round(100 * r) for r, _ in (min(lost), max(lost))] == [6, 13]
    assert all(round(c, 2) >= 0.99 for _, c in lost)
    assert all(c > 0 for _, c in found.values())
    assert round(found["no_recurrence"][1], 2) == 0.73
    assert max(found, key=lambda n: found[n][0]) == "mean_missing"
    same(found["mean_missing"], (15, 1))
    same(found["chunked_2"], found["chunked_2_from_the_end"])
    right, altered = left_over().values()
    assert right > 0.1
    assert altered < 1e-9
    assert slope_missed(1) > 1
    assert [f"{100 * slope_missed(scale):.1g}" for scale in (0.01, 0.001)] == ["0.5", "0.005"]
    missed = [slope_missed(10.0**-n) for n in (3, 4, 5)]
    same(np.divide(missed[:-1], missed[1:]), [100, 100], rtol=0.05)  # like the square of the size
