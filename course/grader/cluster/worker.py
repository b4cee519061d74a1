"""What a worker does with an order. It is trusted: it makes the sandboxes, and judges beside them."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.grader.cluster.parcel import Answer, Order, version
from course.grader.judged.here import Here
from course.grader.sandbox.cgroups import sweep
from course.grader.sandbox.client import NoSandbox, Refused

IDLE = 60.0  # seconds after which the warm processes of a run, which may be dead, are ended


@dataclass
class Desk:
    """The sandboxes of one grading run on this worker."""

    here: Here
    busy: int = 0
    used: float = field(default_factory=time.monotonic)


_desks: dict[str, Desk] = {}
_ended: set[str] = set()
_lock = threading.Lock()


def serve(data: bytes) -> bytes:
    """Carry out an `Order`; returns an `Answer`, whatever happens."""
    from distributed import get_worker

    where = get_worker().address
    told = json.loads(data)
    if told["course"] != version():
        why = f"it has course {version()}, and grading needs {told['course']}: install the same wheel there"
        return Answer(where, why).to_bytes()
    order = Order.of(told)
    try:
        with _desk(order) as here:
            if order.job is not None:
                return Answer(where, done=here.run(order.job)).to_bytes()
            here.prepare(set(order.flavours))
            return Answer(where).to_bytes()
    except NoSandbox as error:
        return Answer(where, f"no sandbox can be made there: {error.tried}").to_bytes()
    except Refused as error:
        return Answer(where, str(error)).to_bytes()
    except Exception as error:
        return Answer(where, error=f"{type(error).__name__}: {error}").to_bytes()


@contextlib.contextmanager
def _desk(order: Order) -> Iterator[Here]:
    """The desk of the order's run, in use."""
    with _lock:
        if order.run in _ended:
            raise Refused("this grading run has ended")
        if not _desks:
            sweep()
        if order.run not in _desks:
            _desks[order.run] = Desk(Here(order.terms))
            threading.Thread(target=_watch, args=(order.run, _desks[order.run]), daemon=True).start()
        desk = _desks[order.run]
        desk.busy += 1
    try:
        yield desk.here
    finally:
        with _lock:
            desk.busy, desk.used = desk.busy - 1, time.monotonic()


def end(run: str) -> None:
    """End all that a grading run has here. Called in the worker's own loop, so nothing is waited for."""
    with _lock:
        _ended.add(run)
        _leave(run)


def _watch(run: str, desk: Desk) -> None:
    """Leave a desk that nobody has used for a while. It lives as long as the desk."""
    while _desks.get(run) is desk:
        time.sleep(IDLE / 20)
        with _lock:
            if _desks.get(run) is desk and not desk.busy and time.monotonic() - desk.used > IDLE:
                _leave(run)


def _leave(run: str) -> None:
    desk = _desks.pop(run, None)
    if desk is not None:
        threading.Thread(target=desk.here.close, daemon=True).start()
