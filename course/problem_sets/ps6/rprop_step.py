"""One step of Rprop: every weight has a step of its own, and only signs count."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array
from course.problem_sets.ps6._rprop import HIGH, LOW, MISTAKES, waits_then_moves
from course.recognise.slips import flows


def rprop_step(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of Rprop, in the variant that waits after a change of sign.

    Rule, for every entry by itself. Compare the signs of `grad` and `previous`:
      equal       the step becomes 1.2 times as large, but at most 50;
      opposite    the step becomes half as large, but at least 1e-6; from here on the gradient counts as 0;
      one is 0    the step stays.
    Then the weight moves by the new step against the sign of the gradient; where it counts as 0, not at all.
    What is handed on as `previous` is the gradient, 0 where it counts as 0.

    Only signs count: gradients of 1e-200 are as good as large ones.

    Args:
        w: weights, any shape.
        grad: ∂L/∂w, the shape of w.
        previous: what the last step handed on, the shape of w; zeros at first.
        step: the steps, the shape of w, between 1e-6 and 50.

    Returns:
        w: the new weights.
        previous: what to hand on.
        step: the new steps.

    Source: Riedmiller & Braun, "A direct adaptive method for faster backpropagation learning" (1993), where a
        change of sign also takes the last move back; Igel & Hüsken, "Improving the Rprop learning algorithm"
        (2000), where it does not (iRprop−). torch.optim.Rprop has the latter rule.
    """
    raise NotImplementedError("rprop_step: return w, previous, step")


NAMES = ("w", "previous", "step")
exercise = Exercise(rprop_step, title="The sign alone", chapter="13 optimizers", returns=NAMES)


def signs(rng: draws.Rng, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Signs of grad and previous: every pair of −1, 0 and 1 comes up, zeros seldom."""
    pairs = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    often = [(a, b) for a, b in pairs if a * b]
    count = shape[0] * shape[1] - len(pairs)
    drawn = np.array(pairs + [often[i % 4] for i in range(count)], dtype=float)
    both = rng.permutation(drawn).reshape(*shape, 2)
    return both[..., 0], both[..., 1]


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Ordinary steps; the first step of all; steps near both limits; very small and very large gradients."""
    drawn = []
    for name in ("ordinary", "first step", "small limit", "large limit", "gradients of 1e-200"):
        shape = (int(rng.integers(4, 6)), int(rng.integers(5, 7)))
        s, s_before = signs(rng, shape)
        w, step = rng.normal(size=shape), rng.uniform(0.05, 2.0, size=shape)
        grad, previous = (x * rng.uniform(0.1, 3.0, size=shape) for x in (s, s_before))
        if name == "first step":
            previous = 0 * previous
        if name == "small limit":
            w, step = 1e-5 * w, rng.choice([1e-6, 1.3e-6, 1.9e-6, 2.5e-6], size=shape)
        if name == "large limit":
            step = rng.choice([35.0, 44.0, 48.0, 50.0], size=shape)
            grad = 100 * grad
        if name == "gradients of 1e-200":
            grad, previous = 1e-200 * grad, 1e-200 * previous
        drawn.append(Case(name, (w, grad, previous, step)))
    return drawn


@exercise.shaped
def shapes(w: Array, grad: Array, previous: Array, step: Array) -> dict[str, tuple[int, ...]]:
    """All like w."""
    return dict.fromkeys(NAMES, w.shape)


SEE = "The sign alone"


def turned(case: Case) -> Array:
    """Per entry: 1 for equal signs, −1 for opposite ones, 0 if one of them is 0."""
    return np.asarray(np.sign(case.args[1]) * np.sign(case.args[2]))


def ratios(run: Run, case: Case, where: Array, factor: float) -> None:
    """There the step has changed by the factor, if no limit stood in the way."""
    step, new = case.args[3][where], run.parts(case)["step"][where]
    aim = np.clip(factor * step, LOW, HIGH) if factor != 1 else step
    run.equal(new / aim, np.ones_like(aim), f"step, divided by the right one, where {KINDS[factor]},", case)


KINDS = {1.2: "the signs are equal", 0.5: "the signs are opposite", 1.0: "one sign is 0"}


@exercise.check("steps", "Steps grow, shrink and stay as the signs say.", points=2, see=SEE)
def steps(run: Run) -> None:
    """Where no limit stands in the way."""
    for case in [*run.on("ordinary"), *run.on("first step")]:
        for factor, turn in ((1.2, 1), (0.5, -1), (1.0, 0)):
            ratios(run, case, turned(case) == turn, factor)


@exercise.check("limits", "Steps stay between 1e-6 and 50.", points=1, see=SEE, after=("returns", "steps"))
def limits(run: Run) -> None:
    """Where one does."""
    for case in [*run.on("small limit"), *run.on("large limit")]:
        for factor, turn in ((1.2, 1), (0.5, -1), (1.0, 0)):
            ratios(run, case, turned(case) == turn, factor)


ORDINARY = ("ordinary", "first step", "small limit", "large limit")


@exercise.check("moves", "Each weight moves by its new step, against the sign.", points=2, see=SEE)
def moves(run: Run) -> None:
    """Downhill by the step, not at all where the gradient is 0 or has changed sign."""
    for name in ORDINARY:
        for case in run.on(name):
            w, grad = case.args[:2]
            got = run.parts(case)
            moved = np.where(turned(case) < 0, 0.0, np.sign(grad)) * got["step"]
            run.equal(got["w"] + moved, w, "w, with the move taken back,", case)


@exercise.check(
    "memory", "What is handed on is the gradient, or 0 after a change of sign.", points=1, see=SEE
)
def memory(run: Run) -> None:
    """So that the next step finds no sign to compare with."""
    for name in ORDINARY:
        for case in run.on(name):
            kept = np.where(turned(case) < 0, 0.0, case.args[1])
            run.equal(run.parts(case)["previous"], kept, "previous", case)


@exercise.check("magnitude", "Gradients of 1e-200 are as good as large ones.", points=1, see=SEE)
def magnitude(run: Run) -> None:
    """Both gradients times 2^660, about 1e200: the same weights, the same steps."""
    for case in run.on("gradients of 1e-200"):
        w, grad, previous, step = case.args
        larger = Case("gradients of order 1", (w, 2.0**660 * grad, 2.0**660 * previous, step))
        want, got = run.named(run.call(larger), larger), run.parts(case)
        for name in ("w", "step"):
            run.equal(got[name], want[name], name, case)
        run.equal(2.0**660 * got["previous"], want["previous"], "previous, times 2^660,", case)


for _name, _sentence, _value in MISTAKES:
    exercise.slip(_name, _sentence, _value, SEE, flows(*waits_then_moves(_value)))
