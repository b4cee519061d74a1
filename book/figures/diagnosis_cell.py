"""Weights on the edges of an LSTM: made with autograd, found again by the checker's own code, and drawn."""

import numpy as np
import torch
from figures.style import show_svg

from course.exercise import load
from course.recognise.cell import EDGES, GATES
from course.recognise.cell_picture import svg
from course.recognise.cell_words import as_lines, described
from course.recognise.further import edge_cases
from course.recognise.weighing import weigh
from course.verdict import Weights, rounded

EXERCISE = "lstm_bptt"


def counted(x: torch.Tensor, w: float) -> torch.Tensor:
    """The value x, with its derivative counted w times."""
    return w * x + (1 - w) * x.detach()


def gradients(weights: dict[str, float], *args: object) -> dict[str, np.ndarray]:
    """Autograd's gradients of one case, with those weights on the edges and 1 on all others."""
    w = dict.fromkeys(EDGES, 1.0) | weights
    p, X, dH, h_0, c_0 = args
    leaves = [torch.tensor(a, requires_grad=True) for a in (*p, X, h_0, c_0)]
    W_x, W_h, b, inputs, h, c = leaves
    loss = 0
    for x, d in zip(inputs, torch.tensor(dH), strict=True):
        read = torch.cat([W @ counted(h, w[edge]) for edge, W in zip(GATES, W_h.chunk(4), strict=True)])
        i, f, g, o = (W_x @ x + read + b).chunk(4)
        c = f.sigmoid() * counted(c, w["c→c"]) + i.sigmoid() * g.tanh()
        h = o.sigmoid() * counted(c, w["c→h"]).tanh()
        loss = loss + d @ counted(h, w["loss"])
    names = ("W_x", "W_h", "b", "dX", "dh_0", "dc_0")
    return {n: g.numpy() for n, g in zip(names, torch.autograd.grad(loss, leaves), strict=True)}


def cases() -> list[tuple[object, ...]]:
    """The two cases from which the checker reads weights."""
    return edge_cases(load(EXERCISE))


def found(weights: dict[str, float]) -> Weights:
    """The weights that the checker reads from a wrong gradient, without being told them."""
    weighed = load(EXERCISE).weighed
    assert weighed is not None
    solution = weigh(weighed, cases(), [gradients(weights, *args) for args in cases()])
    assert solution is not None
    return Weights(EDGES, tuple(map(rounded, solution.weights)), solution.apart)


def read_weights(weights: dict[str, float]) -> str:
    """The same as text."""
    return "\n".join(as_lines(found(weights))[1:])


def cell_picture(weights: dict[str, float], name: str, caption: str) -> object:
    """The picture of the weights that are found, as the checker draws it, with its description."""
    told = found(weights)
    return show_svg(
        svg(told), name=name, alt=described(told), caption=caption, code="course/recognise/cell_picture.py"
    )
