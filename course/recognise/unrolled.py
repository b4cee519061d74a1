"""What an exercise declares so that its answers can be taken apart: its sequences and their names."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from course.models import Array
from course.recognise.claims import Claim
from course.recognise.composed import COMPOSED
from course.recognise.counted import counted, gradient
from course.recognise.counting import Truncation, counts
from course.recognise.once import kept_once
from course.recognise.outputs import Error
from course.recognise.patterns import ALL, PATTERNS, Pattern
from course.recognise.rules import RIGHT, RULES, SCALED, USES, Rule
from course.recognise.sequences import Sequence, Terms, after_one_step, lengthened, responses, terms

Parts = dict[str, Array]
AFTER_H_0 = 4  # arguments p, X, Y, h_0 come before those that say how to truncate
OUTPUT = ("W_qh", "b_q")  # they hold whatever the way back is
WEIGHTS = ("W_hx", "W_hh", "b_h", "W_qh", "b_q")


@dataclass(frozen=True)
class Unrolled:
    """A gradient exercise as sequences of an RNN.

    Args:
        sequences: `sequences(*args)`: one, or one for every row of a batch.
        names: what the exercise calls the gradients of W_hx, W_hh, b_h, W_qh, b_q, X, h_0.
        batch: the letter B if X is (T, B, d) and h_0 (B, h); "" if there is one sequence.
        truncation: the right counts, if they are not all ones; they may depend on the arguments after h_0.
        many: `many(rng)`: arguments with 7 steps and 8 units, in which every path is visible.
        rules, patterns: the mistakes that it may show, with the words that fit it.
        see: where errors and products are explained; `error` is what a loss sends back.
        length: the number of steps that divides the losses of a sequence.
        sent: the sequences that errors are sent through, if these are longer.
        more_errors: `more_errors(*args)`: further altered errors (B, T, q), as long as `sent`.
    """

    sequences: Callable[..., list[Sequence]]
    names: dict[str, str]
    many: Callable[[np.random.Generator], tuple[Any, ...]]
    batch: str = ""
    truncation: Truncation | None = None
    summed: ClassVar[bool] = True  # over the losses and uses
    tabled: ClassVar[bool] = True  # errors and products are compared with whole tables of altered ones
    scaled: ClassVar[Claim] = SCALED
    asked: ClassVar[dict[str, str]] = {}  # by the name of an error, what else it may be
    see: str = USES
    error: str = "The output error"
    length: str = "T"
    sent: Callable[..., list[Sequence]] | None = None
    more_errors: Callable[..., list[tuple[Error, Array]]] | None = None
    rules: tuple[Rule, ...] = (*RULES, *COMPOSED)
    patterns: tuple[Pattern, ...] = PATTERNS

    def __post_init__(self) -> None:
        """The sequences of a case are run once, however many mistakes are asked for."""
        object.__setattr__(self, "sequences", kept_once(self.sequences))

    def right(self, args: tuple[Any, ...]) -> Array:
        """The right counts α (T, T)."""
        T = max(len(s.X) for s in self.sequences(*args))
        if self.truncation is None:
            return ALL.triangle(T)
        return counts(self.truncation.alpha, T, *args[AFTER_H_0:])[:, 1:]

    def of_initial(self, args: tuple[Any, ...]) -> Array:
        """The right counts of h_0 (T)."""
        T = max(len(s.X) for s in self.sequences(*args))
        if self.truncation is None:
            return np.ones(T)
        return counts(self.truncation.alpha, T, *args[AFTER_H_0:])[:, 0]

    def assembled(self, name: str, values: Array, steps: int) -> Array:
        """What a part is, from each use's own value (Z, B, K, …), for Z of them at once: (Z, …)."""
        if name in WEIGHTS:
            return np.asarray(values.sum(axis=(1, 2)))
        if name == "X":
            values = lengthened(values, steps, axis=2)
            return np.moveaxis(values, 1, 2) if self.batch else values[:, 0]
        return values[:, :, 0] if self.batch else values[:, 0, 0]

    def mistaken(self, args: tuple[Any, ...]) -> list[Array]:
        """The counts (T, T) of every mistake that is known of a truncation."""
        T, known = max(len(s.X) for s in self.sequences(*args)), self.truncation
        found = known.mistakes if known else ()
        return [counts(m.alpha, T, *args[AFTER_H_0:])[:, 1:] for m in found if "W_hh" in m.parts]

    def terms(self, args: tuple[Any, ...], rule: Rule = RIGHT) -> list[Terms]:
        """The terms of every sequence under a rule."""
        return self.by_rule(args)(rule)

    def by_rule(
        self, args: tuple[Any, ...], only: Container[str] | None = None
    ) -> Callable[[Rule], list[Terms]]:
        """The same as a function of the rule, for many rules: the sequences are run once."""
        rows = self.sequences(*args)
        return lambda rule: [terms(s, rule, only) for s in rows]

    def whole(self, args: tuple[Any, ...], steps: int) -> Callable[[Rule, Pattern, Container[str]], Parts]:
        """`parts` as a function of the rule, the pattern and the names wanted, for many of them."""
        rows = self.sequences(*args)
        right = [responses(s) for s in rows]

        def under(rule: Rule, pattern: Pattern, only: Container[str]) -> Parts:
            wanted = [name for name, mine in self.names.items() if mine in only]
            known = right if rule is RIGHT or {*wanted} <= {*OUTPUT} else [responses(s, rule) for s in rows]
            found = [gradient(s, one, rule, pattern, wanted) for s, one in zip(rows, known, strict=True)]
            return self.joined(found, wanted, steps)

        return under

    def through_W_hh(self, args: tuple[Any, ...], rule: Rule = RIGHT) -> Array:
        """G (T, T, h, h): the gradient of loss t through the use of W_hh at step k, summed over a batch."""
        found = self.by_rule(args, {"W_hh"})(rule)
        return np.sum([t["W_hh"] for t in found], axis=0)  # type: ignore[no-any-return]

    def steps(self, parts: Parts) -> int:
        """The steps of ∂L/∂X, padding included."""
        return len(parts[self.names["X"]])

    def parts(
        self,
        found: list[Terms],
        pattern: Pattern = ALL,
        steps: int = 0,
        only: Container[str] | None = None,
    ) -> Parts:
        """Terms summed as the pattern counts them, under the exercise's names; X padded to `steps`.

        `only` chooses some of those names.
        """
        wanted = [name for name, mine in self.names.items() if only is None or mine in only]
        rows = [counted({n: t for n, t in one.items() if n in wanted}, pattern) for one in found]
        return self.joined(rows, wanted, steps)

    def joined(self, rows: list[Parts], wanted: list[str], steps: int) -> Parts:
        """The parts of a batch from those of its rows, under the exercise's names."""
        result = {}
        for name in wanted:
            values, mine = [row[name] for row in rows], self.names[name]
            if name in WEIGHTS:
                result[mine] = np.sum(values, axis=0)
            elif name == "X" and self.batch:
                longest = max(steps, *map(len, values))
                values = [lengthened(v, longest) for v in values]
                result[mine] = np.stack(values, axis=1)
            else:
                result[mine] = np.stack(values) if self.batch else values[0]
        return result

    def numbers(self, args: tuple[Any, ...]) -> dict[str, float]:
        """What a mean or a sum too many multiplies by: steps T, outputs q, units h, inputs d, a batch's B."""
        sequences = self.sequences(*args)
        T, B = float(max(len(s.X) for s in sequences)), float(len(sequences))
        outputs = {"q": float(len(sequences[0].p.W_qh))} if "W_qh" in self.names else {}
        batch = {self.batch: B, f"T·{self.batch}": T * B} if self.batch else {}
        h, d = map(float, sequences[0].p.W_hx.shape)
        return {"T": T} | outputs | batch | {"h": h, "d": d}

    def further(self, seen: Any) -> tuple[Any, ...]:
        """The claims that only this exercise knows, where one explains every part in every case."""
        return ()

    def nearby(self, args: tuple[Any, ...]) -> dict[str, Parts]:
        """Other derivatives that a part may hold by mistake, by the sentence that says so."""
        rows, mine = self.sequences(*args), self.names["h_0"]
        it = mine if mine != "h_0" else "The gradient of h_0"
        of_h1, of_a1 = [after_one_step(s) for s in rows], [responses(s)[0][:, 0].sum(0) for s in rows]
        pick = np.stack if self.batch else (lambda found: found[0])
        if rows[0].linear:
            return {f"{it} is ∂L/∂h_1: one more step, through W_hhᵀ, leads to h_0.": {mine: pick(of_h1)}}
        return {
            f"{it} is ∂L/∂h_1: one more step, through W_hh and the slope, leads to h_0.": {mine: pick(of_h1)},
            f"{it} is ∂L/∂a_1: it still has to go through W_hh to reach h_0.": {mine: pick(of_a1)},
            f"{it} is W_hh ∂L/∂a_1; it should be W_hhᵀ ∂L/∂a_1.": {
                mine: pick([s.p.W_hh @ a for s, a in zip(rows, of_a1, strict=True)])
            },
        } | ({} if self.batch else self._products_of_sums(args))

    def _products_of_sums(self, args: tuple[Any, ...]) -> dict[str, Parts]:
        (s,) = self.sequences(*args)
        right, (_, before, after) = counted(terms(s), ALL), s.values
        bias, error = right["b_h"], right["b_q"]
        sums = {"W_hx": (bias, s.X), "W_hh": (bias, before), "W_qh": (error, after)}
        return {
            f"{self.names[name]} is a product of sums; it is a sum over steps of products.": {
                self.names[name]: np.outer(left, right_hand.sum(0))
            }
            for name, (left, right_hand) in sums.items()
            if name in self.names
        }
