"""How much a call holds at once, counted where it runs."""

import tracemalloc
from collections.abc import Callable
from typing import Any


def most_held(call: Callable[[], Any]) -> int:
    """The most bytes that Python and NumPy hold during `call()`, above what they held before.

    It is an honest count of an honest call. Code that lies about itself can lie here too, so grading looks
    from outside as well (`course.grader.sandbox.watching`).
    """
    traced = tracemalloc.is_tracing()  # the student may be counting too
    if not traced:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not traced:
            tracemalloc.stop()
