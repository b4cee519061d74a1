"""What is said of an answer: one claim for all its wrong parts, or two groups of parts with one each."""

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
        for claim in _strongest(sorted(claims))
    )
    return _exchanged(told, list(by_part)) or told


def _exchanged(told: tuple[Claim, ...], names: list[str]) -> tuple[Claim, ...]:
    """One claim, if two parts hold each what belongs in the other."""
    if len(names) != 2 or {claim.name for claim in told} != {f"swapped@{name}" for name in names}:
        return ()
    return (Claim("swapped@" + "+".join(names), f"{' and '.join(names)} are exchanged."),)


def in_common(by_part: dict[str, list[Claim]], everything: list[str]) -> tuple[Claim, ...]:
    """The mistakes that explain every wrong part."""
    if not by_part:
        return ()
    first, *others = by_part.values()
    common = [claim for claim in first if all(claim in claims for claims in others)]
    return tuple(worded(claim, list(by_part), everything) for claim in _strongest(common))


STRONGER = {  # where several say the same of a part: the one that says it best, and the others
    "first_use": ("first_step",),
    "last_loss": ("last_loss_of_states", "only_last_use"),
    "transpose": ("transpose_in_the_sweep",),
}
OF_PARTS = {  # what a mistake of the whole sweep is called where it is seen in some parts alone
    "no_recurrence": "Only each step's own loss is counted; what comes back from later steps belongs to it."
}


def _strongest(claims: list[Claim]) -> list[Claim]:
    """Without what is weaker than another of them: a factor of each part, a triangle that concerns more."""
    if len(claims) > 1:
        claims = [claim for claim in claims if claim.name != "factor_per_part"]
    for stronger, weaker in STRONGER.items():
        if stronger in {claim.name for claim in claims}:
            claims = [claim for claim in claims if claim.name not in weaker]
    return claims


def worded(claim: Claim, names: list[str], everything: list[str]) -> Claim:
    """The claim with the parts it was seen in."""
    if names == everything:
        return Claim(claim.name, claim.sentence.replace("{parts}", "Everything"), claim.see)
    if claim.parts and {*claim.parts} <= {*names}:
        return claim
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if "{parts}" in claim.sentence or claim.name in ("swapped", "another_derivative", "precision"):
        sentence = claim.sentence.replace("{parts}", listed)
    else:
        sentence = f"In {listed} alone: {OF_PARTS.get(claim.name, claim.sentence)}"
    where = "" if claim.name == "precision" else "@" + "+".join(names)
    return Claim(claim.name + where, sentence, claim.see)
