"""What an LSTM's errors δ_t may be multiplied by in the gradients of W_x, W_h and b, right or wrong."""

from collections.abc import Callable

import numpy as np

from course.models import Array


def _but(step: int, values: Array) -> Array:
    """Without that step."""
    return np.where(np.arange(len(values))[:, None] == step % len(values), 0.0, values)


def _shifted(steps: int, values: Array) -> Array:
    """Those of some steps before, and nothing where there are none."""
    late = np.arange(len(values))[:, None] - steps
    return np.where((late >= 0) & (late < len(values)), np.roll(values, steps, 0), 0.0)


USES: dict[
    str, Callable[[Array, Array, Array], Array]
] = {  # instead of x_t, h_{t-1} or 1, given as `values`; H and C are (T+1, h)
    "after": lambda values, H, C: H[1:],
    "around": lambda values, H, C: np.roll(H, 1, 0)[:-1],
    "before": lambda values, H, C: _shifted(1, values),
    "before around": lambda values, H, C: np.roll(values, 1, 0),
    "later": lambda values, H, C: _shifted(-1, values),
    "later around": lambda values, H, C: np.roll(values, -1, 0),
    "first": lambda values, H, C: 0 * values + values[0],
    "last": lambda values, H, C: 0 * values + values[-1],
    "reversed": lambda values, H, C: values[::-1],
    "cell before": lambda values, H, C: C[:-1],
    "cell after": lambda values, H, C: C[1:],
    "tanh of cell": lambda values, H, C: np.tanh(C[1:]),
    "but the first": lambda values, H, C: _but(0, values),
    "but the last": lambda values, H, C: _but(-1, values),
    "sum": lambda values, H, C: 0 * values + values.sum(axis=0),
    "at the first": lambda values, H, C: values - _but(0, values),
    "at the last": lambda values, H, C: values - _but(-1, values),
}
