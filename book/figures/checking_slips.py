"""Wrong gradients for chapter 2. Each is a step whose value is right and whose derivative is altered.

So no backward pass is written here: autograd differentiates the altered rule, as eq-checking-alter says.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from figures.unrolling_training import Step


def product(W: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """W h for every row of a batch, with one W for all rows or one for each."""
    return torch.einsum("...ij,...j->...i", W, h)


def alter(value: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """The value of the first, the derivative of the second."""
    return value.detach() + other - other.detach()


def right(W: torch.Tensor, h: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The step as the model defines it."""
    return torch.tanh(product(W, h) + given)


def transposed(W: torch.Tensor, h: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The derivative by h_{t-1} has W where its transpose belongs, seen from the backward pass."""
    by_weight, by_state = product(W, h.detach()), product(W.detach().mT, h)
    return torch.tanh(alter(product(W, h), by_weight + by_state) + given)


def edge_cut(W: torch.Tensor, h: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """No derivative by h_{t-1} at all."""
    return torch.tanh(product(W, h.detach()) + given)


def slope_missing(W: torch.Tensor, h: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The slope of tanh is taken for 1."""
    a = product(W, h) + given
    return alter(torch.tanh(a), a)


def late_state(W: torch.Tensor, h: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The derivative by W has h_t where h_{t-1} belongs."""
    late = right(W, h, given).detach()
    return torch.tanh(alter(product(W, h), product(W, late) + product(W.detach(), h)) + given)


class Slip(NamedTuple):
    """A mistake: in the step, in the first use of W_hh, or in the losses that are counted."""

    name: str
    step: Step = right
    first_use: bool = True
    all_losses: bool = True


SLIPS = (
    Slip("a transpose missing", transposed),
    Slip("slope left out", slope_missing),
    Slip("$h_t$ for $h_{t-1}$", late_state),
    Slip("recurrent edge cut", edge_cut),
    Slip("only the last loss", all_losses=False),
    Slip("first use left out", first_use=False),
)


def cases(
    N: int,
    T: int = 5,
    d: int = 2,
    h: int = 4,
    q: int = 3,
    scale: float = 0.5,
    zero_start: bool = False,
    symmetric: bool = False,
) -> dict[str, Any]:
    """N random networks with data: all weights of standard deviation `scale`, data and h_0 of 1."""
    rng = np.random.default_rng(7)
    shapes = {"W_hx": (h, d), "W_hh": (h, h), "b_h": (h,), "W_qh": (q, h), "b_q": (q,)}
    case = {name: torch.tensor(scale * rng.normal(size=(N, *shape))) for name, shape in shapes.items()}
    case |= {
        name: torch.tensor(rng.normal(size=(N, *shape))) for name, shape in {"X": (T, d), "Y": (T, q)}.items()
    }
    case["h_0"] = torch.tensor(rng.normal(size=(N, h)) * (not zero_start))
    if symmetric:
        case["W_hh"] = (case["W_hh"] + case["W_hh"].mT) / np.sqrt(2)
    return case


def gradient(case: dict[str, Any], slip: Slip | None = None) -> np.ndarray:
    """The gradient by W_hh that the slip leads to, (N, h, h); the right one without a slip."""
    slip = slip or Slip("right")
    W, h = case["W_hh"].clone().requires_grad_(), case["h_0"]
    T, total = case["X"].shape[1], torch.zeros((), dtype=torch.float64)
    for t in range(T):
        given = product(case["W_hx"], case["X"][:, t]) + case["b_h"]
        h = slip.step(W if slip.first_use or t else W.detach(), h, given)
        error = product(case["W_qh"], h) + case["b_q"] - case["Y"][:, t]
        if slip.all_losses or t == T - 1:
            total = total + 0.5 * (error**2).sum() / T
    if not total.requires_grad:
        return np.zeros(tuple(W.shape))
    return torch.autograd.grad(total, W)[0].numpy()


def relative_error(case: dict[str, Any], slip: Slip) -> float:
    """The median over the networks of the relative error that the slip makes."""
    truth = gradient(case)
    size = {"axis": (1, 2)}
    gap = np.linalg.norm(gradient(case, slip) - truth, **size)
    return float(np.median(gap / np.linalg.norm(truth, **size)))
