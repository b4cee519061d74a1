"""What is said of an answer: one claim for all its wrong parts, or two groups of parts with one each."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Claim:
    """A mistake, as the student reads it. `{parts}` in the sentence stands for the parts it was seen in.

    Seen in all of `parts`, it is told without saying where.
    """

    name: str
    sentence: str
    see: str = ""
    parts: tuple[str, ...] = ()


def shared_out(by_part: dict[str, list[Claim]], everything: list[str]) -> tuple[Claim, ...]:
    """One mistake for all wrong parts, or two groups of parts with one each; else nothing is named."""
    if not all(by_part.values()):
        return ()
    common = in_common(by_part, everything)
    if common:
        return common
    groups: dict[frozenset[Claim], list[str]] = {}
    for name, claims in by_part.items():
        groups.setdefault(frozenset(claims), []).append(name)
    if len(groups) > 2:
        return ()
    told = tuple(
        worded(claim, names, everything)
        for claims, names in groups.items()
        for claim in strongest(sorted(claims))
    )
    return _exchanged(told, list(by_part)) or told


def _exchanged(told: tuple[Claim, ...], names: list[str]) -> tuple[Claim, ...]:
    """One claim, if two parts hold each what belongs in the other."""
    said = {f"{one} holds what belongs in {other}." for one in names for other in names if one != other}
    if len(names) != 2 or {claim.sentence for claim in told} != said:
        return ()
    return (Claim("swapped@" + "+".join(names), f"{' and '.join(names)} are exchanged."),)


def in_common(by_part: dict[str, list[Claim]], everything: list[str]) -> tuple[Claim, ...]:
    """The mistakes that explain every wrong part."""
    if not by_part:
        return ()
    first, *others = by_part.values()
    common = [claim for claim in first if all(claim in claims for claims in others)]
    return tuple(worded(claim, list(by_part), everything) for claim in strongest(common))


STRONGER = {  # where several say the same of a part: the one that says it best, and the others
    "first_use": ("first_step", "step_1_not_reached"),
    "last_loss": ("last_loss_of_states", "only_last_use"),
    "transpose": ("transpose_in_the_sweep",),
    "slope_missing": ("use_unsloped", "one_jacobian_too_many"),  # where there is one slope, as in `direct`
    "later_state": ("last_state_everywhere",),
    "slope_of_the_column": ("slope_of_the_weights_unit",),
    "first_step": ("step_1_not_reached", "errors_one_step_early"),
    "initial_state_latest": ("initial_state_at_tau",),  # which is zero where the latest may be small
    "sum_of_means": ("divided_by_every",),  # of the first chunk, where `every` may be cut to T
    "output_layer_weighed": ("loss_weighed", "only_loss_weighed"),  # in the output layer alone
    "rows_of_first_chunk": ("first_chunk_only",),
    "rows_of_last_chunk": ("last_chunk_only",),
}
IN_DIRECT = "_in_the_direct_derivative"  # weaker than the same without it
GRADIENTS = {"X": "∂L/∂X", "h_0": "∂L/∂h_0"}  # results that have the names of arguments
IN_OUTPUTS = "In the output layer alone: "
ASSIGNED = "Is each term assigned instead of added?"
OF_PARTS = {  # what a sentence about the whole sweep becomes where it is true of some parts alone
    "Nothing travels between steps: the path through h_{t-1} is dropped or never updated.": (
        f"Only each step's own loss is counted; those of later steps belong to it. {ASSIGNED}"
    ),
    "Only each step's own use is counted, whatever tau is.": (
        f"Only each step's own loss is counted, whatever tau is. {ASSIGNED}"
    ),
    "Nothing travels between steps, not even inside a chunk.": (
        f"Only each step's own loss is counted, not those of its chunk. {ASSIGNED}"
    ),
    "Nothing travels between steps, whatever the draws are.": (
        f"Only each step's own loss is counted, whatever the draws are. {ASSIGNED}"
    ),
    "Only the last step's loss is counted.": f"Only the last step's loss is counted. {ASSIGNED}",
    "∂L/∂W_qh and ∂L/∂b_q do not count every loss: only the way back through time is cut.": (
        "Not every loss is counted: only the way back through time is cut."
    ),
    "∂L/∂W_qh and ∂L/∂b_q count the last losses alone: only the way back through time is cut.": (
        "Only the last losses are counted: only the way back through time is cut."
    ),
    "ξ_t weighs ∂L/∂W_qh and ∂L/∂b_q: the output layer is whole.": (
        "ξ_t weighs the losses: the output layer is whole."
    ),
}
ORDINARY = re.compile(r"(A|[A-Z][a-z’']+)(?=[ :,])")  # no formula, and no name that is written in capitals


def strongest(claims: list[Claim]) -> list[Claim]:
    """Without what is weaker than another of them: a factor of each part, a triangle that concerns more."""
    if len(claims) > 1:
        claims = [claim for claim in claims if claim.name != "factor_per_part"]
    for stronger, weaker in STRONGER.items():
        if stronger in {claim.name for claim in claims}:
            claims = [claim for claim in claims if claim.name not in weaker]
    names = {claim.name for claim in claims}
    return [claim for claim in claims if claim.name.removesuffix(IN_DIRECT) not in names - {claim.name}]


def lowered(sentence: str) -> str:
    """The sentence as it stands behind a colon: it begins with a small letter, unless with a formula."""
    return sentence[0].lower() + sentence[1:] if ORDINARY.match(sentence) else sentence


def worded(claim: Claim, names: list[str], everything: list[str]) -> Claim:
    """The claim with the parts it was seen in."""
    if names == everything:
        return Claim(claim.name, claim.sentence.replace("{parts}", "Everything"), claim.see)
    one_output = len(({*names} - {*claim.parts}) & {"W_qh", "b_q"}) == 1  # the other is right: not throughout
    if claim.parts and {*claim.parts} <= {*names} and not one_output:
        return claim
    them = [GRADIENTS.get(name, name) for name in names]
    listed = them[0] if len(them) == 1 else f"{', '.join(them[:-1])} and {them[-1]}"
    if "{parts}" in claim.sentence or claim.name in ("swapped", "another_derivative", "precision"):
        sentence = claim.sentence.replace("{parts}", listed)
    else:
        said = OF_PARTS.get(claim.sentence, claim.sentence).removeprefix(IN_OUTPUTS)
        sentence = f"In {listed} alone: {lowered(said)}"
    where = "" if claim.name == "precision" else "@" + "+".join(names)
    return Claim(claim.name + where, sentence, claim.see)
