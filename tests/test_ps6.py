"""Problem set 6 beside torch's layers and optimizers, exact numbers, and the limits that its checks set."""

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from course.exercise import Case, load
from course.grader.build import build_set
from course.judging import judge
from course.local import Local
from course.problem_sets.ps6 import orthogonal as haar
from course.problem_sets.ps6 import scan as scans
from course.results import flatten
from tests.conftest import SOLUTIONS, bank_of
from tests.test_against_torch import reference
from tests.test_banks import cases_of

SEEDS = range(1, 4)
TIMED = ("rbf", "scaled_activation", "softplus", "highway", "layer_norm", "scan_gradient")
torch.set_num_threads(1)


def leaf(a: np.ndarray) -> torch.Tensor:
    return torch.tensor(a, requires_grad=True)


def torch_rbf(x: Any, c: Any, width: Any) -> torch.Tensor:
    return torch.exp(-(torch.cdist(x[None], c)[0] ** 2) / (2 * width**2))


def torch_highway(W_t: Any, b_t: Any, W_p: Any, b_p: Any, x: Any) -> torch.Tensor:
    return torch.lerp(x, torch.tanh(W_p @ x + b_p), torch.sigmoid(W_t @ x + b_t))


LAYERS: dict[str, Callable[..., torch.Tensor]] = {
    "rbf": torch_rbf,
    "scaled_activation": lambda z, a: a * torch.tanh(z),
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "highway": torch_highway,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_torchs_with_autograd(name: str, seed: int) -> None:
    for case in cases_of(bank_of(name)[0], seed):
        if name == "rbf" and case.name == "on a centre":  # cdist has no slope there
            continue
        *args, dy = case.args
        leaves = [leaf(a) for a in args]
        y = LAYERS[name](*leaves)
        theirs = [y, *torch.autograd.grad(y, leaves, torch.tensor(dy))]
        for ours, other in zip(reference(name)(*case.args), theirs, strict=True):
            assert ours == pytest.approx(other.detach().numpy(), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("seed", SEEDS)
def test_layer_norm_is_torchs(seed: int) -> None:
    for case in cases_of(bank_of("layer_norm")[0], seed):
        X, gain, bias, eps, dY = case.args
        leaves = [leaf(a) for a in (X, gain, bias)]
        Y = torch.nn.functional.layer_norm(leaves[0], gain.shape, leaves[1], leaves[2], eps)
        theirs = [Y, *torch.autograd.grad(Y, leaves, torch.tensor(dY))]
        for ours, other in zip(reference("layer_norm")(*case.args), theirs, strict=True):
            rel = 1e-7 if case.name == "±1000" else 1e-10  # torch has its own rounding there
            assert ours == pytest.approx(other.detach().numpy(), rel=rel, abs=rel)


def valley(w: torch.Tensor) -> torch.Tensor:
    """A curved valley, in which signs change often."""
    return torch.sum(torch.tensor([1.0, 30.0, 0.2, 4.0]) * (w - 1) ** 2) + torch.sin(3 * w).sum()


def trajectory(make: Callable[..., torch.optim.Optimizer], steps: int = 60) -> list[np.ndarray]:
    """Where torch's optimizer goes, after each step."""
    w = torch.tensor([-1.0, 2.0, 0.5, 3.0], dtype=torch.float64, requires_grad=True)
    optimizer, places = make([w]), [w.detach().numpy().copy()]
    for _ in range(steps):
        optimizer.zero_grad()
        valley(w).backward()
        optimizer.step()
        places.append(w.detach().numpy().copy())
    return places


def gradient(w: np.ndarray) -> np.ndarray:
    at = leaf(w)
    valley(at).backward()
    assert at.grad is not None
    return at.grad.numpy()


def test_rprop_goes_where_torchs_does() -> None:
    theirs = trajectory(lambda p: torch.optim.Rprop(p, lr=0.1))
    w, previous, step, flips = theirs[0], np.zeros(4), np.full(4, 0.1), 0
    for there in theirs[1:]:
        g = gradient(w)
        flips += int(np.sum(g * previous < 0))
        w, previous, step = reference("rprop_step")(w, g, previous, step)
        assert w == pytest.approx(there, rel=1e-12)
    assert flips > 20


@pytest.mark.parametrize(("beta", "eps"), [(0.9, 1e-8), (0.99, 0.3)])
def test_rmsprop_goes_where_torchs_does(beta: float, eps: float) -> None:
    theirs = trajectory(lambda p: torch.optim.RMSprop(p, lr=0.05, alpha=beta, eps=eps))
    w, v = theirs[0], np.zeros(4)
    for there in theirs[1:]:
        w, v = reference("rmsprop_step")(w, gradient(w), v, 0.05, beta, eps)
        assert w == pytest.approx(there, rel=1e-11)


def test_smorms3_in_fractions() -> None:
    """Two steps by hand, from mem = 1 and g = g2 = 0 with ε = 0: x = 1/2, then 2/3 with gradients 1, 1."""
    w, mem, g, g2 = (np.array([a]) for a in (0.0, 1.0, 0.0, 0.0))
    one = np.array([1.0])
    w, mem, g, g2 = reference("smorms3_step")(w, one, mem, g, g2, 0.1, 0.0)
    assert (mem[0], g[0], g2[0]) == (1.5, 0.5, 0.5)  # x = 0.25/0.5
    assert w[0] == pytest.approx(-0.1 / 0.5**0.5, rel=1e-15)
    w, mem, g, g2 = reference("smorms3_step")(w, one, mem, g, g2, 0.1, 0.0)
    r = Fraction(2, 5)
    mean = (1 - r) / 2 + r  # 7/10, of the gradient and of its square
    assert (g[0], g2[0]) == pytest.approx((float(mean), float(mean)), rel=1e-15)
    assert mem[0] == pytest.approx(float(1 + Fraction(3, 2) * (1 - mean)), rel=1e-15)  # x = mean²/mean


def test_smorms3_forgets_where_gradients_agree_and_remembers_noise() -> None:
    rng = np.random.default_rng(0)
    state: dict[str, tuple[np.ndarray, ...]] = {}
    for kind in ("steady", "noise"):
        w, mem, g, g2 = np.zeros(1), np.ones(1), np.zeros(1), np.zeros(1)
        for _ in range(300):
            grad = np.ones(1) if kind == "steady" else rng.choice([-1.0, 1.0], size=1)
            w, mem, g, g2 = reference("smorms3_step")(w, grad, mem, g, g2, 1e-3, 1e-16)
        state[kind] = (w, mem)
    assert state["steady"][1][0] < 1.01
    assert state["noise"][1][0] > 30


def test_glorot_is_torchs_xavier() -> None:
    torch.manual_seed(0)
    W = torch.nn.init.xavier_normal_(torch.empty(300, 700))
    assert reference("glorot_std")(700, 300) == pytest.approx(W.std().item(), rel=0.01)


def test_torchs_orthogonal_matrices_pass_and_raw_factors_do_not() -> None:
    def of_torch(n: int, seed: int) -> Any:
        generator = torch.Generator().manual_seed(seed)
        return torch.nn.init.orthogonal_(torch.empty(n, n, dtype=torch.float64), generator=generator).numpy()

    def raw(n: int, seed: int) -> Any:
        return np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]

    exercise = load("orthogonal")
    assert judge(exercise, Local(of_torch), exercise.public_cases()).passed
    lost = {o.name for o in judge(exercise, Local(raw), exercise.public_cases()).outcomes if not o.passed}
    assert {"both_determinants", "centred"} <= lost


def test_limits_of_the_haar_checks_are_many_deviations_away() -> None:
    drawn = [reference("orthogonal")(haar.SIZE, seed) for seed in range(300)]
    traces = np.array([np.trace(Q) for Q in drawn])
    fourth = np.array([np.sum(Q**4) for Q in drawn]) - 3 * haar.SIZE / (haar.SIZE + 2)
    fourth *= haar.SIZE / 24**0.5
    sums = np.concatenate([Q.sum(axis=axis) for Q in drawn for axis in (0, 1)])
    for z in (traces, fourth, sums):
        assert abs(z.mean()) < 5 / 300**0.5
        assert z.std() == pytest.approx(1, abs=0.25)
        assert np.abs(z).max() < 5.5
    assert haar.TRACES >= 75
    assert haar.SUMS >= 7.5
    assert haar.FOURTH >= 9


def exact_scan(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    """In fractions, one unit."""
    a, found = Fraction(0), []
    for c_t, b_t in zip(c[:, 0].tolist(), b[:, 0].tolist(), strict=True):
        a = Fraction(c_t) * a + Fraction(b_t)
        found.append([float(a)])
    return np.array(found)


def test_scan_is_exact_to_the_last_digits() -> None:
    rng = np.random.default_rng(4)
    c, b = rng.uniform(-1.1, 1.1, size=(40, 1)), rng.normal(size=(40, 1))
    c[[7, 20]] = 0
    assert reference("scan")(c, b) == pytest.approx(exact_scan(c, b), rel=1e-12, abs=1e-14)


def test_pairs_and_chains_lie_far_from_the_limit_on_both_sides() -> None:
    for seed in range(5):
        case, number = scans.long_case(*load("scan").draw(seed)[-1].args)
        exact = number * np.arange(1, scans.STEPS + 1)
        pairs = np.abs(reference("scan")(*case.args)[:, 0] / exact - 1).max()
        chain = np.abs(np.cumsum(case.args[1][:, 0]) - exact).max() / exact[-1]
        assert 20 * pairs < scans.PRECISE < chain / 15


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """The result, and the least CPU seconds of three runs."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        result = action()
        seconds.append(time.process_time() - started)
    return result, min(seconds)


TIMES = (
    25  # so often a backward pass is the least that derivatives one by one take: grading tells 8 s from 0.3
)


@pytest.mark.parametrize("name", TIMED)
def test_large_cases_take_a_backward_pass_a_moment_and_derivatives_one_by_one_minutes(name: str) -> None:
    exercise, bank = bank_of(name)
    assert exercise.large is not None
    large = exercise.large(np.random.default_rng(1))
    entries = sum(a.size for a in large.case.args[:-1] if isinstance(a, np.ndarray))
    for answer in (a for a in bank.answers.values() if a.right):
        target = answer.local(exercise)
        value, backward = timed(lambda target=target: target.call(large.case.args).value)
        pairs, forward = timed(lambda value=value: large.along(flatten(value, exercise.returns)))
        for got, want in pairs.values():
            assert got == pytest.approx(want, rel=1e-8), answer.name
        if name != "scan_gradient":
            assert entries * forward / len(pairs) > TIMES * backward, answer.name


def test_a_forward_pass_of_the_scan_for_each_entry_takes_as_long() -> None:
    exercise, bank = bank_of("scan_gradient")
    assert exercise.large is not None
    c, b, G = exercise.large(np.random.default_rng(1)).case.args
    _, backward = timed(lambda: bank.answers["reference"].local(exercise).call((c, b, G)))
    _, forward = timed(lambda: reference("scan")(c.astype(complex), b.astype(complex)))
    assert (c.size + b.size) * forward > TIMES * backward


def lost_message(name: str, answer: str) -> str:
    exercise, bank = bank_of(name)
    verdict = judge(exercise, bank.answers[answer].local(exercise), exercise.public_cases())
    return " ".join(o.message for o in verdict.outcomes if o.passed is False)


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("orthogonal", "no_signs", "All of 48 seeds give the determinant 1 for n = 3."),
        ("orthogonal", "seed_ignored", "48 seeds give one and the same matrix."),
        ("orthogonal", "from_minus_1_to_1", "Some matrices are likelier than others for n = 96."),
        ("scan", "in_sequence", "Rounding errors add up in a over 131072 steps"),
        ("glorot_std", "variance", "Forward and backward do not have mean 1 in the case as many."),
        ("softplus", "as_written", "y contains nan or inf in the case ±1000."),
    ],
)
def test_what_is_said(name: str, answer: str, said: str) -> None:
    assert said in lost_message(name, answer)


def test_a_hidden_case_is_no_copy_of_a_public_one() -> None:
    for name in ("scan", "orthogonal"):
        public, hidden = ({str(c.args) for c in cases_of(load(name), seed)} for seed in (0, 1))
        assert not public & hidden


def passes(name: str, f: Callable[..., Any], cases: list[Case]) -> bool:
    return judge(load(name), Local(f), cases).passed


def test_lists_and_numpys_numbers_are_results_too() -> None:
    assert passes("glorot_std", lambda i, o: np.float64(2 / (i + o)) ** 0.5, load("glorot_std").draw(3))
    listed = reference("rmsprop_step")
    assert passes("rmsprop_step", lambda *a: [x.tolist() for x in listed(*a)], load("rmsprop_step").draw(3))


def test_the_set_is_one_notebook_and_two_builds_are_alike() -> None:
    first, second = (build_set("ps6", SOLUTIONS) for _ in range(2))
    assert first == second
    assert list(first) == ["saturation.ipynb"]
