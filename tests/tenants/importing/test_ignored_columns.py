"""Columns of another system's export are left out where somebody names them, and only then."""

from __future__ import annotations

import pytest

from tenants.models import Callee, Upload
from tests.manager import confirm_upload, signed_in, upload

EXPORT = ["tenant,Alias,target,Fax,Tel. (privat),notes", "acme,front,10,030,040,hello"]
CONTENT = "\n".join(EXPORT)


@pytest.fixture
def manager(cast):
    return signed_in()


def ignoring(*names):
    return tuple(part for name in names for part in ("--ignore-column", name))


def test_the_command_leaves_them_out(table, cast):
    outcome = table("callees", *EXPORT)
    assert len(outcome.problems) == 3 + 1  # the advice is a line too
    advice = '--ignore-column "fax" --ignore-column "tel._(privat)" --ignore-column "notes"'
    assert outcome.err.endswith(f"To leave the unknown columns out: {advice}")
    assert table("callees", *EXPORT, options=ignoring("fax")).code == 1

    options = ignoring("FAX", "Tel. (privat)", "notes")
    assert table("callees", *EXPORT, options=options).code == 0
    assert Callee.objects.get(alias="front").target == "10"


def test_a_name_that_is_no_column_is_refused(table, cast):
    outcome = table("callees", "tenant,alias,target", "acme,front,10", options=ignoring("fax"))
    assert outcome.problems == ["line 1: There is no column fax to leave out."]


def test_a_column_that_is_needed_stays_needed(table, cast):
    outcome = table("callees", "tenant,alias,target", "acme,f,1", options=ignoring("alias"))
    assert "The column alias is missing." in outcome.problems[0]


def test_a_known_column_may_be_left_out(table, cast):
    lines = ["tenant,alias,target,default", "acme,front,10,perhaps"]
    assert table("callees", *lines, options=ignoring("default")).code == 0


def test_the_page_offers_them_by_name(manager, cast):
    page = upload(manager, CONTENT).content.decode()
    for name in ("fax", "tel._(privat)", "notes"):
        assert f'name="ignored_columns" value="{name}"' in page

    preview = upload(manager, CONTENT, ignored_columns=["fax", "tel._(privat)", "notes"])
    assert "Left out: fax, tel._(privat), notes." in preview.content.decode()
    confirm_upload(manager)
    assert Callee.objects.get(alias="front").target == "10"
    assert not Upload.objects.exists()


def test_a_tick_stays_while_another_column_is_unknown(manager, cast):
    page = upload(manager, CONTENT, ignored_columns=["fax"]).content.decode()
    assert 'value="fax" id="id_ignored_columns_2" checked' in page
    assert 'value="notes" id="id_ignored_columns_1">' in page


def test_without_unknown_columns_nothing_is_offered(manager, cast):
    page = upload(manager, "tenant,alias,target\nnobody,front,10").content.decode()
    assert "ignored_columns" not in page
