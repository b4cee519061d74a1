"""Parts of a GRU's step as the given network shows them, and steps made of others."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.gated import GRU
from course.models import Array
from course.problem_sets.ps5._gru_step import SHUT, original, reset_by, reset_gate, torch_step
from course.recognise.once import kept_once

ROWS = "rzn"
Fields = dict[str, list[Array]]  # the blocks r, z, n of each field
Change = Callable[[Fields], None]
Squash = Callable[[Array], Array]
Argument = Callable[..., Array]  # of u^n, W_h^n, b_h^n, h, r, z
Mix = Callable[[Array, Array, Array, Array], Array]  # of n, h, r, z


SMALL = 0.01  # so much of a pre-activation leaves its function far from where it is flat


def with_blocks(p: GRU, change: Change) -> GRU:
    """The parameters with some blocks changed."""
    fields: Fields = {name: list(np.split(part, 3)) for name, part in p._asdict().items()}
    change(fields)
    return GRU(**{name: np.concatenate(part) for name, part in fields.items()})


def first_rows(row: str, p: GRU) -> GRU:
    """The parameters with that row's blocks in the place of the reset gate's."""
    return with_blocks(p, partial(reordered, p._fields, row + "zn"))


@kept_once
def gates(p: GRU, x: Array, h: Array) -> tuple[Array, Array]:
    """r and z, as the given network shows them."""
    return reset_gate(p, x, h), reset_gate(first_rows("z", p), x, h)


@kept_once
def candidate(p: GRU, x: Array, h: Array) -> Array:
    """n: what the step gives with a shut update gate."""

    def shut(fields: Fields) -> None:
        fields["b_x"][1] = np.full_like(fields["b_x"][1], SHUT)

    return np.asarray(original(with_blocks(p, shut), x, h)["h_next"])


def arguments(row: str, p: GRU, x: Array, h: Array) -> Array:
    """What that row's function is taken of: from its value for a hundredth of it."""
    if row == "n":
        some = with_blocks(p, partial(blocks, p._fields, "n", partial(np.multiply, SMALL)))
        return np.asarray(np.arctanh(candidate(some, x, h)) / SMALL)
    q = first_rows(row, p)
    some = with_blocks(q, partial(blocks, p._fields, "r", partial(np.multiply, SMALL)))
    return np.asarray(2 * np.arctanh(2 * reset_gate(some, x, h) - 1) / SMALL)


def changed(change: Change, p: GRU, x: Array, h: Array) -> Parts:
    """The step of other parameters."""
    return original(with_blocks(p, change), x, h)


def mixed(mix: Mix, p: GRU, x: Array, h: Array) -> Parts:
    """Candidate and state put together in another way."""
    return {"h_next": mix(candidate(p, x, h), h, *gates(p, x, h))}


def mixed_open(mix: Mix, p: GRU, x: Array, h: Array) -> Parts:
    """The same with the candidate of a state that is not reset."""
    r, z = gates(p, x, h)
    return {"h_next": mix(candidate(reset_by(np.ones_like(r), p), x, h), h, r, z)}


def argued(argument: Argument, p: GRU, x: Array, h: Array) -> Parts:
    """The given network, whose candidate has another argument."""
    W_h, b_h = np.split(p.W_h, 3)[2], np.split(p.b_h, 3)[2]
    u = (p.W_x @ x + p.b_x)[-len(h) :]
    a = argument(u, W_h, b_h, h, *gates(p, x, h))

    def given(fields: Fields) -> None:
        for part in fields.values():
            part[2] = 0 * part[2]
        fields["b_x"][2] = a

    return {"h_next": torch_step(with_blocks(p, given), x, h)}


def squashed(rows: str, squash: Squash, mix: Mix, p: GRU, x: Array, h: Array) -> Parts:
    """Another function at the candidate, or at one of the gates or both."""
    r, z = gates(p, x, h)
    if rows == "n":
        n = squash(arguments("n", p, x, h))
    else:
        r, z = (squash(arguments(row, p, x, h)) if row in rows else v for row, v in (("r", r), ("z", z)))
        n = candidate(reset_by(r, p), x, h) if "r" in rows else candidate(p, x, h)
    return {"h_next": mix(n, h, r, z)}


def rereading(row: str, p: GRU, x: Array, h: Array) -> Parts:
    """A gate that reads the state after the other gate."""
    r, z = gates(p, x, h)
    by = partial(np.multiply, z if row == "r" else r)
    if row == "z":
        return {"h_next": torch_step(with_blocks(reset_by(r, p), partial(blocks, ("W_h",), "z", by)), x, h)}
    return changed(partial(blocks, ("W_h",), "r", by), p, x, h)


def blocks(fields: tuple[str, ...], rows: str, change: Callable[[Array], Array], all_of: Fields) -> None:
    """Some blocks changed."""
    for name in fields:
        for row in rows:
            all_of[name][ROWS.index(row)] = change(all_of[name][ROWS.index(row)])


def reordered(fields: tuple[str, ...], order: str, all_of: Fields) -> None:
    """The blocks of some fields in another order."""
    for name in fields:
        all_of[name] = [all_of[name][ROWS.index(row)] for row in order]
