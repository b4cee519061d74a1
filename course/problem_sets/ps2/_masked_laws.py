"""What holds of the states and outputs of a batch with padding, row by row."""

from collections.abc import Callable, Iterator

import numpy as np

from course.compare import difference
from course.exercise import Parts
from course.models import RNN, Array


def real_rows(H: Array, p: RNN, X: Array, lengths: Array) -> Iterator[tuple[int, Array, Array]]:
    """Step by step, the rows of H that are real, and what follows from the step before."""
    for t in range(1, len(H)):
        real = lengths >= t
        a = X[t - 1, real] @ p.W_hx.T + H[t - 1, real] @ p.W_hh.T + p.b_h
        yield t, H[t, real], np.tanh(a)


def padded_rows(H: Array, lengths: Array) -> Iterator[tuple[int, Array, Array]]:
    """Sequence by sequence, its states in the padding, and its last real one as often."""
    for n, T_n in enumerate(lengths):
        yield n, H[T_n:, n], np.broadcast_to(H[T_n, n], H[T_n:, n].shape)


def output_rows(got: Parts, p: RNN, lengths: Array) -> Iterator[tuple[str, Array, Array]]:
    """Sequence by sequence, its real outputs and those in the padding, and what they should be by H."""
    for n, T_n in enumerate(lengths):
        O = got["O"][:, n]
        yield f"O[:{T_n}, {n}]", O[:T_n], got["H"][1 : T_n + 1, n] @ p.W_qh.T + p.b_q
        yield f"O[{T_n}:, {n}]", O[T_n:], np.zeros_like(O[T_n:])


Lengths = Callable[[Array, int], Array]  # of the lengths (N) and T: other lengths


def given(lengths: Array, T: int) -> Array:
    """The lengths themselves."""
    return lengths


def whole(lengths: Array, T: int) -> Array:
    """As if there were no padding."""
    return np.full_like(lengths, T)


def as_if(*others: Lengths) -> Callable[..., bool]:
    """The other result is right for the lengths as they are, or for others: by its law, not by its value."""

    def lawful(name: str, got: Parts, p: RNN, X: Array, lengths: Array, h_0: Array) -> bool:
        def agree(taken: Array) -> bool:
            if name == "O":
                rows = [row[1:] for row in output_rows(got, p, taken)]
            else:
                H = got["H"]
                rows = [row[1:] for row in (*real_rows(H, p, X, taken), *padded_rows(H, taken))]
                rows.append((H[0], h_0))
            return all(difference(found, want) is None for found, want in rows)

        return any(agree(other(lengths, len(X))) for other in (given, *others))

    return lawful


Mask = Callable[[int, Array, int], Array]  # of t, the lengths (N) and T: which rows are real


def by_mask(*masks: Mask) -> Callable[..., bool]:
    """O is right for the states that came back, by the lengths as they are or by one of these masks."""

    def lawful(name: str, got: Parts, p: RNN, X: Array, lengths: Array, h_0: Array) -> bool:
        O, T = got["H"][1:] @ p.W_qh.T + p.b_q, len(X)

        def masked(mask: Mask) -> Array:
            return np.asarray(O * np.stack([mask(t, lengths, T) for t in range(1, T + 1)])[:, :, None])

        every = (lambda t, lengths, T: t <= lengths, *masks)
        return name == "O" and any(difference(got["O"], masked(mask)) is None for mask in every)

    return lawful
