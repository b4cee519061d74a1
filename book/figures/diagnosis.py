"""The pictures of mistakes, made by the checker's own code, and what the appendix measures about them."""

import numpy as np
import torch
from figures.bptt import gradient_uses
from figures.style import show_svg

from course.exercise import load
from course.models import RNN
from course.recognise.attribution import fit
from course.recognise.chunk_losses import CHUNK_MISTAKES
from course.recognise.chunks import chunks
from course.recognise.counting import counts
from course.recognise.edges import as_lines, described
from course.recognise.patterns import ALL, PATTERNS
from course.recognise.picture import svg
from course.recognise.rules import RIGHT, RULES
from course.verdict import Paths

STEPS = 5  # as few as show every pattern: the drawing must be legible on a phone
SHOWN = (
    *("right", "mean_missing", "last_loss", "last_loss_missing", "first_loss_missing", "no_recurrence"),
    *("truncated_2", "own_loss_missing", "chunked_2", "chunked_2_from_the_end", "first_use", "last_step"),
    *("only_first_use", "only_last_use"),
)


def triangle(name: str, T: int = STEPS) -> np.ndarray:
    """The triangle α (T, T) of a pattern of the course."""
    if name in ("right", "mean_missing"):
        return (T if name == "mean_missing" else 1) * ALL.triangle(T)
    return next(p for p in PATTERNS if p.name == name).triangle(T)


def hidden_first_use() -> np.ndarray:
    """What can be read from cases that all start at zero: nothing about the use at step 1."""
    alpha = triangle("right")
    alpha[:, 0] = np.nan
    return alpha


def picture(name: str, caption: str) -> object:
    """The picture of a pattern, as the checker draws it, with its description as text alternative."""
    paths = Paths.of(hidden_first_use() if name == "not_visible" else triangle(name))
    label = f"fig-diagnosis-{name.replace('_', '-')}"
    return show_svg(
        svg(paths), name=label, alt=described(paths), caption=caption, code="course/recognise/picture.py"
    )


def chunks_picture(caption: str) -> object:
    """Chunks that are cut one step early, drawn against those that were asked for."""
    early = next(m for m in CHUNK_MISTAKES if m.name == "cut_one_early")
    found, right = (counts(alpha, 4, 2)[:, 1:] for alpha in (early.alpha, chunks))
    paths = Paths.of(found, right=right)
    return show_svg(
        svg(paths),
        name="fig-diagnosis-chunks",
        alt=described(paths),
        caption=caption,
        code="course/recognise/picture.py",
    )


def case(seed: int) -> tuple[RNN, np.ndarray, np.ndarray, np.ndarray]:
    """A network of 5 units with data, and nothing that is zero."""
    rng = np.random.default_rng(seed)
    p = RNN(*(0.6 * rng.normal(size=shape) for shape in ((5, 2), (5, 5), (5,), (3, 5), (3,))))
    return p, rng.normal(size=(STEPS, 2)), rng.normal(size=(STEPS, 3)), rng.normal(size=5)


def losses(seed: int, cut_every: int = 0) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The loss of every step, and the copy of W_hh that every step reads; the state is cut if asked for."""
    p, X, Y, h_0 = case(seed)
    W_hx, W_hh, b_h, W_qh, b_q = map(torch.tensor, p)
    uses = [W_hh.clone().requires_grad_() for _ in X]
    h, found = torch.tensor(h_0), []
    for t, (x, y) in enumerate(zip(torch.tensor(X), torch.tensor(Y), strict=True)):
        if cut_every and t % cut_every == 0:
            h = h.detach()
        h = torch.tanh(W_hx @ x + uses[t] @ h + b_h)
        found.append(0.5 * ((W_qh @ h + b_q - y) ** 2).sum())
    return found, uses


def entries(seed: int) -> np.ndarray:
    """G / T, shape (T, T, h, h): their sum is the gradient of the mean loss."""
    found, uses = losses(seed)
    G = np.zeros((STEPS, STEPS, *uses[0].shape))
    for t, loss in enumerate(found):
        for k, part in enumerate(torch.autograd.grad(loss, uses[: t + 1], retain_graph=True)):
            G[t, k] = part.numpy() / STEPS
    return G


def gradient(seed: int, cut_every: int = 0) -> np.ndarray:
    """What autograd says is the gradient of the mean loss by W_hh."""
    found, uses = losses(seed, cut_every)
    return sum(torch.autograd.grad(sum(found) / STEPS, uses)).numpy()


def read_off(cut_every: int) -> str:
    """The triangle of a program that cuts the state, read from its two gradients alone."""
    seeds = (1, 2)
    alpha, residual = fit([gradient(s, cut_every) for s in seeds], [entries(s) for s in seeds])
    lines = as_lines(Paths.of(alpha))[1:]
    return "\n".join([*lines, f"what is left over: {'nothing' if residual < 1e-12 else f'{residual:.2g}'}"])


def how_wrong() -> dict[str, tuple[float, float]]:
    """For each pattern, on chapter 4's network: the relative error r, and the cosine with the gradient."""
    G = gradient_uses()
    T, right = len(G), G.sum(axis=(0, 1))
    found = {}
    for name in SHOWN[1:]:
        got = np.tensordot(triangle(name, T), G, 2)
        size = float(np.linalg.norm(got) * np.linalg.norm(right))
        found[name] = (
            float(np.linalg.norm(got - right) / np.linalg.norm(right)),
            float(np.sum(got * right)) / size,
        )
    return found


def wrong_table() -> str:
    """The same as text, the smallest error first."""
    rows = sorted(how_wrong().items(), key=lambda item: item[1][0])
    lines = [f"{name.replace('_', ' '):24}{100 * r:8.2f}%{c:9.4f}" for name, (r, c) in rows]
    return "\n".join([f"{'pattern':24}{'error r':>9}{'cosine':>9}", *lines])


def residuals() -> dict[str, float]:
    """A gradient made with W in place of its transpose: what each set of entries leaves unexplained."""
    unrolled = load("rnn_bptt").unrolled
    assert unrolled is not None
    cases = [unrolled.many(np.random.default_rng(seed)) for seed in (1, 2)]
    altered = next(rule for rule in RULES if rule.name == "transpose")
    got = [unrolled.through_W_hh(args, altered).sum(axis=(0, 1)) for args in cases]
    return {
        words: fit(got, [unrolled.through_W_hh(args, rule) for args in cases])[1]
        for words, rule in (("by the right rule", RIGHT), ("with W for its transpose", altered))
    }


def residual_table() -> str:
    """The same as text."""
    return "\n".join(
        f"entries {words + ':':26}{'nothing' if left < 1e-9 else f'{100 * left:.0f}%'} left over"
        for words, left in residuals().items()
    )


def slope_missed(scale: float, seed: int = 1) -> float:
    """How far the gradient by W_hh is off without tanh', relatively; all that enters is times `scale`."""
    p, X, Y, h_0 = case(seed)
    W_hx, W_hh, b_h, W_qh, b_q = map(torch.tensor, p)
    X, Y, h_0 = torch.tensor(scale * X), torch.tensor(Y), torch.tensor(scale * h_0)
    found = []
    for left_out in (False, True):
        W, h, loss = W_hh.clone().requires_grad_(), h_0, torch.zeros(())
        for x, y in zip(X, Y, strict=True):
            a = W_hx @ x + W @ h + scale * b_h
            h = torch.tanh(a)
            h = a + (h - a).detach() if left_out else h  # the value of tanh with the slope 1
            loss = loss + 0.5 * ((W_qh @ h + b_q - y) ** 2).sum()
        found.append(torch.autograd.grad(loss, W)[0])
    right, without = found
    return float((without - right).norm() / right.norm())
