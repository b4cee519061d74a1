"""References and given models beside torch's own networks, and beside numbers that others published."""

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course.exercise import Case
from course.models import RNN, masked_loss, rnn_forward
from tests.conftest import bank_of
from tests.test_banks import cases_of

SEEDS = range(1, 6)


def reference(name: str) -> types.FunctionType:
    """The reference of an exercise, as a function."""
    exercise, bank = bank_of(name)
    return bank.answers["reference"].local(exercise)._callee.function


def torch_rnn(p: RNN) -> torch.nn.RNN:
    """torch's tanh RNN with our parameters; of its two biases one is ours, the other zero."""
    h, d = p.W_hx.shape
    net = torch.nn.RNN(d, h, dtype=torch.float64)
    ours = (p.W_hx, p.W_hh, p.b_h, np.zeros(h))
    for parameter, value in zip(net.parameters(), ours, strict=True):
        parameter.data = torch.tensor(value)
    return net


def packed(case: Case) -> tuple[torch.nn.RNN, list[torch.Tensor], torch.Tensor, torch.Tensor]:
    """torch's network run on a packed batch: it, the leaves X and h_0, its states, its last states."""
    p, X, *_, lengths, h_0 = case.args
    net, leaves = torch_rnn(p), [torch.tensor(X, requires_grad=True), torch.tensor(h_0, requires_grad=True)]
    batch = torch.nn.utils.rnn.pack_padded_sequence(leaves[0], torch.tensor(lengths), enforce_sorted=False)
    output, last = net(batch, leaves[1][None])
    states, _ = torch.nn.utils.rnn.pad_packed_sequence(output, total_length=len(X))
    return net, leaves, states, last[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_masked_forward_is_torchs_packed_network(seed: int) -> None:
    for case in cases_of(bank_of("masked_forward")[0], seed):
        p, X, lengths, _ = case.args
        H, O = reference("masked_forward")(*case.args)
        _, _, states, last = packed(case)
        mask = (np.arange(len(X))[:, None] < lengths)[:, :, None]
        assert H[1:] * mask == pytest.approx(states.detach().numpy(), abs=1e-14)
        assert H[-1] == pytest.approx(last.detach().numpy(), abs=1e-14)
        outputs = (states.detach().numpy() @ p.W_qh.T + p.b_q) * mask
        assert np.abs(O - outputs).max() < 1e-13


@pytest.mark.parametrize("seed", SEEDS)
def test_masked_bptt_is_autograd_through_torchs_packed_network(seed: int) -> None:
    for case in cases_of(bank_of("masked_bptt")[0], seed):
        p, _, Y, lengths, _ = case.args
        net, leaves, states, _ = packed(case)
        W_qh, b_q = torch.tensor(p.W_qh, requires_grad=True), torch.tensor(p.b_q, requires_grad=True)
        errors = 0.5 * ((states @ W_qh.T + b_q - torch.tensor(Y)) ** 2).sum(dim=2)
        means = [errors[:T_n, n].mean() for n, T_n in enumerate(lengths)]
        loss = torch.stack(means).mean()
        assert masked_loss(*case.args) == pytest.approx(loss.item(), rel=1e-13)
        loss.backward()
        grads, dh_0, dX = reference("masked_bptt")(*case.args)
        theirs = [*list(net.parameters())[:3], W_qh, b_q, leaves[1], leaves[0]]
        for ours, tensor in zip((*grads, dh_0, dX), theirs, strict=True):
            assert tensor.grad is not None
            assert ours == pytest.approx(tensor.grad.numpy(), rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_bptt_is_torchs_own_network(seed: int) -> None:
    for case in cases_of(bank_of("BPTT")[0], seed):
        W_hx, W_hh, b_h, X, h_0, dH = case.args
        ours = [torch.tensor(a, requires_grad=True) for a in (W_hx, W_hh, b_h, X, h_0)]
        net = torch_rnn(RNN(W_hx, W_hh, b_h, np.zeros((1, len(b_h))), np.zeros(1)))
        leaves = [torch.tensor(a, requires_grad=True) for a in (X, h_0)]
        states, _ = net(leaves[0], leaves[1][None])
        theirs = [*list(net.parameters())[:3], *leaves]
        H = reference("BPTT").apply(*ours)  # type: ignore[attr-defined]
        assert H.detach().numpy() == pytest.approx(states.detach().numpy(), abs=1e-14)
        for run in (H, states):
            run.backward(torch.tensor(dH))
        for mine, other in zip(ours, theirs, strict=True):
            assert mine.grad is not None
            assert other.grad is not None
            assert mine.grad.numpy() == pytest.approx(other.grad.numpy(), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_bptt_passes_torchs_gradient_check(seed: int) -> None:
    for case in cases_of(bank_of("BPTT")[0], seed)[:2]:  # every entry costs two runs
        leaves = [torch.tensor(a, requires_grad=True) for a in case.args[:-1]]
        assert torch.autograd.gradcheck(reference("BPTT").apply, leaves, atol=1e-8, rtol=1e-6)  # type: ignore[attr-defined]


def torch_gradients(case: Case, weigh: Callable[[torch.Tensor, int, int], torch.Tensor]) -> list[np.ndarray]:
    """Autograd with `weigh(h, k, t)` at the edge h_{k-1} → h_k of the way of loss t; grads, dh_0, dX."""
    p, X, Y, h_0, _ = case.args
    leaves = [torch.tensor(a, requires_grad=True) for a in (*p, h_0, X)]
    W_hx, W_hh, b_h, W_qh, b_q, start, inputs = leaves
    loss = torch.zeros((), dtype=torch.float64)
    for t in range(1, len(X) + 1):
        h = start
        for k in range(1, t + 1):
            h = torch.tanh(W_hx @ inputs[k - 1] + W_hh @ weigh(h, k, t) + b_h)
        loss = loss + 0.5 * ((W_qh @ h + b_q - torch.tensor(Y[t - 1])) ** 2).sum() / len(X)
    return [g.numpy() for g in torch.autograd.grad(loss, leaves, materialize_grads=True)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "weigh"),
    [
        ("truncated_bptt", lambda tau: lambda h, k, t: h if t - k < tau else h.detach()),
        ("chunked_bptt", lambda every: lambda h, k, t: h.detach() if k > 1 and k % every == 1 % every else h),
        ("randomized_bptt", lambda xi: lambda h, k, t: h.detach() + xi[k - 1] * (h - h.detach())),
    ],
)
def test_truncation_is_autograd_with_detached_states(name: str, weigh: Callable[..., Any], seed: int) -> None:
    for case in cases_of(bank_of(name)[0], seed):
        grads, dh_0, dX = reference(name)(*case.args)
        theirs = torch_gradients(case, weigh(case.args[-1]))
        for ours, other in zip((*grads, dh_0, dX), theirs, strict=True):
            assert ours == pytest.approx(other, rel=1e-10, abs=1e-12)


def as_parameters(g: RNN) -> list[torch.nn.Parameter]:
    """Parameters with these gradients."""
    parameters = [torch.nn.Parameter(torch.zeros(field.shape, dtype=torch.float64)) for field in g]
    for parameter, field in zip(parameters, g, strict=True):
        parameter.grad = torch.tensor(field)
    return parameters


def clipped_by_torch(name: str, parameters: list[torch.nn.Parameter], c: float) -> float:
    """Clip in place as torch does; the global norm before, where torch gives one."""
    if name == "clip_by_value":
        torch.nn.utils.clip_grad_value_(parameters, c)
        return 0.0
    if name == "clip_by_norm":
        for parameter in parameters:
            torch.nn.utils.clip_grad_norm_(parameter, c)
        return 0.0
    return float(torch.nn.utils.clip_grad_norm_(parameters, c, error_if_nonfinite=True))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["clip_by_value", "clip_by_norm", "clip_by_global_norm"])
def test_clips_are_torchs_but_for_what_it_adds_to_the_norm(name: str, seed: int) -> None:
    for case in cases_of(bank_of(name)[0], seed):
        g, c = case.args
        parameters = as_parameters(g)
        theirs = clipped_by_torch(name, parameters, c)
        ours = reference(name)(g, c)
        clipped, norm = ours if name == "clip_by_global_norm" else (ours, 0.0)
        assert norm == pytest.approx(theirs, rel=1e-13)
        for field, before, parameter in zip(clipped, g, parameters, strict=True):
            assert parameter.grad is not None
            size = norm or float(np.linalg.norm(before))  # torch's factor is c / (size + 1e-6)
            rel = 1e-12 if name == "clip_by_value" or size <= c else 1e-12 + 1.01e-6 / size
            assert field == pytest.approx(parameter.grad.numpy(), rel=rel)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_torch_refuses_too_where_it_is_asked_to(bad: float) -> None:
    g, c = cases_of(bank_of("clip_by_global_norm")[0], 1)[0].args
    g = g._replace(b_h=np.full_like(g.b_h, bad))
    with pytest.raises(RuntimeError, match="non-finite"):
        clipped_by_torch("clip_by_global_norm", as_parameters(g), c)
    with pytest.raises(ValueError, match="nan or inf"):
        reference("clip_by_global_norm")(g, c)


def spaced(first: float, last: float, *shape: int) -> np.ndarray:
    """Numbers at equal distances, in an array."""
    return np.linspace(first, last, num=int(np.prod(shape))).reshape(shape)


def published(Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> RNN:
    """Parameters in the published convention, x Wx + h Wh + b, turned into ours."""
    return RNN(Wx.T, Wh.T, b, np.zeros((1, len(b))), np.zeros(1))


# Stanford CS231n, assignment 3, RNN_Captioning.ipynb: expected_next_h, of the check of `rnn_step_forward`.
STEP = [
    [-0.58172089, -0.50182032, -0.41232771, -0.31410098],
    [0.66854692, 0.79562378, 0.87755553, 0.92795967],
    [0.97934501, 0.99144213, 0.99646691, 0.99854353],
]
# The same notebook: expected_h, of the check of `rnn_forward`.
SEQUENCE = [
    [
        [-0.42070749, -0.27279261, -0.11074945, 0.05740409, 0.22236251],
        [-0.39525808, -0.22554661, -0.0409454, 0.14649412, 0.32397316],
        [-0.42305111, -0.24223728, -0.04287027, 0.15997045, 0.35014525],
    ],
    [
        [-0.55857474, -0.39065825, -0.19198182, 0.02378408, 0.23735671],
        [-0.27150199, -0.07088804, 0.13562939, 0.33099728, 0.50158768],
        [-0.51014825, -0.30524429, -0.06755202, 0.17806392, 0.40333043],
    ],
]


def test_given_step_has_the_published_values() -> None:
    p = published(spaced(-0.1, 0.9, 10, 4), spaced(-0.3, 0.7, 4, 4), spaced(-0.2, 0.4, 4))
    X, before = spaced(-0.4, 0.7, 3, 10), spaced(-0.2, 0.5, 3, 4)
    after = [rnn_forward(p, x[None], h)[0][1] for x, h in zip(X, before, strict=True)]
    assert np.array(after) == pytest.approx(np.array(STEP), abs=1e-8)


def test_masked_forward_has_the_published_values() -> None:
    p = published(spaced(-0.2, 0.4, 4, 5), spaced(-0.4, 0.1, 5, 5), spaced(-0.7, 0.1, 5))
    X, h_0 = spaced(-0.1, 0.3, 2, 3, 4).swapaxes(0, 1), spaced(-0.3, 0.1, 2, 5)
    H, _ = reference("masked_forward")(p, X, np.array([3, 3]), h_0)
    assert H[1:].swapaxes(0, 1) == pytest.approx(np.array(SEQUENCE), abs=1e-8)
