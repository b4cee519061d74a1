"""Mistakes in a GRU's forward step, put together: what each gate reads, its function, the reset, the mix."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps5._gru_step_parts import (
    ROWS,
    Argument,
    Squash,
    argued,
    blocks,
    changed,
    mixed,
    mixed_open,
    reordered,
    rereading,
    squashed,
)


def logistic(a: Array) -> Array:
    """σ."""
    return np.asarray(0.5 + 0.5 * np.tanh(a / 2))


SQUASHES: dict[str, tuple[str, Squash]] = {
    "tanh": ("tanh", np.tanh),
    "logistic": ("σ", logistic),
    "nothing": ("nothing", lambda a: a),
    "one_less": ("1 − σ", lambda a: 1 - logistic(a)),
}
WEIGHTS: dict[str, tuple[str, Callable[[Array, Array], Any]]] = {
    "z": ("z", lambda r, z: z),
    "not_z": ("(1 − z)", lambda r, z: 1 - z),
    "one": ("1", lambda r, z: 1.0),
    "none": ("0", lambda r, z: 0.0),
    "r": ("r", lambda r, z: r),
    "not_r": ("(1 − r)", lambda r, z: 1 - r),
    "minus_z": ("(−z)", lambda r, z: -z),
    "plus_z": ("(1 + z)", lambda r, z: 1 + z),
}
ARGUMENTS: dict[str, tuple[str, Argument]] = {  # of the candidate
    "reset_everywhere": (
        "r multiplies the whole argument of the candidate",
        lambda u, W, b, h, r, z: r * (u + W @ h + b),
    ),
    "reset_everywhere_too": (
        "r multiplies the whole argument of the candidate beside the state",
        lambda u, W, b, h, r, z: r * (u + W @ (r * h) + b),
    ),
    "input_reset_too": ("r multiplies u^n, too", lambda u, W, b, h, r, z: r * u + W @ (r * h) + b),
    "input_reset_alone": ("r multiplies u^n and not h", lambda u, W, b, h, r, z: r * u + W @ h + b),
    "bias_inside": (
        "b_h^n is added before the product with W_h^n",
        lambda u, W, b, h, r, z: u + W @ (r * h + b),
    ),
    "bias_inside_reset": (
        "b_h^n is added before the product with W_h^n, and reset as well",
        lambda u, W, b, h, r, z: u + W @ (r * (h + b)),
    ),
    "reset_twice": ("r multiplies h twice", lambda u, W, b, h, r, z: u + W @ (r * r * h) + b),
    "reset_twice_after": (
        "r multiplies h and the product",
        lambda u, W, b, h, r, z: u + r * (W @ (r * h)) + b,
    ),
    "update_for_reset": ("z multiplies h", lambda u, W, b, h, r, z: u + W @ (z * h) + b),
    "not_update_for_reset": ("1 − z multiplies h", lambda u, W, b, h, r, z: u + W @ ((1 - z) * h) + b),
    "both_gates": ("r and z multiply h", lambda u, W, b, h, r, z: u + W @ (r * z * h) + b),
    "reset_added": ("r is added to h", lambda u, W, b, h, r, z: u + W @ (r + h) + b),
    "gate_alone": ("r stands for r ⊙ h", lambda u, W, b, h, r, z: u + W @ r + b),
    "torch_without_bias": (
        "r multiplies the product, and b_h^n is missing",
        lambda u, W, b, h, r, z: u + r * (W @ h),
    ),
    "torch_turned": ("1 − r multiplies the product", lambda u, W, b, h, r, z: u + (1 - r) * (W @ h + b)),
}


Slip = tuple[str, str, Callable[..., Parts]]
SETS = ("r", "z", "n", "rz", "rzn")


def _fields() -> Iterator[Slip]:
    """A block left out, doubled, transposed, or that of another row."""
    said = {"W_x": "W_x", "W_h": "W_h", "b_x": "b_x", "b_h": "b_h"}
    for name in said:
        for rows in SETS:
            where = f"{name} at {', '.join(rows)}"
            for kind, how, factor in (("missing", "is missing", 0.0), ("twice", "counts twice", 2.0)):
                change = partial(blocks, (name,), rows, partial(np.multiply, factor))
                yield f"{name}_{kind}_at_{rows}", f"{where} {how}.", partial(changed, change)
            if name == "W_h":
                change = partial(blocks, (name,), rows, np.transpose)
                yield f"transposed_at_{rows}", f"{where} is transposed.", partial(changed, change)
    of = {**{name: (name,) for name in said}, "u": ("W_x", "b_x"), "v": ("W_h", "b_h"), "b": ("b_x", "b_h")}
    orders = {"".join(order) for order in permutations(ROWS)} - {ROWS}
    once = {ROWS[:k] + other + ROWS[k + 1 :] for k in range(3) for other in ROWS} - {ROWS}
    for name, which in (*of.items(), ("all", ("W_x", "W_h", "b_x", "b_h"))):
        for order in sorted(orders | once):
            if name == "all" and order in ("zrn", *once):
                continue
            yield (
                f"{name}_read_as_{order}",
                f"In {' and '.join(which)} the blocks are taken as those of {', '.join(order)} where "
                "r, z, n belong.",
                partial(changed, partial(reordered, which, order)),
            )


def _functions() -> Iterator[Slip]:
    """Another function at a gate, or at the candidate."""
    for rows in SETS[:4]:
        for name, (said, squash) in SQUASHES.items():
            if (rows == "n" and name == "tanh") or (rows != "n" and name == "logistic"):
                continue
            if (rows, name) in (("z", "one_less"), ("r", "one_less")):
                continue  # these have plain names
            right = "tanh" if rows == "n" else "σ"
            yield (
                f"{name}_at_{rows}",
                f"At {' and '.join(rows)} stands {said}, where {right} belongs.",
                partial(squashed, rows, squash, partial(weighed, "not_z", "z", False)),
            )


def weighed(n_by: str, h_by: str, reset: bool, n: Array, h: Array, r: Array, z: Array) -> Array:
    """Candidate and state, or the state that was reset, by their weights."""
    return np.asarray(WEIGHTS[n_by][1](r, z) * n + WEIGHTS[h_by][1](r, z) * (r * h if reset else h))


def _mixes() -> Iterator[Slip]:
    """Other weights of candidate and state, or the state that was reset."""
    for n_by in WEIGHTS:
        for h_by in WEIGHTS:
            for reset in (False, True):
                if (n_by, h_by, reset) in (("not_z", "z", False), ("z", "not_z", False)):
                    continue  # right, and one with a plain name
                if (reset and h_by not in ("z", "not_z")) or (n_by, h_by) == ("none", "none"):
                    continue
                state = "r ⊙ h" if reset else "h"
                yield (
                    f"mix_{n_by}_{h_by}{'_reset' if reset else ''}",
                    f"h′ is made as {WEIGHTS[n_by][0]} ⊙ n + {WEIGHTS[h_by][0]} ⊙ {state}; it should be "
                    "(1 − z) ⊙ n + z ⊙ h.",
                    partial(mixed, partial(weighed, n_by, h_by, reset)),
                )
    yield (
        "candidate_reset",
        "r multiplies n, and not h: it acts on the state that the candidate reads.",
        partial(mixed_open, lambda n, h, r, z: (1 - z) * (r * n) + z * h),
    )


SLIPS: tuple[Slip, ...] = (
    *_fields(),
    *_functions(),
    *[
        (name, f"{said}; n's argument should be u^n + W_h^n (r ⊙ h) + b_h^n.", partial(argued, of))
        for name, (said, of) in ARGUMENTS.items()
    ],
    *_mixes(),
    ("z_reads_reset", "z is computed from r ⊙ h; it should read h.", partial(rereading, "z")),
    ("r_reads_updated", "r is computed from z ⊙ h; it should read h.", partial(rereading, "r")),
)
