"""Lighthouse's four scores on the desktop profile, median of five runs."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "lighthouse.py"
spec = importlib.util.spec_from_file_location("lighthouse", SCRIPT)
assert spec is not None
assert spec.loader is not None
lighthouse = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lighthouse)


@pytest.mark.soak
@pytest.mark.parametrize("page", lighthouse.PAGES)
def test_scores(html: Path, page: str):
    scores = lighthouse.medians(page)
    assert {name: score for name, score in scores.items() if score < lighthouse.WANTED[name]} == {}
