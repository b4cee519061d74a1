"""Chapter 9: the kinds of clip, and what they keep. torch's own functions are the oracle."""

import numpy as np
from checks.oracles import same
from checks.registry import checked, definition
from figures.clipping import by_value, clipped, split
from torch.nn.utils import clip_grad_norm_

definition(
    "eq-clipping-groups",
    r"""
    \bigl[ \operatorname{clip}_c(g) \bigr]_i = \min\Bigl( 1, \frac{c}{\norm{g_i}} \Bigr)\, g_i, \qquad
    i = 1, \ldots, n
    """,
)
definition(
    "eq-clipping-order",
    r"""
    g = \frac{\partial L}{\partial \theta}, \qquad \hat g = \operatorname{clip}_c(g), \qquad \theta
    \leftarrow \theta - \eta\, \hat g
    """,
)
GROUPS = (3, 1, 4, 2)


def lengths(g):
    """The norms of the groups."""
    return np.array([np.linalg.norm(part) for part in np.split(g, np.cumsum(GROUPS)[:-1])])


@checked(
    "eq-clipping-scalar",
    r"""
    \operatorname{clip}_c(g) = \operatorname{sign}(g) \min(\abs{g}, c) = \min\Bigl( 1,
    \frac{c}{\abs{g}} \Bigr)\, g
    """,
)
def scalar(rng):
    """torch's clip by value of single numbers of both signs, below and above c, against both forms."""
    for g, c in zip(rng.normal(size=40), rng.exponential(size=40), strict=True):
        got = by_value(np.array([g]), c)[0]
        same(got, np.sign(g) * min(abs(g), c))
        same(got, min(1, c / abs(g)) * g)


@checked(
    "eq-clipping-global",
    r"""
    \norm{g}^2 = \sum_{i=1}^{n} \norm{g_i}^2
    """,
)
def total(rng):
    """The norm that torch returns for four parameters, against the norms of the four."""
    g = rng.normal(size=sum(GROUPS))
    norm = clip_grad_norm_(split(g, GROUPS), 1.0).item()
    same(norm**2, np.sum(lengths(g) ** 2))


@checked(
    "eq-clipping-nearest",
    r"""
    \norm{g - \operatorname{clip}_c(g)} = \min \bigl\{ \norm{g - v} : \norm{v_i} \le c \text{ for all
    } i \bigr\}
    """,
)
def nearest(rng):
    """Steps from torch's clip to a thousand allowed columns, and to the best for the rest: none is nearer."""
    g, c = 2 * rng.normal(size=sum(GROUPS)), rng.uniform(0.5, 2)
    at = clipped(g, GROUPS, c)
    assert (lengths(at) <= c * (1 + 1e-9)).all()
    rest = g - at  # the allowed column that lies furthest in its direction would be the first to gain
    best = np.where(np.repeat(lengths(rest), GROUPS) > 1e-9, rest, at)
    for v in (best, *rng.normal(size=(1000, sum(GROUPS)))):
        v = v * np.repeat(rng.choice([1, rng.uniform()]) * c / lengths(v), GROUPS)
        for share in (1, 1e-3):
            assert np.linalg.norm(g - at) <= np.linalg.norm(g - (at + share * (v - at))) + 1e-6 * share


@checked(
    "eq-clipping-torch",
    r"""
    g \;\mapsto\; \min\Bigl( 1, \frac{c}{\norm{g} + 10^{-6}} \Bigr)\, g
    """,
)
def torch_rule(rng):
    """torch's function on gradients of size one and of size 10⁻⁶, where the small number counts."""
    for size in (1.0, 1e-6):
        g = size * rng.normal(size=5)
        for c in np.linalg.norm(g) * np.array([0.5, 0.99, 2.0]):
            same(clipped(g, (5,), c), min(1, c / (np.linalg.norm(g) + 1e-6)) * g)
    g = np.array([2e-6, 0.0])
    same(np.linalg.norm(clipped(g, (2,), 1e-6)), 1e-6 * 2 / 3)
