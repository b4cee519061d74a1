"""Numbers that may stand for the slope of tanh by mistake, made of its argument and its value."""

from collections.abc import Callable

from course.models import Array

# By name: what stands there, and how it is made of the argument a and the value y = tanh(a).
SLOPES: dict[str, tuple[str, Callable[[Array, Array], Array]]] = {
    "not_squared": ("1 − tanh", lambda a, y: 1 - y),
    "plus": ("1 + tanh²", lambda a, y: 1 + y**2),
    "negative": ("tanh² − 1", lambda a, y: y**2 - 1),
    "square": ("tanh²", lambda a, y: y**2),
    "value": ("tanh itself", lambda a, y: y),
    "logistic": ("tanh (1 − tanh), the slope of a σ,", lambda a, y: y * (1 - y)),
    "of_argument": ("1 − a², made of the argument,", lambda a, y: 1 - a**2),
    "cubed": ("the cube of the slope", lambda a, y: (1 - y**2) ** 3),
}
