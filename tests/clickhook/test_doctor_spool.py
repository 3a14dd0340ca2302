"""`manage.py doctor` sees a spool that takes no event, or keeps some for long."""

from __future__ import annotations

import os

from clickhook.doctor.checks import disk


def test_it_sees_a_spool_that_cannot_be_written(tmp_path):
    (tmp_path / "spool").write_text("in its place")

    [finding] = disk._check_spool(tmp_path / "spool")
    assert not finding.is_well
    assert "cannot be written by" in finding.sentence
    assert [*disk._check_spool(tmp_path / "none")] == []


def test_it_sees_events_that_wait_on_disk(tmp_path):
    file = tmp_path / "1-left.jsonl"
    file.write_text("x")
    assert not [*disk._check_spool(tmp_path)]
    os.utime(file, (1, 1))
    [sentence] = [one.sentence for one in disk._check_spool(tmp_path)]
    assert sentence.startswith("1 files with events wait in ")
