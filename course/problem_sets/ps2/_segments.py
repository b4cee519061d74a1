"""What is known of answers that go through a sequence in segments: for the exercise on checkpoints."""

from course.models import RNN
from course.problem_sets.ps2._chains import RERUNS
from course.problem_sets.ps2._pieces import SEE
from course.problem_sets.ps2._segment_counts import COUNTED, begins, begins_later, ends
from course.problem_sets.ps2._segment_rows import READS
from course.problem_sets.ps2.rnn_bptt import many, sequences
from course.recognise.composed import CARRIES
from course.recognise.rules import RULES, Rule
from course.recognise.segmented import Segmented
from course.recognise.segments import AtSteps, Chosen, SlopeAgain

PLACES: tuple[tuple[str, str, Chosen], ...] = (
    ("at_first_steps", "the first step of each segment", begins),
    ("at_later_first_steps", "the first step of each later segment", begins_later),
    ("at_last_steps", "the last step of each segment", ends),
    ("at_whole_ends", "the last step of each whole segment", lambda t, T, every: t % every == every - 1),
)
LOCAL = (
    *("transpose", "slope_missing", "slope_twice", "slope_one_early", "carry_unsloped"),
    *("carry_without_matrix", "slope_behind_matrix", "use_unsloped", "later_state"),
)


def _at(rule: Rule) -> list[AtSteps]:
    return [
        AtSteps(
            f"{rule.name}_{name}",
            f"{rule.sentence} This is so at {said} alone.",
            SEE,
            altered=rule,
            places=where,
        )
        for name, said, where in PLACES
    ]


AT_EDGES = tuple(at for r in (*RULES, *CARRIES) if r.name in LOCAL or r in CARRIES for at in _at(r))
AGAIN = [
    SlopeAgain(name, f"{said}: W_hhᵀ ∂L/∂a_t is ∂L/∂h_{{t-1}} itself.", SEE, places=where)
    for name, said, where in (
        ("slope_again", "What goes back from a segment meets a slope once too often", begins),
        (
            "slope_again",
            "What goes back from a segment to another meets a slope once too often",
            begins_later,
        ),
        ("slope_of_h_0", "dh_0 is multiplied by a slope at h_0", lambda t, T, every: t == 0),
    )
]
unrolled = Segmented(
    lambda *args: sequences(*args[:-1]),
    {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"},
    lambda rng: (*many(rng), 3),
    segments=(*COUNTED, *RERUNS, *READS, *AT_EDGES, *AGAIN),
)
