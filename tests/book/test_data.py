"""The recorded data of the figures: their commands run, and a short run gives what is recorded."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from bookframe.figures import _forget_what_is_out_of_date
from click.testing import CliRunner
from figures import clipping_training, experiments_training


def test_help_says_what_is_written():
    told = CliRunner().invoke(clipping_training.main, ["--help"])
    assert told.exit_code == 0
    assert "book/data/clipping.json" in told.output
    assert "about five minutes" in " ".join(told.output.split())


def test_steps_that_fill_no_block_are_refused():
    refused = CliRunner().invoke(clipping_training.main, ["--steps", "15"])
    assert refused.exit_code == 2
    assert "15 is no multiple of 10: curves are means over 10 steps." in " ".join(refused.output.split())


def test_a_short_run_begins_like_the_recorded_one(tmp_path: Path):
    """Ten steps of two seeds: most curves begin alike.

    Not all: exploding networks make of a last digit, which differs from processor to processor, another run.
    """
    file = tmp_path / "short.json"
    ran = CliRunner().invoke(clipping_training.main, ["--steps", "10", "--seeds", "2", "--file", str(file)])
    assert ran.exit_code == 0, ran.output
    assert f"Wrote {file}" in ran.output.replace("\n", "")
    short, kept = json.loads(file.read_text()), clipping_training.recorded()
    assert list(short) == list(kept)
    gaps = [
        abs(run["losses"][seed][0] / kept[way]["losses"][seed][0] - 1)
        for way, run in short.items()
        for seed in (0, 1)
    ]
    assert np.median(gaps) < 0.02, gaps


def test_changed_data_make_the_pages_run_again(tmp_path: Path):
    """The cache of executed pages stays while the data stay, and goes when they change."""
    data, cache = tmp_path / "book" / "data" / "sample.json", tmp_path / "_build" / ".jupyter_cache"
    data.parent.mkdir(parents=True)
    app = SimpleNamespace(srcdir=tmp_path, doctreedir=tmp_path / "_build" / ".doctrees")
    for text, kept in (("1", False), ("1", True), ("2", False)):
        data.write_text(text)
        cache.mkdir(parents=True, exist_ok=True)
        _forget_what_is_out_of_date(app)
        assert cache.exists() == kept


def test_experiments_say_what_they_write_and_how_long_they_take():
    told = CliRunner().invoke(experiments_training.main, ["--help"])
    assert told.exit_code == 0
    assert "book/data/experiments.json" in told.output
    assert "about five minutes" in " ".join(told.output.split())
    assert "[auto|cpu|cuda]" in told.output


def test_experiments_refuse_what_cannot_be():
    refused = CliRunner().invoke(experiments_training.main, ["--updates", "75"])
    assert refused.exit_code == 2
    assert "75 is no multiple of 50" in " ".join(refused.output.split())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_asked_for_and_missing_is_said():
    refused = CliRunner().invoke(experiments_training.main, ["--device", "cuda"])
    assert refused.exit_code == 2
    assert "PyTorch finds no GPU here" in " ".join(refused.output.split())


def test_the_shortest_experiments_end_as_recorded(tmp_path: Path):
    """The plain networks at T = 10, all of them: they learn by the same update, or nearly so."""
    (kept,) = [
        g
        for g in experiments_training.recorded()
        if (g["name"], g["T"], g["ways"][0]["cell"]) == ("lengths", 10, "RNN")
    ]
    (group,) = [
        g for g in experiments_training.groups() if (g.name, g.T, g.ways[0].cell) == ("lengths", 10, "RNN")
    ]
    again = experiments_training.trained(group, experiments_training.SEEDS, 300, "cpu")
    gaps = np.abs(np.array(again["learned"]) - np.array(kept["learned"]))
    assert gaps.max() <= 100
    assert (gaps == 0).mean() > 0.8
    assert json.loads(json.dumps(again))["ways"] == kept["ways"]
