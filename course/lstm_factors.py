"""The factors on the edges of an LSTM's step under many alterations at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from course.lstm_atoms import GATES, Atoms, Product, opened
from course.lstm_graph import FACTORS, Altered
from course.models import Array

if TYPE_CHECKING:
    from course.lstm_many import Run


class Several(Atoms):
    """The values of several runs, each (K, T, h); those of other steps are not among them."""

    def __init__(self, runs: Sequence[Atoms]) -> None:
        self.runs = runs
        self._found = {}

    def _made(self, name: str) -> Array:
        if name in ("c0", "c1"):
            return np.stack([one[name] for one in self.runs])
        if name in GATES:
            found = opened("", name, np.stack([one.a[name] for one in self.runs]))
            for k, one in enumerate(self.runs):
                if one.opens(name):
                    found[k] = one[name]
            return found
        if name == "y":
            return np.tanh(self["c1"])
        return self._made_of(name)


def factors(run: "Run", slips: Sequence[Altered]) -> tuple[dict[str, Array], dict[str, Array]]:
    """The factor of each edge (K, T, h) where states go along, and of each gate where parameters do."""
    plain = run.atoms("before")
    right = dict(zip(FACTORS, plain.products([*FACTORS.values()]), strict=True))
    at = {edge: np.repeat(value[None], len(slips), 0) for edge, value in right.items()}
    elsewhere = [k for k, slip in enumerate(slips) if slip.forward or slip.gates != "before"]
    if elsewhere:
        _put_runs(at, run, slips, elsewhere)
    _put_factors(at, plain, slips, {*elsewhere})
    uses = {gate: at[gate].copy() for gate in GATES}
    for gate, value in right.items():
        if gate in uses:
            uses[gate][[slip.only_states for slip in slips]] = value
        at[gate][[slip.only_uses for slip in slips]] = value
    return at, uses


def _put_runs(at: dict[str, Array], run: "Run", slips: Sequence[Altered], these: Sequence[int]) -> None:
    """The right factors, of the values of these alterations' own runs."""
    number: dict[tuple[str, str], int] = {}
    whose = [number.setdefault((slips[k].gates, slips[k].forward), len(number)) for k in these]
    values = Several(run.several(list(number))).products([*FACTORS.values()])
    for edge, value in zip(FACTORS, values, strict=True):
        at[edge][these] = value[whose]
    for k in these:
        for edge, factor in slips[k].factors.items():
            at[edge][k] = run.atoms(slips[k].gates, slips[k].forward).products([factor])[0]


def _put_factors(at: dict[str, Array], plain: Atoms, slips: Sequence[Altered], but: set[int]) -> None:
    """The factors that stand on edges, of the plain values: in all but those alterations."""
    number: dict[Product, int] = {}
    where: dict[str, tuple[list[int], list[int]]] = {edge: ([], []) for edge in FACTORS}
    for k, slip in enumerate(slips):
        for edge, factor in slip.factors.items() if k not in but else ():
            where[edge][0].append(k)
            where[edge][1].append(number.setdefault(factor, len(number)))
    values = plain.products([*number])
    for edge, (these, which) in where.items():
        at[edge][these] = values[which]
