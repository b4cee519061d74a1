"""The recorded data of chapter 12: the command explains itself; a short run begins like the recorded one."""

import numpy as np
import pytest
from click.testing import CliRunner
from figures import saturation_training as training
from figures.saturation_net import CURES


def test_help_says_what_is_written():
    told = CliRunner().invoke(training.main, ["--help"])
    assert told.exit_code == 0
    assert "book/data/saturation.json" in told.output
    assert "about two minutes" in " ".join(told.output.split())


def test_steps_that_fill_no_block_are_refused():
    refused = CliRunner().invoke(training.main, ["--steps", "15"])
    assert refused.exit_code == 2
    assert "15 is no multiple of 10: curves are means over 10 steps." in " ".join(refused.output.split())


@pytest.mark.parametrize("cure", ["distance normalised", "highway", "a loss every 10 layers"])
def test_two_seeds_begin_like_the_recorded_ones(cure: str):
    kept = training.recorded()[cure]
    run = training.train(CURES[cure], seeds=2, steps=3)
    np.testing.assert_allclose(run["losses"][:, :, int(kept["rate"])].T, kept["first"][:2], rtol=1e-4)
    np.testing.assert_allclose(run["ratio before"][:, 0], kept["ratio before"][:2], rtol=1e-3)


def test_every_cure_is_recorded():
    assert list(training.recorded()) == list(CURES)
    for kept in training.recorded().values():
        assert kept["losses"].shape == (training.SEEDS, training.STEPS // training.BLOCK)
        assert ((kept["right after"] >= 0) & (kept["right after"] <= 1)).all()
