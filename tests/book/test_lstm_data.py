"""The recorded data of chapter 10: the command runs, and a short run gives what is recorded."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from figures import lstm_training


def test_help_says_what_is_written():
    told = CliRunner().invoke(lstm_training.main, ["--help"])
    assert told.exit_code == 0
    assert "book/data/lstm.json" in told.output


def test_steps_that_fill_no_block_are_refused():
    refused = CliRunner().invoke(lstm_training.main, ["--steps", "15"])
    assert refused.exit_code == 2
    assert "15 is no multiple of 10: curves are means over 10 steps." in " ".join(refused.output.split())


def test_a_short_run_begins_like_the_recorded_one(tmp_path: Path):
    """Ten steps of everything: the first block of every curve, and the untrained network."""
    file = tmp_path / "short.json"
    ran = CliRunner().invoke(lstm_training.main, ["--steps", "10", "--file", str(file)])
    assert ran.exit_code == 0, ran.output
    assert f"Wrote {file}" in ran.output.replace("\n", "")
    short, kept = json.loads(file.read_text()), lstm_training.recorded()
    assert short["latch"]["before"] == kept["latch"]["before"]
    assert short["latch"]["loss"] == pytest.approx(kept["latch"]["loss"][:1], rel=1e-3)
    for T, settings in short["bias"].items():
        for runs, recorded in zip(settings, kept["bias"][T], strict=True):
            assert [run[0] for run in runs] == pytest.approx(recorded[:, 0].tolist(), rel=1e-3)
    # Where gradients explode, so do differences of rounding: on another machine only the start is alike.
    first = np.array(short["clip"]["first"])
    np.testing.assert_allclose(first[..., :2], kept["clip"]["first"][..., :2], rtol=1e-3)
