"""Exports import again and change nothing; they hold no secret and no formula."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.models import AuditEntry, Callee, SipAccount, Tenant
from tenants.transfer.reading.cells import add_guard, remove_guard
from tests import cast as casting
from tests.tenants.importing.content import help_text, rows

TABLES = ("tenants", "domains", "sip_accounts", "callees")
NAMES = [
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@x",
    "'=1",
    "'x",
    "a;=1",
    'a,"+1',
    "<b>x</b>",
    "no",
    "1.5",
    "+.5",
    "~",
    'Ä; "ö"',
]


@pytest.fixture
def formulae(cast):
    for number, name in enumerate(NAMES):
        Tenant.objects.create(slug=f"t{number}", name=name)
    Callee.objects.create(tenant=cast.acme, alias="special", target="*21#")
    SipAccount.objects.create(
        tenant=cast.acme, login="=1+2", domain="sip.acme.example", password="x", enabled=False
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_in_again_and_changes_nothing(command, cast, formulae, tmp_path, name):
    path, before = tmp_path / "out.csv", rows()

    assert command("export", name, "-o", str(path)).code == 0
    assert (
        command("import_csv", name, str(path))
        .lines[-1]
        .startswith("nothing to change: 0 added, 0 changed")
    )
    assert rows() == before
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("suffix", ["json", "yaml"])
@pytest.mark.parametrize("name", [*TABLES, "everything"])
def test_a_document_comes_in_again_and_changes_nothing(
    command, cast, formulae, tmp_path, name, suffix
):
    path, before = tmp_path / f"out.{suffix}", rows()

    assert command("export", name, "-o", str(path)).code == 0
    outcome = command("import_tenants", str(path))
    assert outcome.lines[-1].startswith("nothing to change: 0 added, 0 changed")
    assert not outcome.lines[-1].endswith(" 0 unchanged")
    assert rows() == before


def test_what_was_exported_can_be_imported_where_nothing_is(command, cast, tmp_path):
    paths = {name: tmp_path / f"{name}.csv" for name in ("tenants", "callees", "domains")}
    for name, path in paths.items():
        command("export", name, "-o", str(path))
    before = list(Callee.objects.values_list("tenant__slug", "alias", "target", "default"))
    Tenant.objects.all().delete()
    for name, path in paths.items():
        assert command("import_csv", name, str(path)).code == 0

    assert list(Callee.objects.values_list("tenant__slug", "alias", "target", "default")) == before


def test_it_looks_like_this(command, cast):
    outcome = command("export", "callees", "--tenant", "acme")

    assert outcome.out == (
        "\ufefftenant,alias,target,default,keypad,ringing_capacity,cool_down\r\n"
        "acme,sales,'+4930123456,yes,no,,\r\n"
        "acme,support,sip:help@pbx.acme.example,no,no,,\r\n"
    )
    document = json.loads(
        command("export", "domains", "--tenant", "globex", "--format", "json").out
    )
    assert document == {
        "tenants": [
            {
                "slug": "globex",
                "domains": [
                    {
                        "origin": "https://globex.example:8443",
                        "include_subdomains": False,
                        "default_callee": None,
                        "limits": {},
                    }
                ],
            }
        ]
    }


def test_no_secret_and_no_column_for_one(command, cast):
    text = command("export", "sip_accounts").out

    assert "10001" in text
    assert "password" not in text
    assert "v1." not in text + command("export", "everything", "--format", "yaml").out


@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_begins_as_a_formula(command, cast, formulae, separator):
    """Also in a spreadsheet that takes the semicolon for the separator."""
    for name in TABLES:
        text = command("export", name).out.removeprefix("\ufeff")
        for line in csv.reader(io.StringIO(text), delimiter=separator):
            assert [cell for cell in line if cell.lstrip(' "')[:1] in [*"=+-@\t\r"]] == []


def test_no_line_begins_as_a_formula_where_quotes_enclose_nothing():
    """As in a spreadsheet with another separator, where a quote inside a cell is a letter."""
    assert add_guard("Acme\n=cmd|' /C calc'!A0\r@x").splitlines() == [
        "Acme",
        "'=cmd|' /C calc'!A0",
        "'@x",
    ]


@settings(max_examples=100, deadline=None)
@given(st.text() | st.text("'=+-@ab,;\t\r\n\" "))
def test_what_is_guarded_is_bared_again(text):
    assert remove_guard(add_guard(text)) == text
    assert add_guard(text)[:1] not in [*"=+-@\t\r"]


def test_it_says_what_it_cannot_do(command, cast, tmp_path):
    assert "Did you mean acme?" in command("export", "callees", "--tenant", "acne").err
    assert "JSON or YAML" in command("export", "everything").err
    assert (
        "cannot be written"
        in command("export", "callees", "-o", str(tmp_path / "missing" / "x.csv")).err
    )
    (tmp_path / "kept.csv").write_text("kept")
    assert (
        command("export", "callees", "--tenant", "nobody", "-o", str(tmp_path / "kept.csv")).code
        == 1
    )
    assert (tmp_path / "kept.csv").read_text() == "kept"


def test_help_teaches():
    text = help_text("export")

    for words in (
        "export callees --tenant acme",
        "import_csv callees",
        "apostrophe",
        "Passwords are never in it",
    ):
        assert words in text


@pytest.mark.proof
def test_an_operator_pipes_it(manage):
    casting.assemble()
    done = manage("export", "callees", "--tenant", "acme", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert "'+4930123456" in done.stdout


def test_an_export_is_in_the_audit(command, cast):
    command("export", "callees", "--tenant", "acme")

    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.object_name, entry.tenant) == (
        "export:downloaded",
        "callees: -",
        cast.acme,
    )
