"""Mistakes in the backward pass of the GRU, each as an altered step of `course.altered_gru`."""

from course.altered_gru import HERE, GRUSlip
from course.gru_values import Word


def _without(row: str) -> GRUSlip:
    said = f"What goes back to h lacks the way through {row}: r, z and n all read h."
    return GRUSlip(f"reads_without_{row}", said, factors={f"h_{row}": "0"})


def _slope_at(gate: str, kind: str, said: str) -> GRUSlip:
    sentence = f"At {gate}, and not at {'rz'.replace(gate, '')}, {said.format(g=gate)}."
    return GRUSlip(f"slope_{kind}_at_{gate}", sentence, factors=_slopes(KINDS[kind], gate))


def _slopes(word: str, gates: str = "rz") -> dict[str, str | Word]:
    return {f"slope_{gate}": word.format(g=gate) for gate in gates}


KINDS = {"is_value": "{g}", "squashed": "σ′({g})", "of_tanh": "1 − {g}²"}
SAID = {
    "is_value": "the value {g} stands where the slope {g} (1 − {g}) belongs",
    "squashed": "σ′ is taken at the gate, which is σ of something already; it should be {g} (1 − {g})",
    "of_tanh": "the slope of tanh, 1 − {g}², stands where {g} (1 − {g}) belongs",
}

GRU_SLIPS = (
    *[_slope_at(gate, kind, said) for kind, said in SAID.items() for gate in "rz"],
    GRUSlip("slope_missing", "At r and z the slope σ′ = σ(1 − σ) is missing.", factors=_slopes("1")),
    GRUSlip(
        "slope_is_value",
        "At r and z the value stands where the slope belongs: z where z (1 − z) does.",
        factors=_slopes("{g}"),
    ),
    GRUSlip("update_slope_missing", "At z the slope z (1 − z) is missing.", factors=_slopes("1", "z")),
    GRUSlip("reset_slope_missing", "At r the slope r (1 − r) is missing.", factors=_slopes("1", "r")),
    GRUSlip(
        "slope_of_tanh_at_gates",
        "The gates r and z get the slope of tanh, 1 − z²; theirs is z (1 − z).",
        factors=_slopes("1 − {g}²"),
    ),
    GRUSlip(
        "slope_squashed",
        "σ′ is taken at z, which is σ of something already; it should be z (1 − z).",
        factors=_slopes("σ′({g})"),
    ),
    GRUSlip("candidate_slope_missing", "At n the slope 1 − n² is missing.", factors={"slope_n": "1"}),
    GRUSlip(
        "candidate_slope_squashed",
        "tanh′ is taken at n, which is a tanh already; it should be 1 − n².",
        factors={"slope_n": "1 − tanh² n"},
    ),
    GRUSlip("not_kept", "The way h → z ⊙ h is missing: z keeps the old state.", factors={"kept": "0"}),
    GRUSlip(
        "kept_turned",
        "What is kept of h goes back with 1 − z: z keeps the old state.",
        factors={"kept": "1 − z"},
    ),
    GRUSlip(
        "kept_whole", "What is kept of h goes back whole: only the share z is kept.", factors={"kept": "1"}
    ),
    GRUSlip("update_turned", "∂h'/∂z has the wrong sign.", factors={"update": "n − h"}),
    GRUSlip("update_without_candidate", "∂h'/∂z lacks a part: z weighs n, too.", factors={"update": "h"}),
    GRUSlip("update_without_state", "∂h'/∂z lacks a part: z weighs h, too.", factors={"update": "−n"}),
    GRUSlip("mixed_turned", "z stands where ∂h'/∂n = 1 − z belongs.", factors={"mixed": "z"}),
    GRUSlip(
        "shares_turned",
        "n and h get each other's share: 1 − z belongs to n, and z to h.",
        factors={"kept": "1 − z", "mixed": "z"},
    ),
    GRUSlip("mixed_missing", "The factor 1 − z before n is missing.", factors={"mixed": "1"}),
    GRUSlip(
        "reset_of_the_state",
        "∂/∂r has the factor h, as if the gate acted on h; in this exercise it acts on v^n.",
        "Two conventions",
        factors={"reset": "h"},
    ),
    GRUSlip(
        "reset_missing",
        "The way through v^n lacks the factor r, which stands between W_h, b_h and n.",
        "Two conventions",
        factors={"product": "1"},
    ),
    GRUSlip(
        "reset_on_both",
        "The way through u^n has the factor r, too: only v^n should have it.",
        "Two conventions",
        factors={"input": "r"},
    ),
    GRUSlip(
        "reset_of_the_product_alone",
        "∂/∂r has the factor W_{nh} h without b_h^n: the gate acts on v^n, which has the bias in it.",
        "Two conventions",
        factors={"reset": "W_h^n h"},
    ),
    GRUSlip(
        "reset_without_the_product",
        "∂/∂r lacks the factor v^n = W_{nh} h + b_h^n, which r multiplies.",
        factors={"reset": "1"},
    ),
    GRUSlip(
        "reset_twice",
        "On the way to v^n the factor r stands twice.",
        factors={"product": "r²"},
    ),
    GRUSlip("reset_held", "r is taken for a constant: nothing reaches its rows.", factors={"reset": "0"}),
    GRUSlip("transpose", "Each block of W_h is used where its transpose belongs.", turned="rzn"),
    GRUSlip("rows_zrn", f"You have the rows in the order z, r, n; {HERE}.", rows_u="zrn", rows_v="zrn"),
    GRUSlip(
        "rows_zrn_of_x",
        f"On the way to u = W_x x + b_x you have the rows in the order z, r, n; {HERE}.",
        rows_u="zrn",
    ),
    GRUSlip(
        "rows_zrn_of_h",
        f"On the way to v = W_h h + b_h you have the rows in the order z, r, n; {HERE}.",
        rows_v="zrn",
    ),
    *map(_without, "rzn"),
)
