"""JSON and YAML as people write them, and as nobody should."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tenants.models import Callee, SipAccount, Tenant
from tenants.transfer import importing
from tenants.transfer.checking.allowed import OPERATOR
from tenants.transfer.problems import ImportRefused
from tenants.transfer.reading.source import Source
from tests.conftest import ROOT
from tests.tenants.importing.content import FILES, UNCHANGED, reading_problems, rows


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "a.json", "It is empty."),
        (b"\xef\xbb\xbf \n", "a.json", "It is empty."),
        (b'{"tenants": [\n  {"slug": \xff}]}', "a.json", "It is not UTF-8, first at line 2."),
        ('{"tenants": []}'.encode("utf-16"), "a.json", "It is not UTF-8, first at line 1."),
        (
            '{"tenants": [\n  {"slug": }]}',
            "a.json",
            "Line 2, column 12: this is not JSON (Expecting value).",
        ),
        ('{"a": "\\x"}', "a.json", "Line 1, column 8: this is not JSON (Invalid \\)."),
        ("[" * 100_000, "a.json", "It is nested too deeply."),
        ("[" * 21 + "]" * 21, "a.json", "It is nested too deeply."),
        ('{"tenants": [{"slug": "acme", "hours": ' + "[" * 500 + "]" * 500 + "}]}", "a.json", None),
        ("[]", "a.json", 'The top level is an object with the keys "tenants" and "wcs_instances".'),
        (
            "NaN",
            "a.json",
            'The top level is an object with the keys "tenants" and "wcs_instances".',
        ),
        (
            "# nothing",
            "a.yaml",
            'The top level is an object with the keys "tenants" and "wcs_instances".',
        ),
        (
            "tenants:\n  - slug: a\n b: c",
            "a.yaml",
            "Line 3, column 2: this is not YAML (did not find expected key).",
        ),
        (
            "a: b\nc: 'd",
            "a.yaml",
            "Line 2, column 6: this is not YAML (found unexpected end of stream).",
        ),
        ("tenants:\n\t- a", "a.yaml", None),
        ("a: b\x07", "a.yaml", "Line 1, column 5: this character is not allowed here."),
        ('a: "\\UFFFFFFFF"', "a.yaml", None),
        (
            "a: &x [1]\nb: *x",
            "a.yml",
            "Line 1, column 4: anchors (&) and aliases (*) are refused; "
            "a text that begins with one of them needs quotes.",
        ),
        (
            "a: b\npassword: *never-to-be-shown-1",
            "a.yml",
            "Line 2, column 11: anchors (&) and aliases (*) are refused; "
            "a text that begins with one of them needs quotes.",
        ),
        (
            "password: !never-to-be-shown-1",
            "a.yml",
            "Line 1, column 11: tags (!) are refused; a text that begins with ! needs quotes.",
        ),
        (
            "a: !!python/object/apply:os.system [ls]",
            "a.yml",
            "Line 1, column 4: tags (!) are refused; a text that begins with ! needs quotes.",
        ),
        ("password: %never-to-be-shown-1", "a.yml", None),
        ("password: 'x'never-to-be-shown-1", "a.yml", None),
        ("? [never-to-be-shown-1]\n: b", "a.yml", "Line 1, column 3: a key is a text."),
        (
            "a: b\n---\nc: d",
            "a.yml",
            "Line 2, column 1: a second document begins; one file holds one.",
        ),
        ("[" * 900, "a.yaml", "Line 1, column 21: nested too deeply."),
        ("[" * 100_000, "a.yaml", None),  # libyaml's own bound, or ours: both end it
        ("a:\n" + "".join(" " * depth + "- \n" for depth in range(1, 40)), "a.yaml", None),
    ],
)
def test_it_refuses_what_it_cannot_read(content, name, problem):
    problems = reading_problems(content, name=name)

    assert len(problems) == 1
    assert problem in (problems[0], None)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_key_given_twice_is_a_problem_with_its_place(run, cast, name):
    content = '{"tenants": [{"slug": "acme", "slug": "globex"}], "tenants": []}'

    assert run(content, name=name).problems == [
        "tenants: This key is given twice.",
        "tenants[0].slug: This key is given twice.",
    ]


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_number_of_any_length_is_a_problem_and_not_a_crash(run, cast, name):
    account = '{"login": "1", "domain": "s", "password": "x", "port": %s}' % ("9" * 5000)
    content = f'{{"tenants": [{{"slug": "acme", "sip_accounts": [{account}]}}]}}'

    assert len(run(content, name=name).problems) == 1


def test_yaml_has_no_surprises(run, cast):
    content = """
tenants:
  - slug: no
    name: 2024-01-01
    status: active
    sip_accounts: [{login: 0815, password: on, domain: 203.0.113.7}]
    callees: [{alias: y, target: 030}, {alias: sales, target: "+49"}]
"""
    outcome = run(content, name="a.yaml")

    assert outcome.code == 0
    assert Tenant.objects.get(slug="no").name == "2024-01-01"
    assert SipAccount.objects.get(login="0815").password.matches("on")
    assert Callee.objects.get(alias="y").target == "030"


def test_yaml_text_that_is_a_number_needs_quotes(run, cast):
    content = "tenants: [{slug: acme, callees: [{alias: a, target: +4930123456}]}]"

    assert run(content, name="a.yaml").problems == [
        "tenants[0].callees[0].target: Expected text, not a number; put it in quotes."
    ]


def test_the_files_in_the_readme_can_be_imported_one_after_the_other(run, db):
    readme = (ROOT / "README.md").read_text()
    files = re.findall(r'```json\n( *\{"tenants": .*?)```', readme, re.DOTALL)

    assert len(files) == 3
    assert [run(file).code for file in files] == [0, 0, 0]
    acme = Tenant.objects.get(slug="acme")
    assert (acme.limits["money_per_day"], acme.callees.count()) == ("50.00", 2)


def test_a_byte_order_mark_is_no_problem(run, cast):
    for name in ("a.json", "a.yaml"):
        assert run(b'\xef\xbb\xbf{"tenants": []}', name=name).code == 0


@pytest.mark.parametrize(
    "content", ['{"tenants": [{"slug": "acme"}]}', "tenants:\n  - slug: acme\n"]
)
def test_it_reads_standard_input(run, cast, monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))

    assert run(Path("-")).lines == [UNCHANGED]


def test_it_says_why_a_file_cannot_be_read(run, cast, tmp_path):
    assert run(tmp_path / "missing.json").problems == [
        "It cannot be read: No such file or directory."
    ]
    assert run(tmp_path).problems == ["It cannot be read: Is a directory."]


def test_it_does_not_read_without_end(run, cast):
    assert run(Path("/dev/zero")).problems == ["It is larger than 64 MiB; split it."]


@pytest.mark.parametrize(
    "wrong",
    WRONG := [
        None,
        True,
        10**40,
        1.5,
        "",
        "x\0",
        "\ud800",
        "x" * 5000,
        [],
        [[None]],
        {},
        {"a": {"slug": 1}},
    ],
    ids=repr,
)
def test_nothing_at_any_place_makes_reading_crash(wrong):
    document = json.loads((FILES / "initech.json").read_text())
    for holder, key, _ in list(_places(document)):
        right, holder[key] = holder[key], wrong
        reading_problems(document)
        holder[key] = right


@pytest.mark.proof
def test_nothing_at_a_place_of_any_kind_makes_an_import_crash(run, cast):
    """Each kind of place once, such as the origin of a domain, with each wrong value."""
    run(FILES / "initech.json")
    document = json.loads((FILES / "initech.json").read_text())
    kinds = {kind: (holder, key) for holder, key, kind in _places(document)}
    before = rows()

    for holder, key in kinds.values():
        right = holder[key]
        for wrong in WRONG:
            holder[key] = wrong
            _dry_run(document)
        holder[key] = right

    assert rows() == before
    assert run(document).lines[-1].startswith("nothing to change")


def _dry_run(document: Any) -> None:
    source = Source("a.json", json.dumps(document).encode())
    with contextlib.suppress(ImportRefused):
        importing.run(source, OPERATOR, True, lambda *state: None)


def _places(value: Any, kind: str = ""):
    """Each value inside, by its holder and key, and which kind of place it is."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        inner_kind = f"{kind}.{key}" if isinstance(key, str) else f"{kind}[]"
        yield value, key, inner_kind
        yield from _places(inner, inner_kind)
