"""Problem set 5 beside torch's own LSTM and GRU, and what its checks say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course.altered_gru import GRUSlip
from course.altered_lstm import RIGHT
from course.gated import GRU, LSTM, lstm_forward
from course.grader.bank import Answer
from course.judging import judge
from course.oracles import complex_step
from course.problem_sets.ps5 import _gru_step_backward as gru
from course.problem_sets.ps5.chrono_bias import FALSE_ALARM, furthest
from course.problem_sets.ps5.exploding_lstm import jacobians, log_norm
from tests.conftest import bank_of
from tests.one_by_one import altered_gradients
from tests.test_banks import cases_of

SEEDS = range(1, 6)
Arrays = tuple[np.ndarray, ...]


def answer(name: str, which: str = "reference") -> Callable[..., Any]:
    """A banked answer, as a function."""
    exercise, bank = bank_of(name)
    return bank.answers[which].local(exercise)._callee.function


def leaf(a: np.ndarray) -> torch.Tensor:
    return torch.tensor(a, requires_grad=True)


def with_parameters(net: Any, p: LSTM | GRU) -> Any:
    """torch's network with our parameters; an LSTM's second bias is zero."""
    biases = p[2:] if isinstance(p, GRU) else (p.b, np.zeros_like(p.b))
    for parameter, value in zip(net.parameters(), (*p[:2], *biases), strict=True):
        parameter.data = torch.tensor(value)
    return net


def agree(ours: Arrays, theirs: list[torch.Tensor | None]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert b is not None
        assert a == pytest.approx(b.numpy(), rel=1e-10, abs=1e-13)


def lstm_of(p: LSTM, kind: Any = torch.nn.LSTM) -> Any:
    return with_parameters(kind(p.W_x.shape[1], p.W_h.shape[1], dtype=torch.float64), p)


def parameters(net: Any) -> list[torch.Tensor | None]:
    return [w.grad for w in net.parameters()]


@pytest.mark.parametrize("seed", SEEDS)
def test_lstm_bptt_is_autograd_through_torchs_lstm(seed: int) -> None:
    for case in cases_of(bank_of("lstm_bptt")[0], seed):
        p, X, dH, h_0, c_0 = case.args
        net, leaves = lstm_of(p), [leaf(a) for a in (X, h_0, c_0)]
        H, _ = net(leaves[0], (leaves[1][None], leaves[2][None]))
        assert lstm_forward(p, X, h_0, c_0)[0][1:] == pytest.approx(H.detach().numpy(), abs=1e-14)
        (H * torch.tensor(dH)).sum().backward()
        grads, *others = answer("lstm_bptt")(*case.args)
        agree((*grads, *others), [*parameters(net)[:3], *[a.grad for a in leaves]])


@pytest.mark.parametrize("seed", SEEDS)
def test_lstm_step_backward_is_autograd_through_torchs_cell(seed: int) -> None:
    for case in cases_of(bank_of("lstm_step_backward")[0], seed):
        p, x, h, c, dh_next, dc_next = case.args
        net, leaves = lstm_of(p, torch.nn.LSTMCell), [leaf(a) for a in (x, h, c)]
        after, cell = net(leaves[0], (leaves[1], leaves[2]))
        (after @ torch.tensor(dh_next) + cell @ torch.tensor(dc_next)).backward()
        grads, *others = answer("lstm_step_backward")(*case.args)
        agree((*grads, *others), [*parameters(net)[:3], *[a.grad for a in leaves]])


@pytest.mark.parametrize("seed", SEEDS)
def test_cell_jacobian_is_torchs(seed: int) -> None:
    for case in cases_of(bank_of("cell_jacobian")[0], seed):
        p, x, h, c = case.args
        net = lstm_of(p, torch.nn.LSTMCell)

        def step(s: torch.Tensor, net: Any = net, x: np.ndarray = x) -> torch.Tensor:
            return torch.cat(net(torch.tensor(x), tuple(s.chunk(2))))

        J = torch.autograd.functional.jacobian(step, torch.tensor(np.concatenate([h, c])))  # type: ignore[no-untyped-call]
        assert answer("cell_jacobian")(*case.args) == pytest.approx(J.numpy(), abs=1e-13)


def test_cell_path_is_what_is_left_of_the_lstm_when_its_gates_are_cut() -> None:
    p, X, _, h_0, c_0 = cases_of(bank_of("lstm_bptt")[0], 1)[-1].args
    W_x, W_h, b = map(torch.tensor, p)
    h, cells, F = torch.tensor(h_0), [leaf(c_0)], []
    for x in torch.tensor(X):
        i, f, g, o = (W_x @ x + W_h @ h.detach() + b).chunk(4)
        F.append(f.sigmoid())
        cells.append(F[-1] * cells[-1] + i.sigmoid() * g.tanh())
        h = o.sigmoid() * cells[-1].tanh()
    P = answer("cell_path")(torch.stack(F).numpy())
    found = torch.autograd.grad(cells[-1].sum(), cells)
    assert pytest.approx(torch.stack(found).numpy(), abs=1e-14) == P


@pytest.mark.parametrize("seed", SEEDS)
def test_gru_step_backward_is_autograd_through_torchs_cell(seed: int) -> None:
    for case in cases_of(bank_of("gru_step_backward")[0], seed):
        p, x, h, dh_next = case.args
        net = with_parameters(torch.nn.GRUCell(len(x), len(h), dtype=torch.float64), p)
        leaves = [leaf(x), leaf(h)]
        (net(*leaves) @ torch.tensor(dh_next)).backward()
        grads, *others = answer("gru_step_backward")(*case.args)
        agree((*grads, *others), [*parameters(net), *[a.grad for a in leaves]])


@pytest.mark.parametrize("seed", SEEDS)
def test_gru_step_is_torchs_cell_where_the_reset_gate_is_open_and_nowhere_else(seed: int) -> None:
    for case in cases_of(bank_of("gru_step")[0], seed):
        p, x, h = case.args
        net = with_parameters(torch.nn.GRUCell(len(x), len(h), dtype=torch.float64), p)
        theirs = net(torch.tensor(x), torch.tensor(h)).detach().numpy()
        gap = np.abs(answer("gru_step")(*case.args) - theirs).max()
        assert (gap < 1e-14) if case.name == "open reset gate" else (gap > 1e-4)


def test_gru_step_of_one_unit_has_the_value_that_its_formula_gives() -> None:
    def sigma(a: float) -> float:
        return float(1 / (1 + np.exp(-a)))

    p = GRU(np.array([[0.1], [0.2], [0.3]]), np.array([[0.4], [0.5], [0.6]]), np.ones(3) / 2, np.ones(3) / 4)
    r, z = sigma(0.2 + 0.5 + 0.4 * 0.7 + 0.25), sigma(0.4 + 0.5 + 0.5 * 0.7 + 0.25)
    n = np.tanh(0.6 + 0.5 + 0.6 * (r * 0.7) + 0.25)
    expected = (1 - z) * n + z * 0.7
    assert answer("gru_step")(p, np.array([2.0]), np.array([0.7])) == pytest.approx([expected], rel=1e-14)


RIGHT_ONES = [a.name for a in bank_of("init_forget_gate")[1].answers.values() if a.right]


@pytest.mark.parametrize("name", RIGHT_ONES)
def test_torchs_lstm_with_these_biases_has_the_time_constants(name: str) -> None:
    for case in cases_of(bank_of("init_forget_gate")[0], 1):
        b_ih, b_hh, tau = case.args
        h = len(tau)
        net = torch.nn.LSTM(1, h, dtype=torch.float64)
        zeros = (np.zeros((4 * h, 1)), np.zeros((4 * h, h)))
        for parameter, value in zip(
            net.parameters(), (*zeros, *answer("init_forget_gate", name)(b_ih, b_hh, tau)), strict=True
        ):
            parameter.data = torch.tensor(value, dtype=torch.float64)
        still = torch.zeros(1, h, dtype=torch.float64)
        runs = [net(torch.zeros(9, 1, dtype=torch.float64), (still, c))[1][1] for c in (still + 1, still)]
        left = (runs[0] - runs[1])[0].detach().numpy()  # of a cell of one, after 9 steps
        assert left == pytest.approx(np.exp(-9 / tau), rel=1e-9)


def told(name: str, source: str) -> str:
    """All that is said about an answer on the public cases."""
    exercise, _ = bank_of(name)
    verdict = judge(exercise, Answer("told", source, False).local(exercise), exercise.public_cases())
    return " ".join(o.message for o in verdict.outcomes)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("both", "Both biases hold the whole forget bias, and torch adds them."),
        ("one_left", "One bias is set; the other keeps what stood there, and torch adds them."),
        ("the_other_left", "One bias is set; the other keeps what stood there, and torch adds them."),
        ("added_to_both", "The forget bias is added to what stood there."),
    ],
)
def test_what_went_wrong_with_two_biases_is_said(wrong: str, says: str) -> None:
    assert says in told("init_forget_gate", bank_of("init_forget_gate")[1].answers[wrong].source)


def test_rows_of_another_gate_are_named() -> None:
    source = """
def init_forget_gate(b_ih, b_hh, tau):
    h = len(tau)
    b_ih, b_hh = b_ih.copy(), b_hh.copy()
    b_ih[2 * h : 3 * h] = -np.log(np.expm1(1 / tau))
    b_hh[2 * h : 3 * h] = 0
    return b_ih, b_hh
"""
    assert "It stands in the rows of g: the order is i, f, g, o." in told("init_forget_gate", source)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("half_life", "After τ steps one half is left, not 1/e: τ is a time constant, not a half-life."),
        ("rounded", "Is a small difference of two numbers near 1 rounded away?"),
    ],
)
def test_what_went_wrong_with_a_time_constant_is_said(wrong: str, says: str) -> None:
    assert says in told("forget_bias", bank_of("forget_bias")[1].answers[wrong].source)


def test_the_two_rules_for_the_forget_bias_differ() -> None:
    assert answer("forget_bias")(50.0) == pytest.approx(3.902, abs=5e-4)
    b_f, _ = answer("chrono_bias")(50, 100_000, 1)
    assert b_f.max() == pytest.approx(3.892, abs=5e-4)
    assert b_f.max() < np.log(49)


def test_a_uniform_sample_is_hardly_ever_refused_and_another_one_is() -> None:
    rng = np.random.default_rng(1)
    for n in (120, 4000):
        distance, allowed = furthest(rng.uniform(2, 7, size=n), 2, 7)
        assert distance < allowed
        assert 2 * np.exp(-2 * n * allowed**2) == pytest.approx(FALSE_ALARM / 10)
    distance, allowed = furthest(2 + 5 * rng.uniform(size=4000) ** 1.3, 2, 7)
    assert distance > allowed


def test_slips_that_alter_nothing_are_the_oracle() -> None:
    for case in cases_of(bank_of("lstm_bptt")[0], 1):
        p, X, dH, h_0, c_0 = case.args
        found = altered_gradients(p, X, dH, np.zeros_like(c_0), h_0, c_0, RIGHT)
        exact = bank_of("lstm_bptt")[0].oracle(*case.args)  # type: ignore[misc]
        for name, part in exact.items():
            assert found[name.removeprefix("d")] == pytest.approx(part, rel=1e-11, abs=1e-14)
    for case in cases_of(bank_of("gru_step_backward")[0], 1):
        altered = gru.altered(GRUSlip("", ""), *case.args)
        for name, part in bank_of("gru_step_backward")[0].oracle(*case.args).items():  # type: ignore[misc]
            assert altered[name] == pytest.approx(part, rel=1e-11, abs=1e-14)


def test_the_norm_of_an_exploding_lstm_is_that_of_torchs_jacobian() -> None:
    p, X, h_0, c_0 = answer("exploding_lstm", "through_the_output_gate")(40)
    net = lstm_of(p)

    def last(s: torch.Tensor) -> torch.Tensor:
        h, c = s.chunk(2)
        _, (h_T, c_T) = net(torch.tensor(X), (h[None], c[None]))
        return torch.cat([h_T[0], c_T[0]])

    J = torch.autograd.functional.jacobian(last, torch.tensor(np.concatenate([h_0, c_0])))  # type: ignore[no-untyped-call]
    ours = log_norm(jacobians(p, X, h_0, c_0))
    assert ours == pytest.approx(np.log(np.linalg.norm(J.numpy(), 2)), rel=1e-9)
    assert ours > np.log(1e6)


def test_numbers_of_the_proof() -> None:
    def cells(c_0: np.ndarray, cut: bool = False) -> np.ndarray:
        h_0 = np.tanh(c_0)
        c_1 = c_0 / 2 + np.tanh(h_0) / 2
        o_1 = 1 / (1 + np.exp(-h_0))
        h_1 = (o_1.real if cut else o_1) * np.tanh(c_1)
        return np.stack([c_1, c_1 / 2 + np.tanh(h_1) / 2])

    one = np.array(1.0)
    whole, cut = complex_step(cells, one), complex_step(lambda c: cells(c, cut=True), one)
    assert whole == pytest.approx([0.623434, 0.430885], abs=1e-6)
    assert cut[1] == pytest.approx(0.405807, abs=1e-6)
    assert cut[1] / cut[0] == pytest.approx(0.650923, abs=1e-6)


LARGE = ("lstm_step_backward", "lstm_bptt", "cell_jacobian", "gru_step_backward")


@pytest.mark.parametrize("name", LARGE)
def test_the_reference_is_right_on_the_large_case(name: str) -> None:
    exercise, _ = bank_of(name)
    assert exercise.large is not None
    large = exercise.large(np.random.default_rng(0))
    got = answer(name)(*large.case.args)
    flat = [f for part in (got if isinstance(got, tuple) else (got,)) for f in _fields(part)]
    fields = [f for r in exercise.returns for f in ((r,) if isinstance(r, str) else r._fields)]
    for found, exact in large.along(dict(zip(fields, flat, strict=True))).values():
        assert found == pytest.approx(exact, rel=1e-6)


def _fields(part: Any) -> list[np.ndarray]:
    return list(part) if isinstance(part, tuple) else [part]
