"""The capstone: weights with which a given LSTM adds two numbers that stand far apart."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from course import draws
from course.adding import Adder, adding_outputs, adding_task
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array


def adding_weights() -> Adder:
    """Weights with which the given LSTM solves the adding task, at 50 steps and at other lengths.

    `adding_task(seed, N, T)` draws sequences, `adding_outputs(p, X)` runs the network: an LSTM and one linear
    output, read at the last step. Train it in a program of your own. Save the weights as `adding_weights.npz`
    beside this notebook, load them here, and hand in both files:

        with np.load("adding_weights.npz") as file:
            return Adder(**file)

    The judge runs your weights on sequences of its own. With "error" for the mean squared error:

    * At 50 steps the error is at most 0.01, and so it is at 25. (Saying 1 to everything has the error 1/6,
      knowing one of the two numbers 1/12.)
    * At 100 and at 200 steps it is at most 0.04.
    * At 50 steps, wherever the two marks stand, it is at most 0.04 for these places alone.

    Other draws give other errors: leave a margin.

    Returns:
        p: W_x (4h, 2), W_h (4h, h), b (4h), W_qh (1, h), b_q (1), with h from 1 to 32.
    """
    raise NotImplementedError("adding_weights: return an Adder")


MOST_UNITS = 32
SHORT, TRAINED, LONG = (25,), 50, (100, 200)
EXACT, ROUGH = 0.01, 0.04  # the second is half of what is left if one number is known
N = 300
FIRST, SECOND = (0, 8, 16, 24), (25, 33, 41, 49)  # where the marks stand, of 50 steps counted from 0


@dataclass(frozen=True)
class Sequences(Case):
    """A call without arguments, and the seed of the sequences that its weights are run on."""

    seed: int = 0


def read(value: Any) -> tuple[Array, ...]:
    """The five arrays, if they are an `Adder` of allowed size."""
    if not isinstance(value, tuple | list) or len(value) != len(Adder._fields):
        raise ValueError(f"it should return an Adder, that is ({', '.join(Adder._fields)})")
    p = Adder(*[np.asarray(v) for v in value])
    for name, array in p._asdict().items():
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name} should be a real array; its dtype is {array.dtype}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} contains nan or inf")
    h = p.W_h.shape[-1] if p.W_h.ndim else 0
    if not 1 <= h <= MOST_UNITS:
        raise ValueError(f"W_h has shape {p.W_h.shape}: it should be (4h, h), with h from 1 to {MOST_UNITS}")
    for name, shape in zip(p._fields, ((4 * h, 2), (4 * h, h), (4 * h,), (1, h), (1,)), strict=True):
        if getattr(p, name).shape != shape:
            raise ValueError(
                f"with h = {h}, {name} should have shape {shape}; it has {getattr(p, name).shape}"
            )
    return tuple(array.astype(np.float64) for array in p)


exercise = Exercise(
    adding_weights,
    title="Capstone: two numbers far apart",
    chapter="15 experiments",
    returns=(Adder,),
    read=read,
    given=("from course.adding import Adder, adding_outputs, adding_task",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One call. What differs from case to case is what the judge draws."""
    return [Sequences("held-out sequences", (), int(rng.integers(1 << 40)))]


@exercise.shaped
def shapes() -> dict[str, tuple[int, ...]]:
    """They depend on the student's h; `read` has looked at them."""
    return {}


def said(run: Run, case: Case, X: Array) -> Array:
    """What the student's network says to the sequences."""
    with np.errstate(all="ignore"):  # finite weights may overflow on the way; what comes of it is judged
        return adding_outputs(Adder(**run.parts(case)), X)


def observed(O: Array, X: Array, y: Array) -> str:
    """The error, and how much each of the two marked numbers counts in the outputs."""
    if not np.isfinite(O).all():
        return "Some outputs are nan or inf"
    numbers = X[..., 0][X[..., 1] == 1].reshape(len(X), 2)
    design = np.column_stack([np.ones(len(X)), numbers])
    fit = np.linalg.lstsq(design, O, rcond=None)[0]
    base, first, second = (round(float(c), 2) + 0.0 for c in fit)  # the sum makes 0.00 of -0.00
    told = f"The mean squared error is {np.mean((O - y) ** 2):.4g}; saying 1 to everything has 0.1667. "
    fitted = f"{base:.2f} {first:+.2f} · the first marked number {second:+.2f} · the second"
    return f"{told}Fitted by least squares, your outputs are {fitted}"


def too_far(run: Run, T: int, limit: float) -> None:
    """Fail if the error at that length is above the limit."""
    for case in run.cases:
        assert isinstance(case, Sequences)
        X, y = adding_task(case.seed + T, N, T)
        O = said(run, case, X)
        if not np.mean((O - y) ** 2) <= limit:  # written so that nan is too far
            run.fail(f"At {T} steps the error is above {limit}.", observed(O, X, y))


@exercise.check("adds", "At 50 steps its error is at most 0.01.", points=4, see="Three tasks")
def adds(run: Run) -> None:
    """On fresh sequences of the task."""
    too_far(run, TRAINED, EXACT)


@exercise.check(
    "shorter", "So it is at 25 steps.", points=1, see="Success against length", after=("returns", "adds")
)
def shorter(run: Run) -> None:
    """Lengths that were perhaps never trained."""
    for T in SHORT:
        too_far(run, T, EXACT)


@exercise.check(
    "longer",
    "At 100 and at 200 steps its error is at most 0.04.",
    points=3,
    see="Success against length",
    after=("returns", "adds"),
)
def longer(run: Run) -> None:
    """What is only nearly kept over 50 steps is lost here."""
    for T in LONG:
        too_far(run, T, ROUGH)


@exercise.check(
    "everywhere",
    "Wherever the two marks stand, its error is at most 0.04.",
    points=2,
    see="Three tasks",
    after=("returns", "adds"),
)
def everywhere(run: Run) -> None:
    """Sixteen pairs of places, among them the first and the last step, and neighbours."""
    grid = np.linspace(0.1, 0.9, 5)
    pairs = np.array([(u, v) for u in grid for v in grid])
    for case in run.cases:
        assert isinstance(case, Sequences)
        X = np.stack([marked(case.seed, s, t, pairs) for s in FIRST for t in SECOND])
        O = said(run, case, X.reshape(-1, TRAINED, 2)).reshape(len(FIRST) * len(SECOND), -1)
        errors = np.mean((O - pairs.sum(axis=1)) ** 2, axis=1)
        worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
        if not errors[worst] <= ROUGH:
            s, t = FIRST[worst // len(SECOND)] + 1, SECOND[worst % len(SECOND)] + 1
            run.fail(f"With marks at steps {s} and {t} of {TRAINED} the error is above {ROUGH}.")


def marked(seed: int, s: int, t: int, pairs: Array) -> Array:
    """Sequences of 50 steps with marks at s and t, where the given pairs of numbers stand."""
    rng = np.random.default_rng([seed, s, t])
    X = np.zeros((len(pairs), TRAINED, 2))
    X[..., 0] = rng.uniform(size=X.shape[:2])
    X[:, [s, t], 0], X[:, [s, t], 1] = pairs, 1
    return X
