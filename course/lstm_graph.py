"""The edges of an LSTM's step and what may be altered on them: see `course.lstm_many` for what comes of it.

Each edge of the cell has a product of values as its factor (`FACTORS`), each gate's way to the cell or the
state counts in four places (`READ`), and an alteration says what is other than there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from course.lstm_atoms import GATES, Product
from course.models import Array

CHANNELS = ("loss", "later", "shown", "kept")  # h_t for its loss, and for step t+1; c_t for h_t, and for t+1
FACTORS: dict[str, Product] = {
    "i": ("g", "i", "1-i"),  # from a^i_t to c_t, and so on
    "f": ("c0", "f", "1-f"),
    "g": ("i", "1-g2"),
    "o": ("y", "o", "1-o"),  # from a^o_t to h_t
    "c": ("f",),  # from c_{t-1} to c_t
    "ch": ("o", "1-y2"),  # from c_t to h_t
    "kept": (),  # on everything that step t+1 reads of c_t
    "read": (),  # on h_{t-1} where the gates read it
}
TO_CELL, TO_STATE = (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 0.0, 0.0)
READ = {"i": TO_CELL, "f": TO_CELL, "g": TO_CELL, "o": TO_STATE, "c": TO_CELL, "ch": (1.0, 1.0)}
NOTHING: Mapping[Any, Any] = MappingProxyType({})
Block = tuple[str, bool]  # a gate's rows of W_h, and whether they stand transposed


@dataclass(frozen=True, eq=False, slots=True)
class Altered:
    """What is other than right. Whatever is not named is right.

    Args:
        factors: the factor of an edge, by the keys of `FACTORS`.
        read: how often what goes along an edge counts in each of `CHANNELS`, by the keys of `READ`.
        extra: edges that are none, with their factors, of the right run: from "h" or "c" before the step to a
            channel or gate.
        blocks: which rows of W_h a gate reads h_{t-1} by; none for None.
        rows: which gate's gradient stands in the rows of i, f, g, o.
        forward: how the states are computed, see `course.lstm_forwards`.
        gates: from what the gates are computed, see `course.lstm_atoms.entering`.
        carried: what of h and c goes into each step, (T, 2), as a function of T.
        only_uses: whether all that holds where parameters and inputs enter, and not where h and c do.
        only_states: whether it holds where h and c go in, and not where parameters and inputs do.
        only_first: whether it holds in step 1 alone.
        uses: what the errors at the steps are multiplied by, in the gradients of W_x, W_h and b: see
            `course.lstm_reads.USES`.
        losses: what is read of dH (T, h).
    """

    factors: Mapping[str, Product] = field(default_factory=lambda: NOTHING)
    read: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: NOTHING)
    extra: Mapping[tuple[str, str], Product] = field(default_factory=lambda: NOTHING)
    blocks: Mapping[str, Block | None] = field(default_factory=lambda: NOTHING)
    rows: str = GATES
    gates: str = "before"
    carried: Callable[[int], Array] | None = None
    only_uses: bool = False
    only_states: bool = False
    only_first: bool = False
    uses: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    losses: Callable[[Array], Array] | None = None
    forward: str = ""

    @property
    def in_a_step(self) -> bool:
        """Whether a step is other than right, and not only what goes on between them or is read of them."""
        other = self.factors or self.read or self.extra or self.blocks or self.forward
        return bool(other) or (self.rows, self.gates) != (GATES, "before")
