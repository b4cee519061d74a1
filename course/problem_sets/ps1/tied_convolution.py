"""A convolution kernel: one weight vector, used at every position."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import Array
from course.oracles import complex_step
from course.problem_sets.ps1._convolution_table import SLIPS
from course.recognise.tables import listed


def tied_convolution(k: np.ndarray, x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of a loss behind a one-dimensional convolution, with respect to its kernel and its input.

    Formula: y_i = Σ_j k_j x_{i+j}  for i = 0, …, n − m, as deep-learning libraries define it: no flip, no
             padding. The loss L depends on y, and ∂L/∂y_i = g_i is given.

    Args:
        k: kernel, shape (m).
        x: input, shape (n), with n >= m.
        g: ∂L/∂y, shape (n − m + 1).

    Returns:
        dk: ∂L/∂k, shape (m).
        dx: ∂L/∂x, shape (n).
    """
    raise NotImplementedError("tied_convolution: return dk, dx")


exercise = Exercise(
    tied_convolution, title="A kernel, used everywhere", chapter="3 tied", returns=("dk", "dx")
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """A kernel that is used once; then kernels shorter and longer than the output."""
    drawn = []
    for n, m in ((3, 3), (7, 3), (7, 5), (6, 2)):
        name = "one use" if n == m else f"n={n}, m={m}"
        drawn.append(
            Case(name, (rng.normal(size=m), rng.normal(size=n), draws.away_from_zero(rng, n - m + 1)))
        )
    return drawn


def loss(kernels: Any, windows: Any, g: Array) -> Any:
    """Σ_i g_i y_i, where position i has its own copy of the kernel and reads its own window of the input."""
    return sum(g_i * np.sum(k * x) for g_i, k, x in zip(g, kernels, windows, strict=True))


def by_cases(kernel_use: Callable[[int, int], bool], input_use: Callable[[int, int, int], bool]) -> Any:
    """Both gradients, with only some edges of the graph left: those `use` says True for."""

    def value(k: Array, x: Array, g: Array) -> Parts:
        m, uses = len(k), len(g)

        def by_kernel(v: Array) -> Any:
            kernels = [v if kernel_use(i, uses) else v.real for i in range(uses)]
            return loss(kernels, [x[i : i + m] for i in range(uses)], g)

        def by_input(v: Array) -> Any:
            def entry(i: int, j: int) -> Any:
                return v[i + j] if input_use(i, j, uses) else v[i + j].real

            return loss([k] * uses, [np.array([entry(i, j) for j in range(m)]) for i in range(uses)], g)

        return {"dk": complex_step(by_kernel, k), "dx": complex_step(by_input, x)}

    return value


def every(*position: int) -> bool:
    """All edges."""
    return True


@exercise.expects
def expected(k: Array, x: Array, g: Array) -> Parts:
    """The complex step of Σ_i g_i y_i, whose gradient is the chain rule's."""
    parts: Parts = by_cases(every, every)(k, x, g)
    return parts


SEE = "Convolution kernels"
exercise.claim("one_use", "With a kernel that is used once both are right.", on="one use", points=1, see=SEE)
exercise.claim("kernel", "∂L/∂k is right: one term for every use.", parts=("dk",), points=2, see=SEE)
exercise.claim("inputs", "∂L/∂x is right: one term for every reader.", parts=("dx",), points=2, see=SEE)


def of_kernel(change: Callable[[Array, Array], Array], *args: Array) -> Parts:
    """The right gradient of the kernel, changed by `change(dk, g)`; the input's is not looked at."""
    return {"dk": change(expected(*args)["dk"], args[2])}


def last_reader(i: int, j: int, uses: int) -> bool:
    """Whether position i is the last that reads x_{i+j}."""
    return j == 0 or i == uses - 1


exercise.slip(
    "kernel_flipped",
    "∂L/∂k comes out reversed: entry j belongs to k_j, and here nothing is flipped.",
    partial(of_kernel, lambda dk, g: dk[::-1]),
    SEE,
)
exercise.slip(
    "mean_over_uses",
    "∂L/∂k is the mean over the uses; every use moves L, so it is their sum.",
    partial(of_kernel, lambda dk, g: dk / len(g)),
    SEE,
)
exercise.slip(
    "last_use",
    "∂L/∂k holds the last use only: each use should add to the sum, not replace it.",
    lambda *args: {"dk": by_cases(lambda i, uses: i == uses - 1, every)(*args)["dk"]},
    SEE,
)
exercise.slip(
    "first_use",
    "∂L/∂k holds the first use only.",
    lambda *args: {"dk": by_cases(lambda i, uses: i == 0, every)(*args)["dk"]},
    SEE,
)
exercise.slip(
    "input_flipped",
    "∂L/∂x is made as if the convolution reversed the kernel.",
    lambda k, x, g: {"dx": expected(k[::-1].copy(), x, g)["dx"]},
    SEE,
)
exercise.slip(
    "kernel_g_reversed",
    "∂L/∂k is made with g reversed. A convolution turns one of its factors round, a correlation none.",
    lambda k, x, g: {"dk": expected(k, x, g[::-1].copy())["dk"]},
    SEE,
)
exercise.slip(
    "kernel_without_g",
    "∂L/∂k is made without g: every use counts with its own ∂L/∂y_i.",
    lambda k, x, g: {"dk": expected(k, x, np.ones_like(g))["dk"]},
    SEE,
)
exercise.slip(
    "input_without_g",
    "∂L/∂x is made without g: every reader counts with its own ∂L/∂y_i.",
    lambda k, x, g: {"dx": expected(k, x, np.ones_like(g))["dx"]},
    SEE,
)
exercise.slip(
    "input_reversed",
    "∂L/∂x comes out reversed: entry s belongs to x_s.",
    lambda *args: {"dx": expected(*args)["dx"][::-1]},
    SEE,
)
exercise.slip(
    "last_position",
    "The last position is left out: there are n − m + 1 of them.",
    by_cases(lambda i, uses: i < uses - 1, lambda i, j, uses: i < uses - 1),
    SEE,
)
exercise.slip(
    "first_position",
    "The first position is left out: there are n − m + 1 of them.",
    by_cases(lambda i, uses: i > 0, lambda i, j, uses: i > 0),
    SEE,
)
exercise.slip(
    "last_reader",
    "∂L/∂x holds each input's last reader only: windows overlap, so each should add, not replace.",
    lambda *args: {"dx": by_cases(every, last_reader)(*args)["dx"]},
    SEE,
)
exercise.table = listed(SLIPS, SEE)
