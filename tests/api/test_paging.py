"""Cursors and times that no answer of the API holds: refused with a reason, and never a fault."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from clickhook.api.paging import write_cursor
from tenants.written_time import parse_time
from tests.api.program import errors_of, kind_of


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("tenants", ["\ud800"]),
        ("callees", ["1", "\ud800"]),
        ("callees", ["1", "a\0b"]),
        ("callees", ["x", "sales"]),
        ("callees", ["sales"]),
        ("webhook-endpoints", ["1", "x"]),
        ("webhook-endpoints", ["1", "2026-13-01"]),
        ("webhook-endpoints", ["1", "0001-01-01 00:00:00+23:59"]),
    ],
)
def test_a_cursor_that_no_page_has_is_refused(acmes, path, values):
    answer = acmes.get(f"/{path}?cursor={write_cursor(values)}")
    assert (answer.status, kind_of(answer)) == (400, "malformed")
    assert "cursor" in errors_of(answer)


def test_a_time_with_any_offset_is_understood(acmes):
    for text in ("2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00-18:00"):
        assert acmes.get(f"/calls?since={quote(text)}").status == 200


@pytest.mark.parametrize(
    "text",
    ["1970-01-01T00:00:00+00:01", "9998-12-31T23:59:59-00:01", "0001-01-01T00:00:00+01:00", "x"],
)
def test_a_time_that_no_row_has_is_none(text):
    assert parse_time(text) is None
