"""Patterns of counted paths as they read where the derivative of the state is carried forward in time."""

from dataclasses import replace

from course.recognise.patterns import PATTERNS, USES, Pattern

SEE = "Direct and total derivatives"
CHUNKS, LONG_CHUNKS = (2, 3, 4, 5), (6, 7, 8)  # the long ones have two edges only in 17 steps
CUTS, LATE_CUTS = (6, 7, 8, 9, 10, 11), (12, 13, 14, 15, 16)


def _chunked(n: int) -> Pattern:
    sentence = f"dh_t/dW begins anew after every {n} steps: it is carried on, from h_0 to h_T."
    return Pattern(f"chunked_{n}", sentence, SEE, lambda t, k, T: t // n == k // n)


def _cut_once(n: int) -> Pattern:
    sentence = f"dh_t/dW begins anew after step {n}: it is carried on, from h_0 to h_T."
    return Pattern(f"cut_after_{n}", sentence, SEE, lambda t, k, T: (t < n) | (k >= n))


FIRST_USE = next(p for p in PATTERNS if p.name == "first_use")
SHARED = (
    *[p for p in PATTERNS if p.name.startswith("truncated") and p.initial is None],
    *map(_chunked, CHUNKS),
    *map(_cut_once, CUTS),
    FIRST_USE,
    Pattern(
        "only_first_use",
        "The direct derivative counts at step 1 alone: is each step's term assigned instead of added?",
        SEE,
        lambda t, k, T: k == 0,
    ),
)
NOWHERE = "Nothing travels between steps: dh_{t-1}/dW is missing in dh_t/dW."
LOSS_PATTERNS = (
    *SHARED,
    *map(_chunked, LONG_CHUNKS),
    *map(_cut_once, LATE_CUTS),
    *[replace(p, sentence=NOWHERE) for p in PATTERNS if p.name == "no_recurrence"],
    *[p for p in PATTERNS if p.name == "first_step"],
    Pattern(
        "direct_missing",
        "The gradient counts the path through h_{t-1} alone; the direct derivative of h_t belongs to it.",
        SEE,
        lambda t, k, T: t > k,
    ),
)
STATE_PATTERNS = (
    *[
        replace(p, sentence=p.sentence.replace("each loss", "the path"))
        for p in SHARED
        if p.name not in ("truncated_11", "truncated_12")  # no state that is asked for lies so far ahead
    ],
    Pattern(
        "first_use",
        FIRST_USE.sentence,
        USES,
        lambda t, k, T: (k > 0) | (t == 0),
        parts=("W_hh",),
    ),
)
