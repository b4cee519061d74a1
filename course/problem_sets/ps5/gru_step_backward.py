"""One step of the GRU, backwards."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered_lstm import gate_slope, tanh_slope
from course.exercise import Case, Exercise, Large, Parts
from course.gated import GRU, gru_forward, logistic
from course.large import large_gated
from course.models import Array
from course.oracles import gradients


def gru_step_backward(
    p: GRU, x: np.ndarray, h: np.ndarray, dh_next: np.ndarray
) -> tuple[GRU, np.ndarray, np.ndarray]:
    """The backward pass of one GRU step in torch's convention, which resets after the product.

    Formula: u = W_x x + b_x and v = W_h h + b_h with the rows r, z, n;
             r = σ(u^r + v^r),  z = σ(u^z + v^z),  n = tanh(u^n + r ⊙ v^n),  h' = (1 − z) ⊙ n + z ⊙ h.
    `gru_forward(p, x[None], h)[1]` is h'.

    Args:
        p: parameters W_x (3h, d), W_h (3h, h), b_x (3h), b_h (3h), gate rows r, z, n.
        x: input, shape (d).
        h: the state before the step, shape (h).
        dh_next: ∂L/∂h', shape (h).

    Returns:
        grads: a GRU whose fields are ∂L/∂W_x, ∂L/∂W_h, ∂L/∂b_x, ∂L/∂b_h, for this step alone.
        dx: ∂L/∂x, shape (d).
        dh: ∂L/∂h, shape (h).
    """
    raise NotImplementedError("gru_step_backward: return grads, dx, dh")


exercise = Exercise(
    gru_step_backward,
    title="One step of a GRU back",
    chapter="11 gru",
    returns=(GRU, "dx", "dh"),
    given=("from course import GRU, gru_forward",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """No recurrent weights, where the state goes on by z alone; then more units than inputs, and fewer."""
    drawn = []
    for name in ("W_h = 0", "d < h", "d > h"):
        d, h = sorted(draws.sizes(rng, 2), reverse=name == "d > h")
        p = draws.gru(rng, d, h)
        p = p._replace(W_h=0 * p.W_h) if name == "W_h = 0" else p
        state, dh = draws.away_from_zero(rng, h), draws.away_from_zero(rng, h)
        drawn.append(Case(name, (p, rng.normal(size=d), state, dh)))
    return drawn


Step = Callable[[GRU, Array, Array], Array]


def given_step(p: GRU, x: Array, h: Array) -> Array:
    """One step of the given network."""
    return np.asarray(gru_forward(p, x[None], h)[1])


def parts(step: Step, p: GRU, x: Array, h: Array, dh_next: Array) -> Parts:
    """The complex step of `⟨dh_next, h'⟩` with respect to everything that is asked."""
    grads, (dx, dh) = gradients(lambda p, x, h: dh_next @ step(p, x, h), p, x, h)
    return grads._asdict() | {"dx": dx, "dh": dh}


exercise.expects(partial(parts, given_step))


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """250,000 parameters."""
    d, h = 64, 256
    p = GRU(
        rng.normal(size=(3 * h, d)) / 8,
        rng.normal(size=(3 * h, h)) / np.sqrt(h),
        rng.normal(size=3 * h),
        rng.normal(size=3 * h),
    )
    at = {"dx": rng.normal(size=d), "dh": rng.uniform(-1, 1, size=h)}
    dh_next = rng.normal(size=h)

    def loss(p: GRU, x: Array, h: Array) -> Any:
        return dh_next @ given_step(p, x, h)

    return large_gated(rng, "250,000 parameters", loss, p, at, (p, *at.values(), dh_next))


SEE = "All terms of the Jacobian"
exercise.claim(
    "no_recurrence", "Without recurrent weights everything is right.", on="W_h = 0", points=1, see="The GRU"
)
exercise.claim("weights", "∂L/∂W_x and ∂L/∂W_h are right.", parts=("W_x", "W_h"), points=2, see=SEE)
exercise.claim(
    "biases",
    "∂L/∂b_x and ∂L/∂b_h are right: they differ in the rows of n.",
    parts=("b_x", "b_h"),
    points=1,
    see="Two conventions",
)
exercise.claim("state", "∂L/∂h is right: four ways lead from h to h'.", parts=("dh",), points=2, see=SEE)
exercise.claim("input", "∂L/∂x is right.", parts=("dx",), points=1, see=SEE)


@dataclass(frozen=True)
class Slip:
    """A mistake in the backward pass of the GRU, and what is altered in the tangents."""

    name: str
    sentence: str
    see: str = SEE
    slope: str = "right"  # of the gates r and z, see `gate_slope`
    slope_n: str = "right"  # of the candidate, see `tanh_slope`
    kept: bool = True  # False: the way h → z ⊙ h is missing
    update: str = "right"  # the factor of ∂z, which is h − n: "turned", "state", "candidate"
    mixed: str = "right"  # the factor of ∂n, which is 1 − z: "turned", "missing"
    reset_factor: str = "product"  # "state": h for v^n as the factor of ∂r
    reset: bool = True  # False: what goes to v^n lacks the factor r
    reads: str = "rzn"  # the rows whose gradient goes back to h
    transpose: bool = True
    rows: str = "rzn"  # whose gradient stands in the rows of r, z, n


def altered_step(p: GRU, x: Array, h: Array, slip: Slip) -> Array:
    """The step of the given network, with tangents that follow the slip."""
    u, v = (np.real(w).reshape(3, -1) for w in (p.W_x @ x + p.b_x, p.W_h.real @ h.real + p.b_h))
    r, z = logistic(u[0] + v[0]), logistic(u[1] + v[1])
    n = np.tanh(u[2] + r * v[2])
    blocks = [W if slip.transpose else W.T for W in np.split(p.W_h.real, 3)]
    arriving = [W @ np.imag(h) * (row in slip.reads) for W, row in zip(blocks, "rzn", strict=True)]
    d_u = np.imag(p.W_x @ x + p.b_x).reshape(3, -1)
    d_v = np.imag(p.W_h @ h.real + p.b_h).reshape(3, -1) + np.stack(arriving)
    (u_r, v_r), (u_z, v_z), (u_n, v_n) = [(d_u[k], d_v[k]) for k in map(slip.rows.index, "rzn")]
    d_r, d_z = (gate_slope(slip.slope, s) * d for s, d in ((r, u_r + v_r), (z, u_z + v_z)))
    d_n = u_n + (v[2] if slip.reset_factor == "product" else h.real) * d_r + (r if slip.reset else 1) * v_n
    d_n = tanh_slope(slip.slope_n, n) * d_n
    update = {"right": h.real - n, "turned": n - h.real, "state": h.real, "candidate": -n}[slip.update]
    mixed = {"right": 1 - z, "turned": z, "missing": np.ones_like(z)}[slip.mixed]
    tangent = update * d_z + mixed * d_n + (z * np.imag(h) if slip.kept else 0)
    return np.asarray((1 - z) * n + z * h.real + 1j * tangent)


def _without(row: str) -> Slip:
    said = f"What goes back to h lacks the way through {row}: r, z and n all read h."
    return Slip(f"reads_without_{row}", said, reads="rzn".replace(row, ""))


for _slip in (
    Slip("slope_missing", "At r and z the slope σ′ = σ(1 − σ) is missing.", slope="missing"),
    Slip(
        "slope_is_value",
        "At r and z the value stands where the slope belongs: σ′ is z (1 − z), not z.",
        slope="value",
    ),
    Slip(
        "slope_squashed",
        "σ′ is taken at z, which is σ of something already: it is z (1 − z).",
        slope="squashed",
    ),
    Slip("candidate_slope_missing", "At n the slope 1 − n² is missing.", slope_n="missing"),
    Slip(
        "candidate_slope_squashed",
        "tanh′ is taken at n, which is a tanh already: it is 1 − n².",
        slope_n="squashed",
    ),
    Slip("not_kept", "The way h → z ⊙ h is missing: z keeps the old state.", kept=False),
    Slip("update_turned", "∂h'/∂z is h − n, not n − h.", update="turned"),
    Slip("update_without_candidate", "∂h'/∂z is h − n: n, too, is weighed by z.", update="state"),
    Slip("mixed_turned", "∂h'/∂n is 1 − z, not z.", mixed="turned"),
    Slip("mixed_missing", "The factor 1 − z before n is missing.", mixed="missing"),
    Slip(
        "reset_of_the_state",
        "∂/∂r has the factor h, as if the gate acted on h: here it acts on v^n = W_h^n h + b_h^n.",
        "Two conventions",
        reset_factor="state",
    ),
    Slip(
        "reset_missing",
        "In the rows of n, W_h and b_h get what belongs to W_x and b_x: between them stands r.",
        "Two conventions",
        reset=False,
    ),
    Slip("transpose", "Each block of W_h is used where its transpose belongs.", transpose=False),
    Slip("rows_zrn", "The rows stand in the order z, r, n; here they are r, z, n.", rows="zrn"),
    *map(_without, "rzn"),
):
    exercise.slip(
        _slip.name,
        _slip.sentence,
        lambda *args, slip=_slip: parts(partial(altered_step, slip=slip), *args),
        _slip.see,
    )
