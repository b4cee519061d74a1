"""The table for instructors says something of every kind of try, counts right, and gives no recipe."""

import json

from figures.instructors import RECORD, SENTENCES, rows, table

TRIES = json.loads(RECORD.read_text(encoding="utf-8"))


def test_every_kind_has_its_sentence():
    assert set(SENTENCES) == {row["line"] for row in TRIES}
    for sentence in SENTENCES.values():
        tried, here, met = sentence.partition(" *Here* ")
        assert tried.endswith(".")
        assert here
        assert met.endswith(".")


def test_nothing_is_lost_in_counting():
    assert sum(row["tries"] for row in rows()) == len(TRIES)
    assert sum(row["succeed"] for row in rows()) == sum(row["succeeds"] for row in TRIES)
    assert all(row["succeed"] + row["not_run"] <= row["tries"] for row in rows())
    assert f"In all, {len(TRIES)} tries." in table().text


def test_each_kind_is_one_line_of_the_table():
    lines = table().text.splitlines()
    assert len([line for line in lines if line.startswith("| **")]) == len(SENTENCES)
    assert all(line.count("|") == 3 for line in lines if line.startswith("|"))
