"""The capstone: its network is torch's, its task is what it says, and a file of weights travels."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch

from course import LSTM, check, lstm_forward
from course.adding import Adder, adding_outputs, adding_task
from course.exercise import load
from course.frames import decode, encode
from course.grader.judged.staging import copy_allowed, files_of
from course.grader.sandbox.kernel_role import _put
from course.judging import judge
from tests.conftest import bank_of

exercise = load("adding_weights")


def random_adder(h: int = 5, seed: int = 1) -> Adder:
    rng = np.random.default_rng(seed)
    return Adder(*[rng.normal(size=s) for s in ((4 * h, 2), (4 * h, h), (4 * h,), (1, h), (1,))])


def torchs(p: Adder) -> tuple[torch.nn.LSTM, torch.nn.Linear]:
    """torch's LSTM and linear layer with these weights, the bias in two uneven parts."""
    lstm = torch.nn.LSTM(2, p.W_h.shape[1], batch_first=True, dtype=torch.float64)
    linear = torch.nn.Linear(p.W_h.shape[1], 1, dtype=torch.float64)
    parameters = [*lstm.parameters(), *linear.parameters()]
    for parameter, value in zip(parameters, (p.W_x, p.W_h, 0.3 * p.b, 0.7 * p.b, p.W_qh, p.b_q), strict=True):
        parameter.data = torch.tensor(value)
    return lstm, linear


def test_the_given_network_is_torchs() -> None:
    p, (X, _) = random_adder(), adding_task(3, 7, 12)
    lstm, linear = torchs(p)
    states, _ = lstm(torch.tensor(X))
    assert adding_outputs(p, X) == pytest.approx(linear(states[:, -1])[:, 0].detach().numpy(), abs=1e-13)


def test_the_given_network_is_the_lstm_of_the_course() -> None:
    p, (X, _) = random_adder(), adding_task(3, 7, 12)
    zero = np.zeros(5)
    for sequence, output in zip(X, adding_outputs(p, X), strict=True):
        H, _ = lstm_forward(LSTM(p.W_x, p.W_h, p.b), sequence, zero, zero)
        assert output == pytest.approx((p.W_qh @ H[-1] + p.b_q)[0], abs=1e-13)


def test_weights_taken_from_torch_as_the_text_says_give_torchs_outputs() -> None:
    lstm, linear = torchs(random_adder())
    b = (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().cpu().numpy()
    taken = (lstm.weight_ih_l0, lstm.weight_hh_l0, linear.weight, linear.bias)
    W_x, W_h, W_qh, b_q = (w.detach().cpu().numpy() for w in taken)
    X, _ = adding_task(3, 7, 12)
    wanted = linear(lstm(torch.tensor(X))[0][:, -1])[:, 0].detach().numpy()
    assert adding_outputs(Adder(W_x, W_h, b, W_qh, b_q), X) == pytest.approx(wanted, abs=1e-13)


@pytest.mark.parametrize("T", [2, 3, 50])
def test_the_task_is_what_it_says(T: int) -> None:
    X, y = adding_task(1, 4000, T)
    numbers, marks = X[..., 0], X[..., 1]
    assert set(np.unique(marks)) <= {0.0, 1.0}
    assert (marks[:, : T // 2].sum(axis=1) == 1).all()
    assert (marks[:, T // 2 :].sum(axis=1) == 1).all()
    assert marks.any(axis=0).all()
    assert y == pytest.approx((numbers * marks).sum(axis=1))
    assert 0 <= numbers.min() < 0.01 < 0.99 < numbers.max() < 1


def test_what_a_guess_is_worth() -> None:
    """The two baselines of the text, from many sequences: 1/6 and 1/12."""
    X, y = adding_task(2, 200_000, 4)
    last = X[:, 2:, 0][X[:, 2:, 1] == 1]
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.01)
    assert np.mean((y - last - 0.5) ** 2) == pytest.approx(1 / 12, rel=0.01)


def test_an_adder_travels() -> None:
    p = random_adder()
    again = decode(encode(p))
    assert type(again) is Adder
    assert all((a == b).all() for a, b in zip(again, p, strict=True))


def saved(p: Adder, dtype: type = np.float64) -> bytes:
    """The file of weights, as the text has them saved."""
    stream = io.BytesIO()
    np.savez(stream, **{name: array.astype(dtype) for name, array in p._asdict().items()})
    return stream.getvalue()


def reference() -> Adder:
    """The reference's weights."""
    p: Adder = bank_of("adding_weights")[1].answers["reference"].local(exercise)._callee.function()
    return p


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_file_beside_the_notebook_reaches_the_function(
    dtype: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the hand-in folder through the door, to the folder where the notebook runs, and into the check."""
    handed_in, staged, home = (tmp_path / name for name in ("handed_in", "staged", "home"))
    for folder in (handed_in, staged, home):
        folder.mkdir()
    (handed_in / "adding_weights.npz").write_bytes(saved(reference(), dtype))
    (handed_in / "adding_weights.pkl").write_bytes(b"no")
    copy_allowed(handed_in, staged, released=set())
    files = files_of([staged])
    assert list(files) == ["adding_weights.npz"]
    monkeypatch.chdir(home)
    import base64

    _put({name: base64.b64encode(data).decode() for name, data in files.items()})

    def adding_weights() -> Adder:
        with np.load("adding_weights.npz") as file:
            return Adder(**file)

    assert check(adding_weights) == exercise.points
    capsys.readouterr()


def told(answer: str) -> list[str]:
    """What a student reads about a banked answer."""
    banked = bank_of("adding_weights")[1].answers[answer]
    verdict = judge(exercise, banked.local(exercise), exercise.public_cases())
    return [f"{o.message} {o.detail}" for o in verdict.outcomes if o.passed is False]


def test_a_network_is_told_what_it_remembers() -> None:
    (text,) = told("last_number_and_a_half")
    assert text.startswith("At 50 steps the error is above 0.01. The mean squared error is 0.0")
    assert "your outputs are 0.50 +0.00 · the first marked number +1.00 · the second" in text


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("transposed", "adding_weights: with h = 1, W_x should have shape (4, 2); it has (2, 4)."),
        ("too_many_units", "W_h has shape (132, 33): it should be (4h, h), with h from 1 to 32."),
        ("not_a_number", "adding_weights: b_q contains nan or inf."),
        ("without_bias", "it should return an Adder, that is (W_x, W_h, b, W_qh, b_q)."),
        ("a_dictionary", "a dict came back where a NumPy array, a number or a tuple belongs."),
        ("file_left_at_home", "raised FileNotFoundError: [Errno 2] No such file or directory: 'adding_weigh"),
        ("second_unit_not_wholly_heard", "With marks at steps 1 and 50 of 50 the error is above 0.04."),
    ],
)
def test_what_is_wrong_is_said(answer: str, says: str) -> None:
    (text,) = told(answer)
    assert says in text
