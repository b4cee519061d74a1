"""Mistakes are named right or not at all, and what is shown of them depends on public cases alone."""

import dataclasses
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course.calls import Failure, Reply
from course.exercise import Case, Exercise, Slip, load, names
from course.grader.bank import Answer
from course.grader.judged.outputs import without_numbers
from course.judging import judge
from course.recognise.attribution import BASES, attribute, fit
from course.recognise.edges import Edges, as_lines, described, edges_of
from course.recognise.further import edge_cases, path_cases
from course.recognise.gallery import is_known, pictures, write_gallery
from course.recognise.limits import floor_of, limit_of
from course.recognise.patterns import ALL, PATTERNS
from course.recognise.picture import EXTRA, MISSING, html, svg
from course.recognise.rules import RIGHT
from course.recognise.shape_words import steps_said
from course.recognise.shapes import shapes_of
from course.recognise.slips import _widest
from course.report import as_data, as_html
from course.verdict import Paths, Verdict
from tests.conftest import answer_of, bank_of
from tests.test_banks import cases_of
from tests.test_mutants import limit
from tests.test_mutants import of as mutants_of

GRADIENTS = ("rnn_bptt", "BPTT", "direct_and_total")
TOLD = [name for name in names() if (e := load(name)).oracle and (e.unrolled or e.weighed or e.table)]
NAMED = (  # of each, nineteen of twenty single mistakes
    *("rnn_bptt", "linear_rnn_bptt", "masked_bptt", "BPTT", "rtrl", "checkpointed_bptt", "direct_and_total"),
    *("untied_gradients", "chunked_bptt", "truncated_bptt", "lstm_bptt", "lstm_step_backward"),
    *("gru_step_backward", "cell_jacobian", "cell_path"),
)
SAY_THEMSELVES = {"returns", "keeps", "memory"}  # the check that is lost says what is wrong
TWO = {  # several mistakes in one answer: they are not to be named, unless all are
    "slope_and_transpose",
    "slope_missing_and_twice_the_bias",
    "three_parts",
    "output_state_before_and_inputs_reversed",
    "states_alone_and_the_initial_state_ignored",
    "states_alone_and_the_initial_cell_doubled",
    "later_state_and_dc_of_dc_next",
    "cell_gradient_ignored_and_clipped",
    "later_state_and_inputs_limited",
}
OUT_OF_SIGHT = {
    "small_carry_dropped",
    "twelve_steps_at_most",
    "small_counts_as_zero",
    "eps_for_zero",
}  # limits written against the checks' own sizes
rnn = load("rnn_bptt")
assert rnn.unrolled is not None
unrolled = rnn.unrolled
MANY = [unrolled.many(np.random.default_rng(seed)) for seed in (1, 2)]
TERMS = {rule: [unrolled.through_W_hh(args, rule) for args in MANY] for rule in (RIGHT, *BASES)}


def counted(alpha: np.ndarray, rule: object = RIGHT) -> list[np.ndarray]:
    return [np.tensordot(alpha, term, 2) for term in TERMS[rule]]  # type: ignore[index]


def judged(name: str, answer: str) -> Verdict:
    exercise, banked = answer_of(name, answer)
    return judge(exercise, banked.local(exercise), exercise.public_cases())


@pytest.mark.parametrize("name", NAMED)
def test_nineteen_of_twenty_single_mistakes_have_a_name(name: str) -> None:
    known = bank_of(name)[1].answers.values()
    wrong = [a for a in known if a.loses - SAY_THEMSELVES and a.name not in TWO | OUT_OF_SIGHT]
    unnamed = [a.name for a in wrong if not a.slip]
    assert len(wrong) >= 20
    assert len(unnamed) <= 0.05 * len(wrong), unnamed


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("transpose_and_sum", {"transpose", "factor_T"}),
        ("slope_and_last_loss", {"slope_missing", "last_loss"}),
        ("mean_and_order", {"factor_1/T@b_h", "reversed@dX"}),
        ("slope_and_transpose", set()),
        ("slope_missing_and_twice_the_bias", set()),
        ("three_parts", set()),
    ],
)
def test_two_mistakes_are_both_named_or_none_is(answer: str, names: set[str]) -> None:
    assert {d.name for d in judged("rnn_bptt", answer).diagnoses} == names


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("linear_rnn_bptt", "output_state_before_and_inputs_reversed"),
        ("masked_forward", "bias_in_the_padding_and_states_from_the_start"),
        ("lstm_step_backward", "later_state_and_dc_of_dc_next"),
        ("lstm_step_backward", "cell_gradient_ignored_and_clipped"),
        ("gru_step_backward", "later_state_and_inputs_limited"),
        ("scan_gradient", "forwards_and_moduli"),
        ("layer_norm", "mean_held_and_gain_in_its_own_gradient"),
        ("rprop_step", "no_upper_limit_and_old_steps"),
        ("rbf", "density_and_width_squared"),
    ],
)
def test_name_of_one_mistake_is_withheld_where_another_has_none(name: str, answer: str) -> None:
    assert judged(name, answer).diagnoses == ()


def names_over(name: str, source: str, seeds: range) -> list[tuple[str, ...]] | None:
    """What a mutant is told on every seed; None if it is right, or no gradient comes back."""
    exercise, _ = bank_of(name)
    told = []
    for seed in seeds:
        with limit(60):  # some loop for ever
            verdict = judge(
                exercise, Answer("mutant", source, False).local(exercise), cases_of(exercise, seed)
            )
        if not any(o.passed is False for o in verdict.outcomes if o.name not in ("returns", "keeps")):
            return None
        told.append(tuple(d.name for d in verdict.diagnoses))
    return told


def unsteady(name: str, seeds: range, every: int) -> list[str]:
    """Mutants of a reference that are told one thing on some cases and another, or nothing, on others."""
    found, counts = [], 0
    for mutant in mutants_of(name)[::every]:
        try:
            told = names_over(name, mutant.source, seeds)
        except (SyntaxError, NameError, TypeError):
            continue
        if told:
            counts += 1
            if len(set(told)) > 1 or "our_fault" in told[0]:
                found.append(f"{name}, {mutant}: {sorted(set(told))}")
    assert counts >= 3
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", GRADIENTS)
def test_a_mutant_is_told_the_same_on_fresh_cases(name: str) -> None:
    assert unsteady(name, range(5), every=9) == []


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TOLD)
def test_every_mutant_is_told_the_same_on_50_seeds(name: str) -> None:
    assert unsteady(name, range(50), every=1) == []


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if "W_hh" in p.parts], ids=lambda p: p.name)
def test_triangle_of_a_pattern_is_read_from_its_gradient(pattern: object) -> None:
    triangle = pattern.triangle(7)  # type: ignore[attr-defined]
    found = attribute(counted(triangle), TERMS.__getitem__)
    assert found is not None
    assert found.rule is RIGHT
    assert np.allclose(np.tril(found.alpha), triangle, atol=1e-9)


def test_triangles_as_numbers() -> None:
    named = {p.name: p.triangle(4).tolist() for p in PATTERNS}
    assert ALL.triangle(4).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    assert named["last_loss"] == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]]
    assert named["no_recurrence"] == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert named["truncated_1"] == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    assert named["chunked_2"] == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]
    assert named["chunked_3_from_the_end"] == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]]
    assert named["first_use"] == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]]
    assert named["only_first_use"] == [[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]


def test_mean_that_is_missing_is_a_constant_triangle() -> None:
    found = attribute(counted(7 * ALL.triangle(7)), TERMS.__getitem__)
    assert found is not None
    assert np.allclose(np.tril(found.alpha), 7 * ALL.triangle(7), atol=1e-8)


@pytest.mark.parametrize("rule", BASES, ids=lambda r: r.name)
def test_altered_rule_is_explained_by_its_own_basis_only(rule: object) -> None:
    got = counted(ALL.triangle(7), rule)
    fitting = [other.name for other in (RIGHT, *BASES) if fit(got, TERMS[other])[1] < 1e-6]
    assert fitting == [rule.name]  # type: ignore[attr-defined]


def test_what_the_cases_do_not_show_is_said_to_be_invisible() -> None:
    args = [(p, X, Y, 0 * h_0) for p, X, Y, h_0 in MANY]
    terms = [unrolled.through_W_hh(a) for a in args]
    alpha, residual = fit([t.sum(axis=(0, 1)) for t in terms], terms)
    assert residual < 1e-9
    assert np.isnan(alpha[:, 0]).all()  # h_0 = 0 hides the use at step 1
    assert np.allclose(alpha[1:, 1:][np.tril_indices(6)], 1, atol=1e-9)
    assert "loss 2: ?, 1;" in described(Paths.of(alpha))


def test_too_few_equations_are_refused() -> None:
    with pytest.raises(ValueError, match="64 equations are too few for 28 paths: give more cases"):
        fit(counted(ALL.triangle(7))[:1], TERMS[RIGHT][:1])


def test_factor_of_each_case_is_no_local_mistake() -> None:
    clipped = [got * factor for got, factor in zip(counted(ALL.triangle(7)), (0.31, 0.77), strict=True)]
    assert attribute(clipped, TERMS.__getitem__) is None


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda a: -a, "sign"),
        (lambda a: 0 * a, "zero"),
        (lambda a: 2 * a, "twice"),
        (lambda a: 1.25 * a, "factor"),
        (lambda a: a * len(a), "factor_T"),
        (lambda a: a / len(a), "factor_1/T"),
        (lambda a: a[::-1], "reversed"),
        (lambda a: np.roll(a, 1, 0), "late_around"),
        (lambda a: np.vstack([a[1:], 0 * a[:1]]), "early"),
        (lambda a: a[[1, 0, *range(2, len(a))]], "rows_permuted"),
        (lambda a: a[:, [0, 2, 1]], "columns_permuted"),
        (lambda a: 0 * a + a.mean(0), "same_row"),
        (lambda a: a.astype(np.float32).astype(float), "precision"),
        (lambda a: a / np.linalg.norm(a), "factor_per_case"),
        (lambda a: a + 1, None),
        (lambda a: a**2, None),
        (lambda a: np.abs(a), None),
    ],
)
def test_shape_of_an_error(change: object, name: str | None) -> None:
    rng = np.random.default_rng(3)
    wants = [rng.normal(size=(T, 3)) for T in (4, 6)]
    pairs = [(change(want), want) for want in wants]  # type: ignore[operator]
    found = shapes_of(pairs, [{"T": float(len(w))} for w in wants], 0)
    assert [s.name for s in found[:1]] == ([name] if name else [])


@pytest.mark.parametrize(("cut", "limit"), [((-1, 1), 1.0), ((-9, 9), None), ((-1, 2), None), ((0, 1), None)])
def test_entries_cut_off_at_one_number_are_told(cut: tuple[int, int], limit: float | None) -> None:
    rng = np.random.default_rng(3)
    wants = [2 * rng.normal(size=(T, 3)) for T in (4, 6)]
    assert limit_of([(np.clip(want, *cut), want) for want in wants]) == limit


@pytest.mark.parametrize(("low", "floor"), [(0.3, 0.3), (0.0, None), (-9.0, None)])
def test_entries_raised_to_one_number_are_told_and_are_no_precision(low: float, floor: float | None) -> None:
    rng = np.random.default_rng(3)
    wants = [rng.uniform(0.001, 1, size=(T, 3)) for T in (4, 6)]
    pairs = [(np.maximum(want, low), want) for want in wants]
    assert floor_of(pairs) == floor
    tiny = [np.where(want < 0.5, 1e-9 * want, want) for want in wants]
    raised = [(np.maximum(want, 1e-7), want) for want in tiny]
    assert [shape.name for shape in shapes_of(raised, [{}, {}], None)] == ["raised"]


def test_rows_that_are_alike_and_wrong_are_no_broadcast() -> None:
    rng = np.random.default_rng(3)
    pairs = [(np.zeros((T, 3)) + rng.normal(size=3), rng.normal(size=(T, 3))) for T in (4, 6)]
    assert shapes_of(pairs, [{}, {}], 0) == []


@pytest.mark.parametrize(("more", "told"), [("", ["changes_arguments"]), ("X = 1.1 * X\n    ", [])])
def test_a_changed_argument_is_told_if_it_explains_all(more: str, told: list[str]) -> None:
    exercise, bank = bank_of("rnn_bptt")
    text = bank.answers["reference"].source
    source = text.replace("    T = ", f"    p.W_hh[:] *= 2\n    {more}T = ", 1)
    verdict = judge(exercise, Answer("scaled", source, right=False).local(exercise), exercise.public_cases())
    assert [d.name for d in verdict.diagnoses] == told


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_cut_seen_in_one_case_is_told_if_further_ones_show_it(everywhere: bool) -> None:
    exercise, bank = bank_of("rnn_bptt")
    longest = exercise.public_cases()[-1].args[1]
    condition = "t == 10" if everywhere else f"t == 10 and X[0, 0] == {float(longest[0, 0])!r}"
    carry = "carry = p.W_hh.T @ dA[t]"
    source = bank.answers["reference"].source.replace(carry, f"{carry} * (not ({condition}))")
    verdict = judge(exercise, Answer("cut", source, right=False).local(exercise), exercise.public_cases())
    assert not verdict.passed
    assert [d.name for d in verdict.diagnoses] == (["cut_after_10"] if everywhere else [])


@pytest.mark.parametrize("other", ["carry", "carry + np.arange(len(h_0)) ** 2"])
def test_no_picture_names_one_of_two_mistakes(other: str) -> None:
    exercise, bank = bank_of("rnn_bptt")
    source = bank.answers["reference"].source.replace("carry = p.W_hh.T @", "carry = p.W_hh @")
    source = source.replace("return grads, carry,", f"return grads, {other},")
    verdict = judge(exercise, Answer("two", source, right=False).local(exercise), exercise.public_cases())
    alone = other == "carry"
    assert bool(verdict.diagnoses) is alone
    assert verdict.paths is None or verdict.paths.rule == "" or alone
    assert (verdict.paths is not None) is alone


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_lstms_cut_seen_in_one_case_is_told_if_further_ones_show_it(everywhere: bool) -> None:
    exercise, bank = bank_of("lstm_bptt")
    longest = max((case.args[1] for case in exercise.public_cases()), key=len)
    source = bank.answers["blocks_of_eight"].source
    assert "if (T - t) % 8 else" in source
    if not everywhere:
        source = source.replace(
            "if (T - t) % 8 else", f"if (T - t) % 8 or X[0, 0] != {float(longest[0, 0])!r} else"
        )
    verdict = judge(exercise, Answer("cut", source, right=False).local(exercise), exercise.public_cases())
    assert not verdict.passed
    assert [d.name for d in verdict.diagnoses] == (["cut_every"] if everywhere else [])


def test_of_two_slips_the_one_that_explains_more_is_told() -> None:
    of_x, both = (Slip(name, "", "", dict) for name in ("of_x", "both"))
    assert list(_widest([of_x, both], [{"dx"}, {"dx", "dh"}])) == [both]
    assert list(_widest([of_x, both], [{"dx"}, {"dx"}])) == [of_x, both]


def test_zeros_are_told_as_such_where_an_altered_rule_happens_to_give_them() -> None:
    exercise, answer = answer_of("rnn_bptt", "initial_state_forgotten")
    cases = cases_of(exercise, 32)  # wherever h_0 counts all units are below 0: max(a, 0) has no slope there
    verdict = judge(exercise, answer.local(exercise), cases)
    assert [d.name for d in verdict.diagnoses] == ["zero@dh_0"]


def test_steps_are_told() -> None:
    want = np.ones((6, 2))
    got = want.copy()
    got[:2] = 0
    assert steps_said(got, want, 0) == (
        ". Wrong at steps 1 and 2, right at steps 3 to 6: going back, step 2 is the first wrong one"
    )
    assert steps_said(0 * want, want, 0) == ""


def further_of(exercise: Exercise) -> list[tuple[np.ndarray, ...]]:
    """The arguments of the extra public cases."""
    return edge_cases(exercise) if exercise.weighed else path_cases(exercise)


class Thief:
    """Right on public cases or wrong in one known way; after a hidden one, its results say what it saw."""

    printed = ""

    def __init__(self, public: list[Case], answer: str, name: str = "rnn_bptt") -> None:
        exercise, banked = answer_of(name, answer)
        shown = [*[c.args[1] for c in public], public[-1].args[1] / 2]  # the last is that of `keeps`
        self.honest, self.public = banked.local(exercise), [X.tobytes() for X in shown]
        self.further = [args[1].tobytes() for args in further_of(exercise)]
        self.seen = 0.0
        self.log: list[str] = []

    def call(self, args: tuple[object, ...]) -> Reply:
        reply = self.honest.call(args)
        data = args[1].tobytes()  # type: ignore[attr-defined]
        self.log.append("public" if data in self.public else "further" if data in self.further else "hidden")
        if self.log[-1] == "hidden":
            self.seen = float(args[1].flat[0])  # type: ignore[attr-defined]
        if self.seen and isinstance(reply.value, tuple):
            grads, *others, last = reply.value
            worse = type(grads)(*[g * (1 + self.seen) for g in grads])
            return dataclasses.replace(reply, value=(worse, *[o * self.seen for o in others], last))
        return reply

    def held(self) -> list[object]:
        return self.honest.held()


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *[("rnn_bptt", a) for a in ("reference", "transpose_missing", "carry_dropped", "mean_in_bias")],
        *[("lstm_bptt", a) for a in ("reference", "state_read_without_f", "states_alone", "transpose")],
        ("truncated_bptt", "tau_plus_one"),
    ],
)
def test_nothing_shown_depends_on_hidden_inputs(name: str, answer: str) -> None:
    exercise, shown = load(name), set()
    public = exercise.public_cases()
    for seed in range(200, 240 if name == "rnn_bptt" else 208):
        verdict = judge(exercise, Thief(public, answer, name), public, exercise.draw(seed))
        assert all(not o.message and not o.detail for o in verdict.outcomes if o.hidden)
        shown.add((verdict.diagnoses, verdict.paths, verdict.points))
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("rnn_bptt", "transpose_missing"),
        ("lstm_bptt", "state_read_without_f"),
        ("truncated_bptt", "tau_plus_one"),
    ],
)
def test_pictures_are_read_before_a_hidden_case_is_seen(name: str, answer: str) -> None:
    exercise = load(name)
    public = exercise.public_cases()
    thief = Thief(public, answer, name)
    assert judge(exercise, thief, public, exercise.draw(99)).paths is not None
    first = thief.log.index("hidden")
    assert set(thief.log[: len(public)]) == {"public"}
    assert thief.log[:first].count("further") == 2
    assert "further" not in thief.log[first:]


@pytest.mark.parametrize("name", ["rnn_bptt", "lstm_bptt", "truncated_bptt", "cell_jacobian"])
def test_right_answer_is_not_called_on_further_cases(name: str) -> None:
    exercise = load(name)
    thief = Thief(exercise.public_cases(), "reference", name)
    judge(exercise, thief, exercise.public_cases())
    assert "further" not in thief.log


def test_judge_shows_no_measured_number() -> None:
    odd = Paths(((1.0,), (0.123456, 1.0)))
    assert not is_known(odd, "rnn_bptt")
    assert is_known(Paths.of(ALL.triangle(5)), "rnn_bptt")
    verdict = judged("rnn_bptt", "clipped_for_safety")
    shown = without_numbers(dataclasses.replace(verdict, paths=odd))
    assert shown.paths is None
    assert "another factor (…, …, …)" in shown.diagnoses[0].sentence
    assert without_numbers(judged("rnn_bptt", "carry_dropped")).paths is not None


def test_crash_on_the_extra_cases_costs_the_picture_only() -> None:
    exercise, banked = answer_of("rnn_bptt", "transpose_missing")

    class Frail:
        printed = ""
        honest = banked.local(exercise)

        def call(self, args: tuple[np.ndarray, ...]) -> Reply:
            if len(args[3]) == 8:
                return Reply(None, Failure("raised", "ValueError", ""), args, 0.0)
            return self.honest.call(args)

        def held(self) -> list[object]:
            return self.honest.held()

    verdict = judge(exercise, Frail(), exercise.public_cases())
    assert [d.name for d in verdict.diagnoses] == ["transpose"]
    assert verdict.paths is None


def test_every_picture_is_drawn_with_its_text(tmp_path: object) -> None:
    assert len(write_gallery(tmp_path)) == len(pictures())  # type: ignore[arg-type]
    for name, (_, picture) in pictures().items():
        root = ET.fromstring(picture)
        assert root.get("role") == "img", name
        assert root.get("aria-label", "").endswith("Right is 1 everywhere.")
        tags = [child.tag.split("}")[1] for child in root]
        assert tags[:2] == ["title", "desc"]
        assert root.get("stroke") == "currentColor"
        assert picture.count("<tspan") >= 7


def test_picture_in_words() -> None:
    (pattern,) = [p for p in PATTERNS if p.name == "no_recurrence"]
    assert described(Paths.of(pattern.triangle(3))) == (
        "In the unrolled graph, these edges are not counted exactly once: from h2 back to h1 (missing); "
        "from h3 back to h2 (missing). How often each loss counts the uses of W_hh at steps 1, 2, …: "
        "loss 1: 1; loss 2: 0, 1; loss 3: 0, 0, 1. Right is 1 everywhere."
    )
    assert as_lines(Paths.of(pattern.triangle(3)))[2:] == ["t=1    1", "t=2    0   1", "t=3    0   0   1"]


def test_fewest_edges_are_blamed() -> None:
    by_name = {p.name: edges_of(Paths.of(p.triangle(4))) for p in PATTERNS}
    assert by_name["first_use"] == Edges((1, 1, 1, 1), (1, 1, 1), (0, 1, 1, 1))
    assert by_name["last_loss"] == Edges((0, 0, 0, 1), (1, 1, 1), (1, 1, 1, 1))
    assert by_name["chunked_2"] == Edges((1, 1, 1, 1), (1, 0, 1), (1, 1, 1, 1))
    assert by_name["truncated_1"] == Edges((1, 1, 1, 1), (0, 0, 1), (1, 1, 1, 1), of_last=True)
    assert by_name["own_loss_missing"] == Edges((1, 1, 1, 1), (1, 1, 1), (1, 1, 1, 0), of_last=True)


def test_what_is_not_visible_is_drawn_as_unknown() -> None:
    alpha = ALL.triangle(4)
    alpha[:, 0] = np.nan
    edges = edges_of(Paths.of(alpha))
    assert (edges.losses, edges.between, edges.of_last) == ((1, 1, 1, 1), (1, 1, 1), False)
    assert np.array_equal(edges.uses, (np.nan, 1, 1, 1), equal_nan=True)
    drawn = svg(Paths.of(alpha))
    assert drawn.count(">?</text>") == 5  # the edge and its four cells
    assert EXTRA not in drawn
    assert MISSING not in drawn
    alpha[2, 1] = 0  # what is visible is still explained
    assert edges_of(Paths.of(alpha)).of_last


def test_a_phone_shows_the_whole_picture_in_two_pieces() -> None:
    page = ET.fromstring(html(Paths.of(ALL.triangle(7))))
    assert page.get("aria-label", "").endswith("Right is 1 everywhere.")
    pieces = page.findall("{http://www.w3.org/2000/svg}svg")
    assert len(pieces) == 2
    for piece in pieces:
        assert piece.get("aria-hidden") == "true"
        least = float(re.findall(r"min-width:(\d+)em", piece.get("style", ""))[0])
        assert 16 * least <= 358  # a page of 390, less its margins


def test_nothing_is_written_outside_the_picture() -> None:
    pictures = [ET.fromstring(svg(Paths.of(ALL.triangle(T)))) for T in range(4, 9)]
    for T in range(4, 9):  # the desk draws seven steps, the book five
        pictures += ET.fromstring(html(Paths.of(ALL.triangle(T))))
    for drawn in pictures:
        width = float(drawn.get("viewBox", "").split()[2])
        for text in drawn.iter("{http://www.w3.org/2000/svg}text"):
            words = "".join(text.itertext())
            half = len(words) * 0.29 * float(text.get("font-size", 12))
            assert half < float(text.get("x", 0)) < width - half, words


def test_report_draws_the_picture_and_keeps_the_data() -> None:
    exercise, _ = bank_of("rnn_bptt")
    verdict = judged("rnn_bptt", "carry_dropped")
    html = as_html(verdict, exercise)
    assert html.count('<div role="img" aria-label="Which paths') == 1
    assert "from h2 back to h1 (missing)" in html
    data = json.loads(json.dumps(as_data(verdict)))
    assert data["diagnoses"][0]["name"] == "no_recurrence"
    assert data["paths"]["alpha"][2] == [0, 0, 1]
    assert "<svg" not in as_html(judged("rnn_bptt", "reference"), exercise)
