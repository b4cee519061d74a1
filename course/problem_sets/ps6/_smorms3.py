"""SMORMS3 with one part of its rule altered."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from course.exercise import Parts
from course.models import Array


class Rule(NamedTuple):
    """The pieces of a step that a slip may replace."""

    r: Callable[[Array], Array] = lambda mem: 1 / (mem + 1)
    share: Callable[[Array, Array, float], Array] = lambda g, g2, eps: g**2 / (g2 + eps)
    rate: Callable[[float, Array], Array] = lambda lr, x: np.minimum(lr, x)
    memory: Callable[[Array, Array], Array] = lambda mem, x: 1 + mem * (1 - x)
    size: Callable[[Array, float], Array] = lambda g2, eps: np.sqrt(g2) + eps
    direction: Callable[[Array, Array], Array] = lambda grad, g: grad


def altered(
    rule: Rule, w: Array, grad: Array, mem: Array, g: Array, g2: Array, lr: float, eps: float
) -> Parts:
    """A step by another rule."""
    r = rule.r(mem)
    mean, square = (1 - r) * g + r * grad, (1 - r) * g2 + r * grad**2
    with np.errstate(all="ignore"):
        x = rule.share(mean, square, eps)
        moved = rule.rate(lr, x) * rule.direction(grad, mean) / rule.size(square, eps)
    return {"w": w - moved, "mem": rule.memory(mem, x), "g": mean, "g2": square}


ALTERED = (
    ("no_largest_rate", "The rate has no upper limit η.", Rule(rate=lambda lr, x: x)),
    (
        "rate_alone",
        "The rate is always η: it should be x where that is smaller.",
        Rule(rate=lambda lr, x: lr + 0 * x),
    ),
    (
        "larger_rate",
        "The larger of η and x is used; it should be the smaller.",
        Rule(rate=lambda lr, x: np.maximum(lr, x)),
    ),
    (
        "product",
        "η and x are multiplied; the smaller of them should be used.",
        Rule(rate=lambda lr, x: lr * x),
    ),
    (
        "mean_for_gradient",
        "The step goes along the mean g'; it should go along grad.",
        Rule(direction=lambda a, g: g),
    ),
    ("r_of_mem", "r is 1/mem; it should be 1/(mem + 1).", Rule(r=lambda mem: 1 / mem)),
    (
        "memory_without_one",
        "The 1 is missing in mem': one more gradient has come.",
        Rule(memory=lambda m, x: m * (1 - x)),
    ),
    (
        "memory_upside_down",
        "mem' keeps the share x; it should keep 1 − x: where the gradients agree, the past is forgotten.",
        Rule(memory=lambda m, x: 1 + m * x),
    ),
    ("no_root", "The root of g2' is missing in the step.", Rule(size=lambda g2, eps: g2 + eps)),
    (
        "eps_inside",
        "ε stands under the root in the step; there it is added to it.",
        Rule(size=lambda g2, e: np.sqrt(g2 + e)),
    ),
    ("no_square", "x has |g'| where g'² belongs.", Rule(share=lambda g, g2, e: np.abs(g) / (g2 + e))),
    ("no_square_at_all", "x has g' where g'² belongs.", Rule(share=lambda g, g2, e: g / (g2 + e))),
    (
        "weights_exchanged",
        "r and 1 − r are exchanged in the means: r is the weight of the new entry.",
        Rule(r=lambda mem: mem / (mem + 1)),
    ),
)


def with_old(old_g: bool, old_g2: bool, *args: Any) -> Parts:
    """x from the means before."""
    g, g2 = args[3], args[4]

    def share(mean: Array, square: Array, eps: float) -> Array:
        return np.asarray((g if old_g else mean) ** 2 / ((g2 if old_g2 else square) + eps))

    return altered(Rule(share=share), *args)


def with_old_size(*args: Any) -> Parts:
    """The step divided by the mean of squares before."""
    return altered(Rule(size=lambda g2, eps: np.sqrt(args[4]) + eps), *args)


def memory_of_the_rate(*args: Any) -> Parts:
    """min(η, x) in the memory too."""
    return altered(Rule(memory=lambda mem, x: 1 + mem * (1 - np.minimum(args[5], x))), *args)


def uphill(*args: Any) -> Parts:
    """The step added."""
    right = altered(Rule(), *args)
    return right | {"w": 2 * args[0] - right["w"]}


def out_of_order(*args: Any) -> Parts:
    """g', g2', mem' for mem', g', g2'."""
    right = altered(Rule(), *args)
    return {"w": right["w"], "mem": right["g"], "g": right["g2"], "g2": right["mem"]}


MISTAKES: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[(name, sentence, partial(altered, rule)) for name, sentence, rule in ALTERED],
    ("old_means", "x is made of the old means; the new ones belong there.", partial(with_old, True, True)),
    ("old_g", "x has the old g; the new one belongs there.", partial(with_old, True, False)),
    ("old_g2", "x has the old g2; the new one belongs there.", partial(with_old, False, True)),
    ("old_size", "The step is divided by the root of the old g2; the new one belongs there.", with_old_size),
    (
        "memory_of_the_rate",
        "mem' has the smaller of η and x; it should have x itself.",
        memory_of_the_rate,
    ),
    ("uphill", "The weights move uphill: the step is subtracted.", uphill),
    ("out_of_order", "The results stand in the wrong order: w, mem, g, g2 are asked for.", out_of_order),
)
