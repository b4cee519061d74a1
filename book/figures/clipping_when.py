"""Chapter 9: what torch's clips make of numbers that are not numbers."""

import math

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

CASES = {"infinite": (3.0, math.inf, 4.0), "not a number": (3.0, math.nan, 4.0), "huge": (3e20, 1e20, 4e20)}


def two_tensors(a: float, b: float, c: float) -> list[torch.Tensor]:
    """Two float32 parameters whose gradients are (a, b) and (c)."""
    params = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
    params[0].grad, params[1].grad = torch.tensor([a, b]), torch.tensor([c])
    return params


def left(params: list[torch.Tensor]) -> list[float]:
    """All gradients, one after the other."""
    return [x for w in params for x in w.grad.tolist()]


def nonfinite_rows() -> dict[str, tuple[float, list[float], list[float]]]:
    """For every case: the norm torch finds, the gradients after a global clip, and after one by value."""
    rows = {}
    for name, numbers in CASES.items():
        params, others = two_tensors(*numbers), two_tensors(*numbers)
        norm = float(clip_grad_norm_(params, 1.0))
        clip_grad_value_(others, 1.0)
        rows[name] = (norm, left(params), left(others))
    return rows


def nonfinite_table() -> str:
    """The rows as text."""
    lines = [f"{'gradients':22}{'norm':7}{'clipped globally':20}clipped by value"]
    for name, (norm, by_norm, by_value) in nonfinite_rows().items():
        given = ", ".join(f"{x:g}" for x in CASES[name])
        lines.append(f"{given:22}{norm:<7g}{by_norm!s:20}{by_value}")
    return "\n".join(lines)
