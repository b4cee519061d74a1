"""What several slips begin with, computed once: they are asked one after the other about the same case."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from course.frames import encode

P = ParamSpec("P")
R = TypeVar("R")
MOST = 16  # results; a slip may take several steps


def kept_once(f: Callable[P, R]) -> Callable[P, R]:
    """`f` with its last results kept, by the contents of the arguments. Nobody may change a result."""
    last: OrderedDict[bytes, R] = OrderedDict()

    @wraps(f)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        key = encode((args, tuple(kwargs.items())))
        if key not in last:
            last[key] = f(*args, **kwargs)
            if len(last) > MOST:
                last.popitem(last=False)
        return last[key]

    return again
