"""Mistakes in the backward pass of the GRU, each as an altered step of `course.altered_gru`."""

from course.altered_gru import GRUSlip


def _without(row: str) -> GRUSlip:
    said = f"What goes back to h lacks the way through {row}: r, z and n all read h."
    return GRUSlip(f"reads_without_{row}", said, reads="rzn".replace(row, ""))


def _slope_at(gate: str, kind: str, said: str) -> GRUSlip:
    sentence = f"At {gate} alone {said.format(g=gate)}."
    return GRUSlip(f"slope_{kind}_at_{gate}", sentence, slope=KINDS[kind], of=gate)


KINDS = {"is_value": "value", "squashed": "squashed", "of_tanh": "tanh"}
SAID = {
    "is_value": "the value stands where the slope belongs: σ′ is {g} (1 − {g}), not {g}",
    "squashed": "σ′ is taken at the gate, which is σ of something already: it is {g} (1 − {g})",
    "of_tanh": "stands the slope of tanh, 1 − {g}²: that of a gate is {g} (1 − {g})",
}

GRU_SLIPS = (
    *[_slope_at(gate, kind, said) for kind, said in SAID.items() for gate in "rz"],
    GRUSlip("slope_missing", "At r and z the slope σ′ = σ(1 − σ) is missing.", slope="missing"),
    GRUSlip(
        "slope_is_value",
        "At r and z the value stands where the slope belongs: σ′ is z (1 − z), not z.",
        slope="value",
    ),
    GRUSlip("update_slope_missing", "At z the slope z (1 − z) is missing.", slope="missing", of="z"),
    GRUSlip("reset_slope_missing", "At r the slope r (1 − r) is missing.", slope="missing", of="r"),
    GRUSlip(
        "slope_of_tanh_at_gates",
        "The gates r and z get the slope of tanh, 1 − z²; theirs is z (1 − z).",
        slope="tanh",
    ),
    GRUSlip(
        "slope_squashed",
        "σ′ is taken at z, which is σ of something already: it is z (1 − z).",
        slope="squashed",
    ),
    GRUSlip("candidate_slope_missing", "At n the slope 1 − n² is missing.", slope_n="missing"),
    GRUSlip(
        "candidate_slope_squashed",
        "tanh′ is taken at n, which is a tanh already: it is 1 − n².",
        slope_n="squashed",
    ),
    GRUSlip("not_kept", "The way h → z ⊙ h is missing: z keeps the old state.", kept=""),
    GRUSlip("kept_turned", "What is kept of h goes back with 1 − z: z keeps the old state.", kept="turned"),
    GRUSlip("kept_whole", "What is kept of h goes back whole: only the share z is kept.", kept="whole"),
    GRUSlip("update_turned", "∂h'/∂z is h − n, not n − h.", update="turned"),
    GRUSlip("update_without_candidate", "∂h'/∂z is h − n: n, too, is weighed by z.", update="state"),
    GRUSlip("update_without_state", "∂h'/∂z is h − n: h, too, is weighed by z.", update="candidate"),
    GRUSlip("mixed_turned", "∂h'/∂n is 1 − z, not z.", mixed="turned"),
    GRUSlip(
        "shares_turned",
        "n and h get each other's share: n goes back with 1 − z, and h with z.",
        kept="turned",
        mixed="turned",
    ),
    GRUSlip("mixed_missing", "The factor 1 − z before n is missing.", mixed="missing"),
    GRUSlip(
        "reset_of_the_state",
        "∂/∂r has the factor h, as if the gate acted on h: here it acts on v^n = W_h^n h + b_h^n.",
        "Two conventions",
        reset_factor="state",
    ),
    GRUSlip(
        "reset_missing",
        "In the rows of n, W_h and b_h get what belongs to W_x and b_x: between them stands r.",
        "Two conventions",
        reset="",
    ),
    GRUSlip(
        "reset_on_both",
        "In the rows of n, W_x and b_x get what belongs to W_h and b_h: the factor r is on v^n alone.",
        "Two conventions",
        reset="uv",
    ),
    GRUSlip(
        "reset_of_the_product_alone",
        "∂/∂r has the factor W_h^n h without b_h^n: the gate acts on v^n, which has the bias in it.",
        "Two conventions",
        reset_factor="without_bias",
    ),
    GRUSlip(
        "reset_without_the_product",
        "∂/∂r lacks the factor v^n = W_h^n h + b_h^n, which r multiplies.",
        reset_factor="missing",
    ),
    GRUSlip(
        "reset_twice",
        "In the rows of n, W_h and b_h have the factor r twice: it stands once between them and n.",
        reset="vv",
    ),
    GRUSlip("reset_held", "r is taken for a constant: nothing reaches its rows.", held=True),
    GRUSlip("transpose", "Each block of W_h is used where its transpose belongs.", transpose=False),
    GRUSlip("rows_zrn", "The rows stand in the order z, r, n; here they are r, z, n.", rows="zrn"),
    GRUSlip(
        "rows_zrn_of_x",
        "In the gradients of W_x, b_x and x the rows stand in the order z, r, n; here they are r, z, n.",
        rows="zrn",
        rows_of="u",
    ),
    GRUSlip(
        "rows_zrn_of_h",
        "In the gradients of W_h, b_h and h the rows stand in the order z, r, n; here they are r, z, n.",
        rows="zrn",
        rows_of="v",
    ),
    *map(_without, "rzn"),
)
