"""The factors of the products whose sum is a gradient through time, and others that stand in their place.

∂L/∂W_hx, ∂L/∂W_hh and ∂L/∂W_qh are Σ_t w_t · left_t ⊗ right_t. The left factors come from tangents taken
forwards (`course.recognise.sequences`), the right ones from the run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.recognise.errors import altered
from course.recognise.outputs import moved
from course.recognise.rules import RULES, Rule
from course.recognise.sequences import Sequence, lengthened, responses

ADDED_UP = ("factor_added_up", "A factor of the products is added up over the steps: each step has its own.")
OF_OTHER_STEPS = ("error_before", "error_after", "errors_added_up")
ALONE = ("losses_by_step", "last_loss_twice", "first_loss_twice", "error_squared", "error_without_sign")
UNSLOPED = Rule("", "", "", use_slope=False)
READ_BEFORE = next(rule for rule in RULES if rule.name == "output_state_before")


@dataclass(frozen=True)
class Factor:
    """One factor in every sequence and step, (B, T, …), and the mistake that it is."""

    name: str
    sentence: str
    values: Array


def _padded(rows: list[Array]) -> Array:
    """Rows of different lengths (T_b, …), with zeros behind: (B, T, …)."""
    T = max(map(len, rows))
    return np.stack([lengthened(r, T) for r in rows])


def deltas(rows: list[Sequence], alpha: Array, initial: Array) -> tuple[Array, list[Factor]]:
    """∂L/∂a_t (B, T, h), counted by alpha, and what may stand in its place."""
    whole, sent, carried, own = [], [], [], []
    for s in rows:
        n = len(s.X)
        found, of_h_0 = responses(s)
        plain = responses(s, UNSLOPED)[0]
        counts = alpha[:n, :n]
        whole.append(np.einsum("tk,tkh->kh", counts, found))
        own.append(np.diagonal(counts)[:, None] * np.einsum("kkh->kh", plain))
        carried.append(np.einsum("tk,tkh->kh", counts, plain) - own[-1])
        sent.append(np.vstack([initial[:n] @ of_h_0, carried[-1][:-1]]))
    right = _padded(whole)
    linear = rows[0].linear
    of_sum = "∂L/∂h_t" if linear else "∂L/∂a_t"
    both = "both parts are added" if linear else "that is the slope times both parts"
    sent_on = (
        "∂L/∂h_{t-1} stands where ∂L/∂h_t belongs: one factor W_hhᵀ too many."
        if linear
        else "What goes back to h_{t-1} stands where ∂L/∂a_t belongs."
    )
    return right, [
        Factor(
            "carry_alone",
            f"What comes back from step t+1 stands where {of_sum} belongs: {both}.",
            _padded(carried),
        ),
        Factor("carry_sent", sent_on, _padded(sent)),
        Factor(
            "own_error_unsloped",
            f"The step's own error alone stands where {of_sum} belongs: {both}.",
            _padded(own),
        ),
        *_any(
            "one_delta", f"{of_sum} of one step is used at every step.", [right[:, :1], right[:, -1:]], right
        ),
        *_any(
            *ADDED_UP,
            _sums(right),
            right,
        ),
    ]


def errors(
    rows: list[Sequence], batch: bool, said: Callable[[str], str], alone: bool
) -> tuple[Array, list[Factor]]:
    """The output errors (B, T, q), and the altered ones; `said` words their sentences.

    Those of other steps are left out: as products they are those of other states. Where the errors are
    added `alone`, few others are told apart.
    """
    right = _padded([s.read_after["b_q"] for s in rows])
    known = [
        (e, values)
        for e, values in altered(rows, batch)
        if e.name not in OF_OTHER_STEPS and (e.name in ALONE or not alone)
    ]
    return right, [Factor(e.name, said(e.sentence), values) for e, values in known]


def inputs(rows: list[Sequence], batch: bool) -> tuple[Array, list[Factor]]:
    """x_t (B, T, d), and what else W_hx may be thought to multiply."""
    X, right = [s.X for s in rows], _padded([s.X for s in rows])
    own = "W_hx multiplies the input of the same step."
    return right, [
        *[
            Factor(name, f"{said} is used where x_t belongs: {own}", _padded([moved(x, by)[kind] for x in X]))
            for name, said, by in (("input_before", "x_{t-1}", -1), ("input_after", "x_{t+1}", 1))
            for kind in ("around", "none", "end")
        ],
        *_of_all_steps("input", right, own, batch),
    ]


def states(rows: list[Sequence], batch: bool, first: int) -> tuple[Array, list[Factor]]:
    """The states that W_hh (first = 0: h_{t-1}) or W_qh (first = 1: h_t) multiplies, and others."""
    runs = [np.vstack([s.h_0, s.values[2]]) for s in rows]
    right = _padded([run[first : first + len(run) - 1] for run in runs])
    name, own = (
        ("state", "W_hh multiplies the state before the step.")
        if first == 0
        else ("output_state", "the output reads the state after the step.")
    )
    mine = ("h_{t-1}", "h_t")[first]

    def read(by: int) -> list[Array]:
        made = [moved(r, by + first) | {"later": moved(r[1:], by + first - 1)["around"]} for r in runs]
        kinds = ("around", "none", "end", "later")  # the last: around the states without h_0
        return [_padded([m[kind][: len(m["later"])] for m in made]) for kind in kinds]

    sums = [s.values[0] for s in rows]
    before = [np.vstack([s.h_0, a[:-1]]) for s, a in zip(rows, sums, strict=True)]
    moves = (
        (
            ("state_around", "At step 1 the last state stands where h_0 belongs: index −1 is the end.", 0),
            ("state_before", f"h_{{t-2}} is used where {mine} belongs: {own}", -1),
            ("state_after_next", f"h_{{t+1}} is used where {mine} belongs: {own}", 2),
        )
        if first == 0
        else (
            ("output_state_before", READ_BEFORE.sentence, -1),
            ("output_state_after", f"h_{{t+1}} is used where {mine} belongs: {own}", 1),
        )
    )
    return right, [
        *[Factor(n, sentence, values) for n, sentence, by in moves for values in read(by)[0 if by else -1 :]],
        *_any(
            f"{name}_unsquashed",
            f"a stands where the state {mine} = tanh(a) belongs.",
            [_padded(sums), _padded(before)],
            right,
        ),
        *_any(
            f"{name}_changed",
            f"A function of the state stands where the state {mine} itself belongs.",
            [np.tanh(right), 1 - right**2, right**2, np.abs(right)],
            right,
        ),
        *_of_all_steps(name, right, own, batch and first == 0),
    ]


def _of_all_steps(name: str, right: Array, own: str, batch: bool) -> list[Factor]:
    """Of other steps and sequences: one and the same, in reverse order, added up, mixed in the batch."""
    noun, same = name.replace("_", " "), [right[:, :1], right[:, -1:]]
    if name != "output_state":  # there it is a mean of the errors
        same.append(right.mean(axis=1, keepdims=True))
    found = [
        *_any(f"one_{name}", f"One and the same {noun} is used at every step: {own}", same, right),
        Factor(f"{name}s_reversed", f"The {noun}s are in reverse order: {own}", right[:, ::-1]),
        *_any(*ADDED_UP, _sums(right), right),
    ]
    its = "x_t" if name == "input" else "h_{t-1}"
    mixed = (
        f"The {noun}s of the batch are added up or averaged before the product: "
        f"each sequence's ∂L/∂a_t meets its own {its}."
    )
    sums = [right.sum(axis=0), right.mean(axis=0)] if batch else []
    return found + _any(f"{name}s_of_the_batch", mixed, sums, right)


def _sums(right: Array) -> list[Array]:
    return [np.cumsum(right, axis=1), np.cumsum(right[:, ::-1], axis=1)[:, ::-1]]


def _any(name: str, sentence: str, ways: list[Array], right: Array) -> list[Factor]:
    """Several ways to make one mistake."""
    return [Factor(name, sentence, way + 0 * right) for way in ways]
