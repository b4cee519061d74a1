"""Every displayed equation is tried on random cases, and the machinery that does so can fail."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from bookframe.equations import Displayed, fault, fingerprint
from checks.registry import Entry, entries, normalise
from judging import read

SEEDS = range(3)
CHECKED = sorted(label for label, entry in entries().items() if entry.check)


def try_out(entry: Entry, seed: int) -> None:
    """Run the check of one equation; the seed depends on the label, not on the order of the tests."""
    assert entry.check is not None
    entry.check(np.random.default_rng([seed, zlib.crc32(entry.label.encode())]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("label", CHECKED)
def test_equation_holds(label: str, seed: int):
    try_out(entries()[label], seed)


def test_there_are_equations():
    assert len(CHECKED) > 20


def test_every_check_says_how():
    for label in CHECKED:
        how = entries()[label].how
        assert 20 < len(how) < 300, label
        assert how.endswith("."), label


def test_a_wrong_equation_fails():
    def sign(rng: np.random.Generator) -> None:
        """The difference of two squares, with a wrong sign."""
        a, b = rng.normal(size=2)
        np.testing.assert_allclose(a * a - b * b, (a + b) * (a + b))

    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        try_out(Entry("eq-sample-squares", "a^2 - b^2 = (a+b)(a+b)", "sample.py", sign), 0)


REGISTER = {"eq-sample": Entry("eq-sample", r"a = b + \frac{c}{d}", "sample.py")}


def test_spaces_and_lines_do_not_count():
    page = Displayed("eq-sample", "\n  a = b\n  +   \\frac{c}{d}\n", 1)
    assert fault(page, REGISTER) is None


@pytest.mark.parametrize("tex", [r"a = b - \frac{c}{d}", r"a = b + \frac{d}{c}", r"a=b + \frac{c}{d}"])
def test_any_other_change_counts(tex: str):
    message = fault(Displayed("eq-sample", tex, 1), REGISTER)
    assert message == (
        "equation eq-sample differs from its check in sample.py\n"
        f"  page:  {normalise(tex)}\n"
        r"  check: a = b + \frac{c}{d}"
    )


def test_a_label_is_needed_and_must_be_known():
    assert "without a number" in (fault(Displayed(None, "a", 1), REGISTER) or "")
    assert fault(Displayed("eq-new", "a", 1), REGISTER) == (
        "equation eq-new is not registered: add it to book/checks"
    )


def test_fingerprint_sees_programs_and_data_in_every_folder(tmp_path: Path):
    seen = {fingerprint(tmp_path)}
    (tmp_path / "inner").mkdir()
    for name, text in (("a.py", "1"), ("inner/a.py", "1"), ("inner/a.py", "2"), ("inner/a.json", "2")):
        (tmp_path / name).write_text(text)
        seen.add(fingerprint(tmp_path))
    assert len(seen) == 5


def test_the_appendix_lists_them_all(html: Path):
    listed = {name.removeprefix("check-") for name in read(html / "book/equations.html").ids}
    assert set(entries()) <= listed


def test_every_mark_leads_to_its_entry(html: Path):
    marks = {
        link.partition("#check-")[2]
        for page in html.glob("book/*.html")
        for link in read(page).links
        if "#check-" in link
    }
    assert marks == set(entries())
