"""The report, races, and the command line."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from tenants.models import Callee, Domain, ImportRun, SipAccount, Tenant, WcsInstance
from tenants.transfer.checking import whole_file
from tests import cast as casting
from tests.tenants.importing.content import (
    FILES,
    NEW_PASSWORD,
    NEW_SIGNING,
    account,
    help_text,
    instance,
    tenant,
)


def test_the_report_is_machine_readable(run, cast):
    content = tenant(status="suspended", callees=[{"alias": "front", "target": "1"}]) | instance(
        signing_secret=NEW_SIGNING, tenants=["acme", "globex"]
    )
    outcome = run(content, "--json")

    assert outcome.err == ""
    report = json.loads(outcome.out)
    assert "no bound" in report.pop("warnings")[0]
    assert report == {
        "status": "done",
        "dry_run": False,
        "import": ImportRun.objects.get().pk,
        "counts": {"added": 1, "changed": 2, "unchanged": 0},
        "changes": [
            {
                "action": "changed",
                "kind": "tenant",
                "name": "acme",
                "fields": [{"field": "status", "before": "active", "after": "suspended"}],
            },
            {
                "action": "added",
                "kind": "callee",
                "name": "acme/front",
                "fields": [{"field": "target", "before": None, "after": "1"}],
            },
            {
                "action": "changed",
                "kind": "WCS instance",
                "name": "acme-1",
                "fields": [
                    {"field": "signing_secret", "how": "changed"},
                    {"field": "tenants", "before": ["acme"], "after": ["acme", "globex"]},
                ],
            },
        ],
        "problems": [],
    }
    again = json.loads(run(content, "--json", "--dry-run").out)
    assert (again["status"], again["dry_run"]) == ("nothing to change", True)


def test_problems_are_machine_readable(run, cast):
    outcome = run(tenant(domains=[{"origin": "x"}]), "--json")

    assert outcome.code == 1
    report = json.loads(outcome.out)
    assert report["status"] == "problems"
    assert [problem["place"] for problem in report["problems"]] == ["tenants[0].domains[0].origin"]


def test_a_text_cannot_command_the_terminal(run, cast):
    outcome = run(tenant(name="Acme\u2028\u202e"))

    assert outcome.lines[0] == r"~ tenant acme: name Acme Ltd → Acme\u2028\u202e"


def _at_the_last_moment(monkeypatch, act) -> None:
    check = whole_file.WholeFile.check
    monkeypatch.setattr(whole_file.WholeFile, "check", lambda whole: (check(whole), act()))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda: Tenant.objects.create(slug="initech", name="Another"),
            "duplicate key value violates unique constraint",
        ),
        (
            lambda: WcsInstance.objects.create(name="x", key="key-of-initech-1"),
            "duplicate key value",
        ),
        (
            lambda: Domain.objects.create(
                tenant=Tenant.objects.get(slug="acme"), origin="https://a.xn--bcher-kva.example"
            ),
            "conflicting key value violates exclusion constraint",
        ),
        (lambda: Tenant.objects.filter(slug="acme").delete(), "violates foreign key constraint"),
    ],
)
def test_a_race_is_a_problem_and_nothing_is_changed(run, cast, monkeypatch, act, said):
    _at_the_last_moment(monkeypatch, act)
    problems = run(FILES / "initech.json").problems

    assert len(problems) == 1
    assert said in problems[0]
    assert "run it again" in problems[0]


def test_a_row_that_is_gone_meanwhile_is_a_problem(run, cast, monkeypatch):
    _at_the_last_moment(
        monkeypatch, lambda: SipAccount.objects.filter(pk=cast.acme_account.pk).delete()
    )

    assert "run it again" in run(account(port=5061, password=NEW_PASSWORD)).problems[0]


@pytest.mark.proof
def test_an_operator_imports_and_imports_again(manage):
    casting.assemble()
    first = manage("import_tenants", str(FILES / "initech.yaml"))
    again = manage("import_tenants", str(FILES / "initech.json"))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[-1] == "done: 10 added, 0 changed, 0 unchanged"
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == "nothing to change: 0 added, 0 changed, 10 unchanged\n"
    assert SipAccount.objects.get(login="30001").password.matches("initech-sip-pässword-11")


@pytest.mark.proof
def test_a_terminal_that_knows_ascii_alone_is_enough(manage, tmp_path):
    casting.assemble()
    path = tmp_path / "suspend.json"
    path.write_text(json.dumps(tenant(status="suspended")))
    done = manage("import_tenants", str(path), PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r"~ tenant acme: status active \u2192 suspended")
    assert Tenant.objects.get(slug="acme").status == "suspended"


@pytest.mark.proof
def test_an_operator_sees_problems_and_no_traceback(manage, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(tenant(sip_accounts=[{"login": 1, "password": [NEW_PASSWORD]}])))
    refused = manage("import_tenants", str(path))

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    assert "tenants[0].sip_accounts[0].password: Expected text, not a list." in refused.stderr
    assert NEW_PASSWORD not in refused.stderr


def test_an_unreadable_key_ring_is_said(manage):
    refused = manage(
        "import_tenants", str(FILES / "initech.json"), CLICKHOOK_ENCRYPTION_KEYS="nonsense"
    )

    assert refused.returncode == 1
    assert "CLICKHOOK_ENCRYPTION_KEYS" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.proof
def test_a_database_that_is_away_is_said(manage):
    refused = manage(
        "import_tenants",
        str(FILES / "initech.json"),
        DATABASE_URL="postgresql://u:pässword@127.0.0.1:1/x",
    )

    assert refused.returncode == 1
    assert "The database cannot be reached" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "pässword" not in refused.stderr


def test_help_teaches():
    text = help_text("import_tenants")

    for words in (
        '"sip_accounts": [',
        "stays as it is",
        "Exit code 0",
        "--dry-run",
        "wcs_config",
        "+4930123456",
    ):
        assert words in text
    assert "--pythonpath" not in text


@pytest.mark.proof
def test_the_queries_do_not_grow_with_the_file(run, cast, django_assert_max_num_queries):
    content = {"tenants": [_big(number) for number in range(200)]}
    with django_assert_max_num_queries(70):
        assert run(content).lines[-1] == "done: 2200 added, 0 changed, 0 unchanged"
    with django_assert_max_num_queries(40):
        assert run(content).lines[-1] == "nothing to change: 0 added, 0 changed, 2200 unchanged"


def _big(number: int) -> dict[str, Any]:
    return {
        "slug": f"t{number}",
        "name": "T",
        "domains": [{"origin": f"https://{name}.t{number}.example"} for name in "abcd"],
        "sip_accounts": [
            {"login": str(n), "password": NEW_PASSWORD, "domain": f"sip.t{number}.example"}
            for n in (1, 2)
        ],
        "callees": [{"alias": name, "target": "1", "default": name == "a"} for name in "abcd"],
    }


def test_a_dry_run_also_asks_the_database(run, cast, monkeypatch):
    _at_the_last_moment(monkeypatch, lambda: Tenant.objects.create(slug="initech", name="Another"))

    assert run(FILES / "initech.json", "--dry-run").code == 1


@pytest.mark.proof
def test_a_bar_shows_how_far_it_is_on_a_terminal_alone(cast, tmp_path, capsys):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    path, terminal = tmp_path / "callees.csv", Terminal()
    path.write_text(
        "tenant,alias,target\n" + "".join(f"acme,c{number},1\n" for number in range(3000))
    )
    call_command("import_csv", "callees", str(path), stderr=terminal)

    assert "checking [################        ]  67% 2,000 rows…" in terminal.getvalue()
    assert "writing 3,000 rows…" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[K")
    assert "checking" not in capsys.readouterr().out


def test_what_somebody_changed_a_moment_ago_is_not_overwritten(run, cast, monkeypatch):
    content = tenant(callees=[{"alias": "sales", "target": "1"}])
    _at_the_last_moment(
        monkeypatch, lambda: Callee.objects.filter(alias="sales").update(target="9")
    )

    assert run(content).problems[0].startswith("A row changed after it was compared.")


def test_somebody_elses_change_of_another_field_survives(run, cast, monkeypatch):
    content = tenant(callees=[{"alias": "support", "target": "1"}])
    _at_the_last_moment(monkeypatch, lambda: Callee.objects.update(default=False))

    assert run(content).code == 0
    assert list(Callee.objects.filter(tenant=cast.acme).values_list("target", "default")) == [
        ("+4930123456", False),
        ("1", False),
    ]
