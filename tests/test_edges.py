"""Weights of the edges of an LSTM's gradient, and counts of truncations: exact or unsaid."""

import dataclasses
import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import numpy as np
import pytest
import torch

from course.calls import Failure, Reply
from course.compare import difference
from course.exercise import load
from course.gated import LSTM
from course.grader.bank import Answer
from course.grader.judged.outputs import EDGES as UNTOLD
from course.grader.judged.outputs import without_numbers
from course.judging import Run, judge
from course.lstm_slips import STEP_SLIPS
from course.recognise.cell import EDGES, GATES
from course.recognise.cell_words import WORDS, as_lines, described
from course.recognise.drawn import caption, from_data, html
from course.recognise.edges import as_array, both_edges
from course.recognise.edges import as_lines as triangle_lines
from course.recognise.edges import described as triangle_described
from course.recognise.further import edge_cases, path_cases
from course.recognise.gallery import is_known
from course.recognise.picture import EXTRA, MISSING
from course.recognise.rules import RIGHT, RULES
from course.recognise.weighing import Parts, Solution, solve, weigh
from course.report import as_data, as_html, as_text
from course.verdict import Paths, Verdict, Weights
from tests.conftest import answer_of, bank_of
from tests.one_by_one import altered_gradients
from tests.test_banks import cases_of
from tests.test_mutants import of as mutants_of

CELLS, TRUNCATIONS = (
    ("lstm_bptt", "lstm_step_backward", "cell_jacobian"),
    ("truncated_bptt", "chunked_bptt", "randomized_bptt"),
)
bptt = load("lstm_bptt").weighed
assert bptt is not None
CASES = edge_cases(load("lstm_bptt"))


def values(name: str, weights: np.ndarray, args: tuple[object, ...]) -> Parts:
    """The results for these weights."""
    weighed = load(name).weighed
    assert weighed is not None
    return {n: part[0] for n, part in weighed.value(*args)(weights[None]).items()}


def altered(**weights: float) -> np.ndarray:
    """Weights that are one but for those named, with → as _to_."""
    return np.array([weights.get(edge.replace("→", "_to_"), 1.0) for edge in EDGES])


def found(weights: np.ndarray) -> Solution | None:
    assert bptt is not None
    return weigh(bptt, CASES, [values("lstm_bptt", weights, args) for args in CASES])


def judged(name: str, answer: str) -> Verdict:
    exercise, banked = answer_of(name, answer)
    return judge(exercise, banked.local(exercise), exercise.public_cases())


@pytest.mark.parametrize("name", CELLS)
def test_with_all_weights_one_it_is_the_gradient(name: str) -> None:
    exercise, _ = bank_of(name)
    assert exercise.weighed is not None
    assert exercise.oracle is not None
    for case in cases_of(exercise, 3):
        once = values(name, np.ones(len(exercise.weighed.edges)), case.args)
        expected = exercise.oracle(*case.args)
        assert once.keys() == expected.keys()
        for part, value in expected.items():
            assert once[part] == pytest.approx(value, rel=1e-12, abs=1e-14)


def by_autograd(weights: np.ndarray, *args: object) -> Parts:
    """The same by torch: `w·x + (1−w)·x.detach()` on every edge."""
    w = dict(zip(EDGES, weights, strict=True))

    def counted(x: torch.Tensor, edge: str) -> torch.Tensor:
        return w[edge] * x + (1 - w[edge]) * x.detach()

    p, X, dH, h_0, c_0 = args
    leaves = [torch.tensor(a, requires_grad=True) for a in (*p, X, h_0, c_0)]  # type: ignore[misc]
    W_x, W_h, b, inputs, h, c = leaves
    loss = torch.zeros((), dtype=torch.float64)
    for x, d in zip(inputs, torch.tensor(dH), strict=True):
        read = torch.cat([W @ counted(h, edge) for edge, W in zip(GATES, W_h.chunk(4), strict=True)])
        i, f, g, o = (W_x @ x + read + b).chunk(4)
        c = f.sigmoid() * counted(c, "c→c") + i.sigmoid() * g.tanh()
        h = o.sigmoid() * counted(c, "c→h").tanh()
        loss = loss + d @ counted(h, "loss")
    names = ("W_x", "W_h", "b", "dX", "dh_0", "dc_0")
    return {n: g.numpy() for n, g in zip(names, torch.autograd.grad(loss, leaves), strict=True)}


def test_any_weights_are_those_of_autograd() -> None:
    rng = np.random.default_rng(5)
    for args in CASES:
        w = rng.normal(size=len(EDGES))
        ours, theirs = values("lstm_bptt", w, args), by_autograd(w, *args)
        for part, value in theirs.items():
            assert ours[part] == pytest.approx(value, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(
    "weights",
    [
        altered(h_to_f=0),
        altered(h_to_o=0),
        altered(h_to_f=0, loss=2),
        altered(c_to_c=0),
        altered(c_to_c=2, h_to_g=0.5),
        altered(h_to_i=0, h_to_f=0, h_to_g=0, h_to_o=0),
        altered(h_to_i=-1),
        altered(loss=0.25),
    ],
)
def test_weights_are_found_to_the_last_digits(weights: np.ndarray) -> None:
    solution = found(weights)
    assert solution is not None
    assert solution.apart == ()
    assert solution.weights == pytest.approx(weights, abs=1e-12)


def test_up_to_two_edges_missing_or_doubled_are_found() -> None:
    """Those that are not identified are left out, and never told wrong."""
    for pair in itertools.combinations_with_replacement(range(len(EDGES)), 2):
        for counts in itertools.product((0.0, 2.0), repeat=2):
            weights = np.ones(len(EDGES))
            weights[list(pair)] = counts
            solution = found(weights)
            assert solution is not None, weights
            seen = ~np.isnan(solution.weights)
            assert solution.weights[seen] == pytest.approx(weights[seen], abs=1e-11)
            hides = weights[EDGES.index("c→h")] == 0 or weights[EDGES.index("loss")] == 0
            assert hides or seen.all(), weights


def test_what_is_behind_a_missing_edge_is_hidden() -> None:
    """Without c→h nothing reaches the cell: a change of what lies behind changes no result."""
    solution = found(altered(c_to_h=0))
    assert solution is not None
    hidden = {edge for edge, w in zip(EDGES, solution.weights, strict=True) if np.isnan(w)}
    assert hidden == {"c→c", "h→i", "h→f", "h→g"}
    a, b = altered(c_to_h=0), altered(c_to_h=0, c_to_c=7, h_to_f=-3)
    assert all(
        np.array_equal(v, values("lstm_bptt", b, CASES[0])[n])
        for n, v in values("lstm_bptt", a, CASES[0]).items()
    )


def slipped(slip: object) -> list[Parts]:
    """The results of a slip in the further cases."""
    results = []
    for p, X, dH, h_0, c_0 in CASES:
        g = altered_gradients(p, X, dH, 0 * c_0, h_0, c_0, slip)  # type: ignore[arg-type]
        found = {n: g[n] for n in LSTM._fields} | {"dX": g["X"], "dh_0": g["h_0"], "dc_0": g["c_0"]}
        results.append(found)
    return results


@pytest.mark.parametrize("slip", STEP_SLIPS, ids=lambda s: s.name)
def test_local_mistake_is_never_taken_for_edges(slip: object) -> None:
    assert bptt is not None
    of_edges = slip.name.startswith(("state_read_without", "state_to_cell"))  # type: ignore[attr-defined]
    assert (weigh(bptt, CASES, slipped(slip)) is not None) == of_edges


def test_nothing_is_said_of_what_is_only_nearly_explained() -> None:
    assert bptt is not None
    rng, weights = np.random.default_rng(1), altered(h_to_f=0)
    for size, named in ((1e-13, True), (1e-7, False), (1e-4, False)):
        got = [values("lstm_bptt", weights, args) for args in CASES]
        noisy = [{n: v + size * rng.normal(size=v.shape) for n, v in one.items()} for one in got]
        assert (weigh(bptt, CASES, noisy) is not None) == named


def test_too_few_equations_are_refused() -> None:
    with pytest.raises(ValueError, match="20 equations are too few for 7 weights: give more cases"):
        solve(lambda w: w @ np.ones((7, 20)), np.ones(20), 7)


def holds(name: str, weights: Weights, got: Parts, args: tuple[object, ...]) -> bool:
    """Whether the told counts give the results, whatever the untold ones are."""
    for other in (1.0, 0.3):
        w = np.array([other if count is None else count for count in weights.counts])
        value = values(name, w, args)
        if any(difference(got[n], value[n], 1e-5) for n in value if n not in weights.apart):
            return False
    return True


def drawn_and_false(name: str, answers: Iterable[Answer], seed: int) -> tuple[list[str], list[str]]:
    """Whose edges are drawn, and those of them that do not hold on the cases of another seed."""
    exercise, _ = bank_of(name)
    drawn, false = [], []
    for answer in answers:
        try:
            target = answer.local(exercise)
        except (SyntaxError, NameError, TypeError):  # a mutant that is no program
            continue
        paths = judge(exercise, target, exercise.public_cases()).paths
        if isinstance(paths, Weights):
            cases = cases_of(exercise, seed)
            run = Run(exercise, target, cases, [])
            drawn.append(answer.name)
            if not all(holds(name, paths, run.parts(case), case.args) for case in cases):
                false.append(f"{answer.name}: {as_lines(paths)[1:]}")
    return drawn, false


@pytest.mark.parametrize("name", CELLS)
def test_edges_told_of_a_banked_answer_hold_on_other_cases(name: str) -> None:
    answers = bank_of(name)[1].answers
    drawn, false = drawn_and_false(name, answers.values(), 20)
    assert false == []
    assert len(drawn) >= 4
    assert not any(answers[a].right for a in drawn)


def mutants_as_answers(name: str) -> list[Answer]:
    return [Answer(str(m), m.source, False) for m in mutants_of(name)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CELLS)
def test_edges_told_of_a_mutant_hold_on_other_cases(name: str) -> None:
    chosen = mutants_as_answers(name)[::10]
    assert len(chosen) > 10
    assert drawn_and_false(name, chosen, 30)[1] == []


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CELLS)
def test_edges_told_of_every_mutant_hold_on_other_cases(name: str) -> None:
    drawn, false = drawn_and_false(name, mutants_as_answers(name), 30)
    assert len(drawn) > 5
    assert false == []


def test_picture_of_a_cell_says_the_same_in_words() -> None:
    weights = Weights(EDGES, (1.0, 1.0, 0.0, 1.0, None, 1.0, 2.0), ("dh_0", "dc_0"))
    assert described(weights) == (
        "In the LSTM's cell, these edges are not counted exactly once: from the gate f "
        "back to h_{t-1} (missing); from the loss back to h_t (counted twice). "
        "How often each kind of edge is counted: c→c: 1, h→i: 1, "
        "h→f: 0, h→g: 1, h→o: ?, c→h: 1, loss: 2. A question mark means that the results do not show it. "
        "This holds without dh_0 and dc_0. Right is 1 everywhere."
    )
    assert as_lines(weights)[1:] == [
        "  c→c  h→i  h→f  h→g  h→o  c→h  loss",
        "    1    1    0    1    ?    1     2",
        "This holds without dh_0 and dc_0.",
    ]
    root = ET.fromstring(html(weights))
    assert root.get("aria-label", "").endswith("Right is 1 everywhere.")
    assert [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]
    assert html(weights).count(f'stroke="{MISSING}"') == 2  # the line and its head
    assert html(weights).count(f'stroke="{EXTRA}"') == 2
    assert html(weights).count(">?</text>") == 2  # the edge and its row
    width, height = map(float, root.get("viewBox", "").split()[2:])
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        half = len("".join(text.itertext())) * 0.29 * float(text.get("font-size", 12))
        assert half <= float(text.get("x", 0)) <= width - half
        assert 10 <= float(text.get("y", 0)) <= height - 4
    assert width <= 358  # a phone's page of 390, less its margins: it is seen whole


def test_report_tells_the_edges() -> None:
    exercise, _ = bank_of("lstm_bptt")
    verdict = judged("lstm_bptt", "state_read_without_f")
    assert [d.name for d in verdict.diagnoses] == ["state_read_without_f"]
    assert verdict.paths == Weights(EDGES, (1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0))
    assert as_html(verdict, exercise).count("<svg") == 1
    assert "    1    1    0    1    1    1     1" in as_text(verdict, exercise)
    assert from_data(json.loads(json.dumps(as_data(verdict)))["paths"]) == verdict.paths
    unnamed = judged("lstm_bptt", "states_alone")
    assert "from a_t, all four blocks, back to h_{t-1} (counted 0.5 times)" in unnamed.diagnoses[0].sentence
    assert "without dh_0 and dc_0" in caption(unnamed.paths)  # type: ignore[arg-type]


def test_judge_shows_no_measured_count() -> None:
    known = judged("lstm_bptt", "state_read_without_f")
    assert without_numbers(known).paths == known.paths
    measured = judged("lstm_bptt", "states_alone")
    assert measured.paths is not None
    shown = without_numbers(measured)
    assert shown.paths is None
    assert [d.sentence for d in shown.diagnoses] == [UNTOLD]
    three = Weights(EDGES, (0.0, 2.0, 0.0, 1.0, 1.0, 1.0, 1.0))
    assert not is_known(three, "lstm_bptt")
    assert is_known(Weights(EDGES, (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)), "lstm_bptt")


@pytest.mark.parametrize(
    "change",
    [{"counts": [1.0]}, {"counts": [float("nan")] * 7}, {"edges": [f"<b>{edge}" for edge in EDGES]}],
)
def test_data_that_is_no_picture_is_left_out(change: dict[str, object]) -> None:
    data = dataclasses.asdict(Weights(EDGES, (1.0,) * 7))
    assert from_data(data) is not None
    assert from_data(data | change) is None
    triangle = {"alpha": [[1.0], [1.0, 0.0]], "rule": "", "right": [[1.0], [0.0, 1.0]]}
    assert from_data(triangle) == Paths(((1.0,), (1.0, 0.0)), "", ((1.0,), (0.0, 1.0)))
    assert from_data(triangle | {"right": [[1.0]]}) is None


def test_crash_on_the_further_cases_costs_the_picture_only() -> None:
    exercise, banked = answer_of("lstm_bptt", "state_read_without_f")
    further = [args[1].tobytes() for args in edge_cases(exercise)]

    class Frail:
        printed = ""
        honest = banked.local(exercise)

        def call(self, args: tuple[np.ndarray, ...]) -> Reply:
            if args[1].tobytes() in further:
                return Reply(None, Failure("raised", "ValueError", ""), args, 0.0)
            return self.honest.call(args)

        def held(self) -> list[object]:
            return self.honest.held()

    verdict = judge(exercise, Frail(), exercise.public_cases())
    assert [d.name for d in verdict.diagnoses] == ["state_read_without_f"]
    assert verdict.paths is None


def rule_of(paths: Paths) -> object:
    return next((rule for rule in RULES if rule.sentence == paths.rule), RIGHT)


@pytest.mark.parametrize("name", TRUNCATIONS)
def test_triangle_told_of_a_truncation_holds_on_other_cases(name: str) -> None:
    exercise, bank = bank_of(name)
    unrolled, drawn = exercise.unrolled, 0
    assert unrolled is not None
    for answer in bank.answers.values():
        paths = judged(name, answer.name).paths
        if paths is None or answer.name == "draws_its_own":  # that one answers differently every time
            continue
        assert isinstance(paths, Paths)
        assert not answer.right
        args = unrolled.many(np.random.default_rng(77))
        G = unrolled.through_W_hh(args, rule_of(paths))  # type: ignore[arg-type]
        (got, *_), alpha = answer.local(exercise).call(args).value, as_array(paths.alpha)
        assert difference(got.W_hh, np.tensordot(alpha, G, 2), 1e-5) is None, answer.name
        drawn += 1
    assert drawn >= 12


@pytest.mark.parametrize("name", TRUNCATIONS)
def test_right_counts_of_a_truncation_give_its_gradient(name: str) -> None:
    exercise, _ = bank_of(name)
    assert exercise.unrolled is not None
    assert exercise.oracle is not None
    for args in path_cases(exercise):
        right = exercise.unrolled.right(args)
        G = exercise.unrolled.through_W_hh(args)
        assert np.tensordot(right, G, 2) == pytest.approx(exercise.oracle(*args)["W_hh"], abs=1e-13)
        assert not np.array_equal(right, np.tril(np.ones((7, 7))))


def test_triangle_of_a_truncation_is_drawn_against_the_right_one() -> None:
    paths = judged("chunked_bptt", "cut_before_the_chunks_end").paths
    assert isinstance(paths, Paths)
    are, should = both_edges(paths)
    assert should.between == (1, 1, 0, 1, 1, 0)
    assert are.between == (1, 0, 1, 1, 0, 1)
    assert "from h3 back to h2 (missing); from h4 back to h3 (counted once, should be cut)" in (
        triangle_described(paths)
    )
    assert "t=4      0     0  1(0)     1" in triangle_lines(paths)
    drawn = html(paths)
    assert drawn.count(f'stroke="{MISSING}" stroke-width="2"') == 2 * 2 + 4  # two edges, four paths
    assert drawn.count(f'stroke="{EXTRA}"') == 2 * 2 + 3
    band = judged("truncated_bptt", "tau_plus_one").paths
    assert isinstance(band, Paths)
    are, should = both_edges(band)
    assert (are.of_last, are.between, should.between) == (True, (0, 0, 0, 1, 1, 1), (0, 0, 0, 0, 1, 1))
    assert is_known(band, "truncated_bptt")
    assert not is_known(dataclasses.replace(band, alpha=((0.5,), *band.alpha[1:])), "truncated_bptt")


def test_words_name_every_edge() -> None:
    edges = {edge for name in CELLS for edge in load(name).weighed.edges}  # type: ignore[union-attr]
    assert set(WORDS) == edges
