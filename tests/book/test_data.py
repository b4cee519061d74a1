"""The recorded data of the figures: their commands run, and a short run gives what is recorded."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from bookframe.figures import _forget_what_is_out_of_date
from click.testing import CliRunner
from figures import clipping_training


def test_help_says_what_is_written():
    told = CliRunner().invoke(clipping_training.main, ["--help"])
    assert told.exit_code == 0
    assert "book/data/clipping.json" in told.output
    assert "about five minutes" in " ".join(told.output.split())


def test_a_short_run_begins_like_the_recorded_one(tmp_path: Path):
    """Ten steps of two seeds: the first block of every curve."""
    file = tmp_path / "short.json"
    ran = CliRunner().invoke(clipping_training.main, ["--steps", "10", "--seeds", "2", "--file", str(file)])
    assert ran.exit_code == 0, ran.output
    assert f"Wrote {file}" in ran.output.replace("\n", "")
    short, kept = json.loads(file.read_text()), clipping_training.recorded()
    assert list(short) == list(kept)
    for way, run in short.items():
        assert run["losses"] == [pytest.approx([losses[0]], rel=1e-3) for losses in kept[way]["losses"][:2]]


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
