r"""The register of displayed equations: each one is either checked by a machine or declared a definition.

For the author of a chapter, in ``book/checks/<chapter>.py`` (the folder ``book/`` is on the import path)::

    from checks.registry import checked, definition

    definition("eq-bptt-loss", r"L = \frac{1}{T} \sum_{t=1}^{T} \ell(o_t, y_t)")

    @checked("eq-bptt-lemma", r"a_t = b_t + \sum_{i<t} \Bigl( \prod_{j=i+1}^{t} c_j \Bigr) b_i")
    def lemma(rng):
        '''The sum equals the recursion run step by step, on random numbers of mixed sign.'''
        ...                                     # assert; `rng` is a numpy Generator

The TeX is what stands between the dollars in the page. A run of spaces or line breaks counts as one space;
everything else counts, so a page edited without its check fails the build. The docstring is one sentence,
printed for the reader; it says what is compared with what.
"""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Check = Callable[[np.random.Generator], None]
FOLDER = Path(__file__).resolve().parent
_entries: dict[str, "Entry"] = {}


@dataclass(frozen=True)
class Entry:
    """One displayed equation: its label, its TeX, and the check (None for a definition)."""

    label: str
    tex: str
    source: str
    check: Check | None = None

    @property
    def kind(self) -> str:
        """`definition`, or `checked` by a machine."""
        return "definition" if self.check is None else "checked"

    @property
    def how(self) -> str:
        """The sentence for the reader: what is compared with what."""
        if self.check is None:
            return "A definition: there is nothing to check."
        return " ".join((inspect.getdoc(self.check) or "").split())


def normalise(tex: str) -> str:
    """The TeX with every run of white space made one space: how lines are broken does not count."""
    return " ".join(tex.split())


def _add(entry: Entry) -> None:
    if entry.label in _entries:
        raise ValueError(f"equation {entry.label} is registered twice")
    if not entry.label.startswith("eq-"):
        raise ValueError(f"equation {entry.label}: a label starts with eq-")
    if entry.check is not None and not entry.how.endswith("."):
        raise ValueError(f"equation {entry.label}: the check needs a docstring of one sentence")
    _entries[entry.label] = entry


def checked(label: str, tex: str) -> Callable[[Check], Check]:
    """Register the equation `label`, checked by the decorated function."""

    def register(check: Check) -> Check:
        _add(Entry(label, tex, Path(inspect.getfile(check)).name, check))
        return check

    return register


def definition(label: str, tex: str) -> None:
    """Register the equation `label` as a definition."""
    caller = inspect.stack()[1].filename
    _add(Entry(label, tex, Path(caller).name))


def entries() -> dict[str, Entry]:
    """Every registered equation, by label, after importing all modules of this folder."""
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem not in ("__init__", "registry"):
            importlib.import_module(f"checks.{path.stem}")
    return dict(_entries)
