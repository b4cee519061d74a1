"""References and given models beside torch's own networks, and beside numbers that others published."""

import types

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
