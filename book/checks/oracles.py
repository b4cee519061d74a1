"""The oracle of the checks: a run kept in torch, so that autograd can give every derivative."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from course.models import RNN


class Problem(NamedTuple):
    """A random network with data: everything `course.models.rnn_loss` needs."""

    p: RNN
    X: np.ndarray
    Y: np.ndarray
    h_0: np.ndarray


class Run(NamedTuple):
    """One run, kept as torch tensors so that autograd can differentiate by any of them.

    `a`, `h`, `o`, `losses` are lists indexed by t (entry 0 of `h` is h_0, of the others None).
    `uses[t]` is the copy of W_hh that step t reads; all copies are one tensor unless `untied`.
    """

    p: RNN
    x: list[Any]
    a: list[Any]
    h: list[Any]
    o: list[Any]
    losses: list[Any]
    loss: Any
    uses: list[Any]


def problem(rng: np.random.Generator, T: int = 5, d: int = 2, h: int = 3, q: int = 4) -> Problem:
    """Sizes all different, a state that is not zero, non-normal W_hh with entries of order one half."""
    shapes = ((h, d), (h, h), (h,), (q, h), (q,))
    p = RNN(*(rng.normal(scale=0.6, size=shape) for shape in shapes))
    return Problem(p, rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.normal(size=h))


def squared(o: Any, y: Any) -> Any:
    """The loss of one step: half the squared distance."""
    return 0.5 * ((o - y) ** 2).sum()


def cross_entropy(o: Any, y: Any) -> Any:
    """The loss of one step: the cross-entropy with the target probabilities softmax(y)."""
    return -(torch.softmax(y, 0) * torch.log_softmax(o, 0)).sum()


def run(
    case: Problem,
    phi: Callable[[Any], Any] = torch.tanh,
    loss: Callable[[Any, Any], Any] = squared,
    untied: bool = False,
    mask: list[Any] | None = None,
    frozen: bool = False,
) -> Run:
    """Run the network in torch and keep every intermediate value as a node of the graph.

    With a `mask` (entry t is 1 or 0) only the steps of mask 1 count in the loss, and, if `frozen`,
    the others keep the state as it is.
    """
    p = RNN(*(torch.tensor(w, requires_grad=True) for w in case.p))
    x = [None, *(torch.tensor(v, requires_grad=True) for v in case.X)]
    h = [torch.tensor(case.h_0, requires_grad=True)]
    T = len(case.X)
    uses = [p.W_hh.detach().clone().requires_grad_() if untied else p.W_hh for _ in range(T + 1)]
    a, o, losses = [None], [None], [None]
    for t in range(1, T + 1):
        a.append(p.W_hx @ x[t] + uses[t] @ h[t - 1] + p.b_h)
        m = mask[t] if mask else 1.0
        h.append(m * phi(a[t]) + (1 - m) * h[t - 1] if frozen else phi(a[t]))
        o.append(p.W_qh @ h[t] + p.b_q)
        losses.append(m * loss(o[t], torch.tensor(case.Y[t - 1])))
    return Run(p, x, a, h, o, losses, sum(losses[1:]) / (sum(mask[1:]) if mask else T), uses)


def grad(scalar: Any, by: Any) -> np.ndarray:
    """The gradient of a scalar node by any node (zero where there is no path), as autograd finds it."""
    (g,) = torch.autograd.grad(scalar, by, retain_graph=True, allow_unused=True)
    return np.zeros(tuple(by.shape)) if g is None else g.numpy()


def jacobian(vector: Any, by: Any) -> np.ndarray:
    """The Jacobian of a vector node by any node: one row per component of the vector."""
    return np.stack([grad(component, by).ravel(order="F") for component in vector])


def value(node: Any) -> np.ndarray:
    """The number a node holds."""
    return node.detach().numpy()


def same(got: Any, want: Any, rtol: float = 1e-10) -> None:
    """Assert equality up to rounding, relative to the size of what is wanted."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, f"shapes {got.shape} and {want.shape}"
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * max(1e-30, np.abs(want).max()))
