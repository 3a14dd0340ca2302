"""`manage.py doctor` sees a spool that takes no event."""

from __future__ import annotations

from clickhook.doctor.checks import disk


def test_it_sees_a_spool_that_cannot_be_written(tmp_path):
    (tmp_path / "spool").write_text("in its place")

    [finding] = disk._check_spool(tmp_path / "spool")
    assert not finding.is_well
    assert "cannot be written by" in finding.sentence
    assert [*disk._check_spool(tmp_path / "none")] == []
