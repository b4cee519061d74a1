"""The values that stand as factors in an LSTM's backward step, at every step of a run, by name.

A name is a quantity of step t: "i", "f", "g", "o" the gates; "c0", "c1" the cell before and after; "h0", "h1"
the state; "y", "y0" tanh of the cell after and before; "ai" what enters the gate i. "1-i" is 1 − i, "1-i2" is
1 − i², "i2" is i², "σ′(i)" and "tanh′(g)" are slopes taken there. A "<" behind it is the same a step before,
where step 1 takes the last one ("<<": its own), a ">" a step after, where the last takes the first (">>": its
own).
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from course.gated import LSTM, logistic
from course.models import Array

Product = tuple[str, ...]
GATES = "ifgo"
OTHERS: dict[str, Callable[[Array], Array]] = {  # what a slip opens a gate by
    "tanh": np.tanh,
    "logistic": logistic,
    "hard": lambda a: np.clip(0.2 * a + 0.5, 0, 1),
}


class Atoms:
    """The values of a run: each (T, h), made when they are asked for.

    `gates` says from what the gates are computed, and how: see `entering` and `opened`; with a "!" behind it,
    the cell after each step is computed from them anew.
    """

    def __init__(self, p: LSTM, X: Array, H: Array, C: Array, gates: str = "before") -> None:
        self.p, self.X, self.H, self.C, self.gates = p, X, H, C, gates.rstrip("!")
        self._found: dict[str, Array] = {}
        if gates.endswith("!"):
            self._found["c1"] = self["f"] * C[:-1] + self["i"] * self["g"]
            self._found["h1"] = self["o"] * np.tanh(self["c1"])

    @cached_property
    def a(self) -> dict[str, Array]:
        """What enters each gate (T, h)."""
        order = self.gates.removeprefix("rows ") if self.gates.startswith("rows ") else GATES
        read = entering(self.gates, self.p, self.X, self.H).reshape(len(self.X), 4, -1)
        return dict(zip(order, read.swapaxes(0, 1), strict=True))

    def products(self, wanted: Sequence[Product]) -> Array:
        """All those products (n, T, h); 1 of no values."""
        number: dict[str, int] = {}
        rows = [[number.setdefault(name, 1 + len(number)) for name in product] for product in wanted]
        values = np.stack([np.ones_like(self["c1"]), *map(self.__getitem__, number)])
        longest = max(map(len, rows), default=0)
        found = np.repeat(values[:1], len(wanted), 0)
        for column in zip(*(row + [0] * (longest - len(row)) for row in rows), strict=True):
            found *= values[list(column)]
        return found

    def opens(self, gate: str) -> bool:
        """Whether it opens that gate by another function."""
        kind, _, of = self.gates.partition(" ")
        return kind in OTHERS and gate in of

    def __getitem__(self, name: str) -> Array:
        if name not in self._found:
            self._found[name] = self._made(name)
        return self._found[name]

    def _made(self, name: str) -> Array:
        """The array of that name."""
        plain = {"c0": self.C[:-1], "c1": self.C[1:], "h0": self.H[:-1], "h1": self.H[1:]}
        for shifted, found in (("<<", self._own_first), (">>", self._own_last)):
            if name.endswith(shifted):
                return found(name[:-2])
        if name == "c0!":
            return np.concatenate([0 * self.C[:1], self.C[1:-1]])
        if name[-1] in "<>":
            return self._around(name[:-1], 1 if name[-1] == "<" else -1)
        if name.endswith("<r"):
            return Atoms(self.p, self.X, self.H, self.C, "step before")[name[:-2]]
        if name in GATES:
            return opened(self.gates, name, self.a[name])
        if name in plain:
            return plain[name]
        if name in ("y", "y0"):
            return np.tanh(self["c1" if name == "y" else "c0"])
        if name in ("0", "-1", "2"):
            return np.full_like(self["c1"], float(name))
        return self._made_of(name)

    def _made_of(self, name: str) -> Array:
        """Of another: a slope, a square, the rest to 1, or what enters a gate."""
        if name.startswith("1-"):
            return 1 - self[name[2:]]
        if name.startswith("1+"):
            return 1 + self[name[2:]]
        if name.startswith("σ′("):
            s = logistic(self[name[3:-1]])
            return np.asarray(s * (1 - s))
        if name.startswith("tanh′("):
            return np.asarray(1 - np.tanh(self[name[6:-1]]) ** 2)
        if name.startswith(("σ(", "tanh(")) and name.endswith(")"):
            start, of = name[:-1].split("(")
            return logistic(self[of]) if start == "σ" else np.tanh(self[of])
        if name.endswith("2"):
            return np.asarray(self[name[:-1]] ** 2)
        if name[0] == "a":
            return self.a[name[1:]]
        raise KeyError(f"no value of an LSTM's step is called {name!r}")

    def _around(self, name: str, steps: int) -> Array:
        """A step before or after, and the other end at the end: of a cell or state as it lies in (T+1, h)."""
        whole = {"c0": self.C, "h0": self.H, "c1": np.roll(self.C, -1, 0), "h1": np.roll(self.H, -1, 0)}
        if name in ("y", "y0"):
            return np.tanh(self._around("c1" if name == "y" else "c0", steps))
        if name in whole:
            return np.roll(whole[name], steps, 0)[:-1]
        return np.roll(self[name], steps, 0)

    def _own_first(self, name: str) -> Array:
        return np.concatenate([self[name][:1], self[name][:-1]])

    def _own_last(self, name: str) -> Array:
        return np.concatenate([self[name][1:], self[name][-1:]])


def entering(gates: str, p: LSTM, X: Array, H: Array) -> Array:
    """What enters the gates at every step (T, 4h): "before" is right, the others are as a slip has them."""
    read, x, b, T = H[:-1], X, p.b, len(X)
    if gates == "after":
        read = H[1:]
    elif gates == "two before":
        read = np.roll(H, 1, 0)[:-1]
    elif gates == "step before":
        read, x = np.roll(H, 1, 0)[:-1], np.roll(X, 1, 0)
    elif gates == "first":
        read = np.repeat(H[:1], T, 0)
    elif gates == "input before":
        x = np.roll(X, 1, 0)
    elif gates == "no state":
        read = 0 * read
    elif gates == "no input":
        x = 0 * x
    elif gates == "no bias":
        b = 0 * b
    elif gates == "forget bias":
        b = b + np.repeat([0.0, 1.0, 0.0, 0.0], len(b) // 4)
    W_h = p.W_h
    if gates == "turned":
        W_h = np.concatenate([W.T for W in np.split(W_h, 4)])
    return np.asarray(x @ p.W_x.T + read @ W_h.T + b)


def opened(gates: str, gate: str, a: Array) -> Array:
    """The value of a gate: "tanh i", "logistic g" and "hard ifo" are as a slip has those gates."""
    kind, _, of = gates.partition(" ")
    if gate in of and kind in OTHERS:
        return OTHERS[kind](a)
    return np.tanh(a) if gate == "g" else logistic(a)
