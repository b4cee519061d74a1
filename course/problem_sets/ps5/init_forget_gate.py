"""Setting the forget gate of a network that has two biases."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.gated import LSTM, lstm_step
from course.judging import Run
from course.models import Array
from course.oracles import STEP


def init_forget_gate(b_ih: np.ndarray, b_hh: np.ndarray, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """torch's two LSTM biases, changed so that each unit's cell has the time constant it is given.

    torch adds both: a = W_ih x + b_ih + W_hh h + b_hh, gate rows i, f, g, o; f = σ(a^f). When nothing but the
    biases reaches the forget gate of unit j, a cell of that unit keeps the share e^{−t/τ_j} after t steps.
    How the two share it is yours. All rows of i, g and o stay as they are, in both biases.

    Args:
        b_ih: the first bias as torch draws it, shape (4h).
        b_hh: the second bias, shape (4h).
        tau: time constants in steps, one for each unit, shape (h).

    Returns:
        b_ih: the first bias, shape (4h).
        b_hh: the second bias, shape (4h).
    """
    raise NotImplementedError("init_forget_gate: return b_ih and b_hh")


exercise = Exercise(init_forget_gate, title="torch's two biases", chapter="10 lstm", returns=("b_ih", "b_hh"))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One unit; several, with short and long memories."""
    drawn = []
    for h, name in ((1, "one unit"), (int(rng.integers(3, 5)), "short memories"), (5, "long memories")):
        low, high = (0.5, 3.0) if name == "short memories" else (5.0, 200.0)
        biases = [rng.choice([-1.0, 1.0], size=4 * h) * rng.uniform(0.1, 0.9, size=4 * h) for _ in range(2)]
        drawn.append(Case(name, (*biases, rng.uniform(low, high, size=h))))
    return drawn


@exercise.shaped
def shapes(b_ih: Array, b_hh: Array, tau: Array) -> dict[str, tuple[int, ...]]:
    """Those of the arguments."""
    return {"b_ih": b_ih.shape, "b_hh": b_hh.shape}


def gates(b: Array) -> Array:
    """How much of a cell one step keeps, (4, h), if the rows of i, f, g or o were those of the forget gate.

    By the complex step of the given LSTM step, without input and recurrent weights. Row 1 is the measurement.
    """
    h = len(b) // 4
    still, kept = np.zeros(h), []
    for gate in range(4):
        rows = np.roll(b.reshape(4, h), 1 - gate, axis=0).ravel()
        p = LSTM(np.zeros((4 * h, 1)), np.zeros((4 * h, h)), rows)
        kept.append(np.imag(lstm_step(p, np.zeros(1), still, still + 1j * STEP)[1]) / STEP)
    return np.array(kept)


SEE = "Setting the forget bias"


@exercise.check("time_constant", "Every cell has its time constant.", points=3, see=SEE)
def time_constant(run: Run) -> None:
    """As the given LSTM step shows it."""
    for case in run.cases:
        (b_ih, b_hh, tau), got = case.args, run.parts(case)
        with np.errstate(all="ignore"):  # gates that are open or shut for good
            measured = gates(got["b_ih"] + got["b_hh"])
            found = -1 / np.log(measured[1])
        if not np.all(np.abs(found - tau) <= 1e-10 * tau):
            worst = int(np.argmax(np.abs(found / tau - 1)))
            run.fail(
                f"A cell does not have its time constant in the case {case.name}."
                f"{_why(measured, np.exp(-1 / tau), b_ih, b_hh)}",
                f"Unit {worst}: measured {found[worst]:.10g}, tau is {tau[worst]:.10g}",
            )


def _why(measured: Array, asked: Array, b_ih: Array, b_hh: Array) -> str:
    """The mistake, if the odds f/(1 − f) show it: they multiply where biases add."""
    with np.errstate(divide="ignore"):
        odds, right = measured[1] / (1 - measured[1]), asked / (1 - asked)
    before = [np.exp(b.reshape(4, -1)[1]) for b in (b_ih, b_hh, b_ih + b_hh)]
    if _same(odds, right**2):
        return " Both biases hold the whole forget bias, and torch adds them."
    if _same(odds, right * before[2]):
        return " The forget bias is added to what stood there."
    if _same(odds, right * before[0]) or _same(odds, right * before[1]):
        return " One bias is set; the other keeps what stood there, and torch adds them."
    if _same(odds, 1 / right):
        return " The sign is turned: this bias belongs to 1 − f."
    if _same(asked, measured[1] ** (1 / np.log(2))):
        return " After τ steps one half is left: τ is a time constant, not a half-life."
    for gate, name in ((0, "i"), (2, "g"), (3, "o")):
        if _same(measured[gate], asked):
            return f" It stands in the rows of {name}: the order is i, f, g, o."
    return ""


def _same(a: Array, b: Array) -> bool:
    return bool(np.all(np.abs(a - b) <= 1e-9 * np.abs(b)))


@exercise.check("others", "The rows of i, g and o stay as they are, in both biases.", points=2, see=SEE)
def others(run: Run) -> None:
    """By value."""
    for case in run.cases:
        for name, before in zip(("b_ih", "b_hh"), case.args[:2], strict=True):
            rows, want = (b.reshape(4, -1)[[0, 2, 3]] for b in (run.parts(case)[name], before))
            run.equal(rows, want, f"{name}, without the rows of f,", case)


@exercise.check(
    "any_start",
    "It does not depend on what stood in the rows of f.",
    points=1,
    see=SEE,
    after=("time_constant",),
)
def any_start(run: Run) -> None:
    """The same with other numbers there."""
    for case in run.cases:
        b_ih, b_hh, tau = case.args
        shift = np.repeat([0.0, 10.0, 0.0, 0.0], len(tau))
        moved = Case(
            f"{case.name}, with other numbers in the rows of f", (b_ih + shift, b_hh + 0.4 * shift, tau)
        )
        got = run.named(run.reply(moved), moved)
        if any(got[name].shape != b_ih.shape for name in ("b_ih", "b_hh")):
            run.fail("Its results have another shape when other numbers stand in the rows of f.")
        found = gates(got["b_ih"] + got["b_hh"])[1]
        run.equal(found, np.exp(-1 / tau), "The forget gate", moved)
