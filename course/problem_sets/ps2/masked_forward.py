"""The forward pass of a batch of sequences of unequal lengths."""

from collections.abc import Callable, Iterator

import numpy as np

from course import draws
from course.compare import difference
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import RNN, Array
from course.problem_sets.ps2._masked_forward import (
    OUTPUTS,
    Lengths,
    given,
    unmasked,
    unmasked_throughout,
    zeroed,
)


def masked_forward(
    p: RNN, X: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """States and outputs of a batch of N sequences; sequence n has lengths[n] real steps, then padding.

    Formula: at a real step, t ≤ lengths[n]:  h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h),
                 o_t = W_qh h_t + b_q;
             in the padding, t > lengths[n]:  h_t = h_{t-1},  o_t = 0.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, N, d), time first. In the padding stands any finite number.
        lengths: integers from 1 to T, shape (N), in any order.
        h_0: initial states, shape (N, h).

    Returns:
        H: shape (T + 1, N, h); H[0] is h_0, H[t] is h_t, and so H[T] holds every sequence's last real state.
        O: shape (T, N, q); O[t-1] is o_t.
    """
    raise NotImplementedError("masked_forward: return H and O")


exercise = Exercise(masked_forward, title="A batch with padding", chapter="4 bptt", returns=("H", "O"))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; then unequal lengths, the longest as long as the array, or shorter."""
    drawn = []
    for T, longest in ((1, 1), (6, 6), (7, 6)):
        d, h, q, N = draws.sizes(rng, 4, T)
        lengths = draws.lengths(rng, N, longest) if T > 1 else np.ones(N, dtype=int)
        name = "T=1" if T == 1 else f"T={T}, lengths={lengths.tolist()}, d={d}, h={h}"
        p, X = draws.rnn(rng, d, h, q), rng.normal(size=(T, N, d))
        drawn.append(Case(name, (p, X, lengths, draws.away_from_zero(rng, N, h))))
    return drawn


@exercise.shaped
def shapes(p: RNN, X: Array, lengths: Array, h_0: Array) -> dict[str, tuple[int, ...]]:
    """States from step 0 on, outputs from step 1 on."""
    T, N, _ = X.shape
    return {"H": (T + 1, *h_0.shape), "O": (T, N, len(p.b_q))}


SEE = "Batches and masks"


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


@exercise.check("start", "H[0] is h_0.", points=1, see=SEE)
def start(run: Run) -> None:
    """Every sequence starts from its own state."""
    for case in run.cases:
        run.equal(run.parts(case)["H"][0], case.args[3], "H[0]", case)


@exercise.check("real_steps", "At every real step the state follows from the one before.", points=2, see=SEE)
def real_steps(run: Run) -> None:
    """The recursion itself is the law."""
    for case in run.cases:
        p, X, lengths, _ = case.args
        for t, rows, want in real_rows(run.parts(case)["H"], p, X, lengths):
            run.equal(rows, want, f"H[{t}], in the rows that are real there,", case)


@exercise.check("frozen", "In the padding the state stays as it is.", points=1, see=SEE)
def frozen(run: Run) -> None:
    """The last row holds every sequence's last real state."""
    for case in run.cases:
        lengths = case.args[2]
        for n, rows, kept in padded_rows(run.parts(case)["H"], lengths):
            T_n = lengths[n]
            run.equal(rows, kept, f"H[{T_n}:, {n}], a sequence of length {T_n},", case)


@exercise.check("outputs", "O is W_qh h_t + b_q at real steps, and zero in the padding.", points=1, see=SEE)
def outputs(run: Run) -> None:
    """Padding has no output, not even the bias."""
    for case in run.cases:
        p, _, lengths, _ = case.args
        for name, rows, want in output_rows(run.parts(case), p, lengths):
            run.equal(rows, want, name, case)


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


exercise.slip(
    "unmasked",
    "The state runs on into the padding: there it should stay as it is.",
    unmasked,
    SEE,
    as_if(),
)
exercise.slip(
    "unmasked_throughout",
    "There is no mask: in the padding the state should stay as it is, and O should be zero.",
    unmasked_throughout,
    SEE,
)
exercise.slip(
    "zeroed",
    "The state is zero in the padding: a mask that multiplies forgets h_{t-1}, which should be kept.",
    zeroed,
    SEE,
    as_if(),
)
for _name, _sentence, _value, _taken in OUTPUTS:
    exercise.slip(_name, _sentence, _value, SEE, as_if(_taken))
