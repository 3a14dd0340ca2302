"""`manage.py import_tenants`: what a file says, all of it or nothing, and without a secret in what is printed."""

from __future__ import annotations

import io
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.importing import rules
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tests import cast as casting

FILES = Path(__file__).parent / "files"
NEW_PASSWORD = "never-to-be-shown-1"
NEW_SIGNING = "never-to-be-shown-2"
SECRETS = (
    *casting.SECRETS,
    NEW_PASSWORD,
    NEW_SIGNING,
    "half_of_a_secret",
    "initech-sip-pässword-11",
    "initech-sip-password-22",
    "initech-signing-secret-33",
)
LOST = "v1.lost.AAAA"  # sealed with a key that is not there
TAKEN = "This origin, or one below or above it, belongs to another tenant."
UNCHANGED = "nothing to change: 0 added, 0 changed, 1 unchanged"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def problems(self) -> list[str]:
        assert self.code == 1
        assert self.out == ""
        assert "nothing is changed" in self.err.splitlines()[0]
        return [line.strip() for line in self.err.splitlines()[1:]]


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def run(db, capsys, tmp_path):
    """Runs the command on a file of that content; whatever happens, no secret is printed and no row half written."""

    def act(content: Any, *options: str, name: str = "tenants.json") -> Outcome:
        path = tmp_path / name
        if isinstance(content, bytes | str):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        elif not isinstance(content, Path):
            path.write_text(json.dumps(content))
        return command(str(content if isinstance(content, Path) else path), *options)

    def command(*arguments: str) -> Outcome:
        before, refusal = rows(), None
        try:
            call_command("import_tenants", *arguments)
        except CommandError as caught:
            refusal = caught
        code, error = (refusal.returncode, str(refusal)) if refusal else (0, "")
        # Nothing for --traceback to print, either.
        assert refusal is None or (refusal.__cause__, refusal.__context__) == (None, None)
        out, err = capsys.readouterr()
        printed = out + err + error
        assert not [secret for secret in (*SECRETS, *generated()) if secret in printed]
        if code or "--dry-run" in arguments:
            assert rows() == before
        return Outcome(code, out, err + error)

    return act


def rows() -> list[tuple[Any, ...]]:
    """Every row there is, as it is stored."""
    models = (Tenant, Domain, SipAccount, Callee, WcsInstance, WcsInstance.tenants.through)
    found = []
    for model in models:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            found += cursor.fetchall()
    return found


def generated() -> list[str]:
    instances = WcsInstance.objects.exclude(signing_secret="").exclude(signing_secret=LOST)
    return [instance.signing_secret.reveal() for instance in instances]


def tenant(slug: str = "acme", **values: Any) -> dict[str, Any]:
    return {"tenants": [{"slug": slug, **values}]}


def instance(name: str = "acme-1", **values: Any) -> dict[str, Any]:
    return {"wcs_instances": [{"name": name, **values}]}


def account(**values: Any) -> dict[str, Any]:
    return tenant(sip_accounts=[{"login": "10001", "domain": "sip.acme.example", **values}])


# What a file adds


@pytest.mark.parametrize("name", ["initech.json", "initech.yaml"])
def test_it_adds_everything(run, cast, name):
    outcome = run(FILES / name)

    assert outcome.code == 0
    assert outcome.lines == [
        "+ tenant initech",
        "+ domain https://www.initech.example",
        "+ domain https://xn--bcher-kva.example",
        "+ SIP account initech/30001@sip.initech.example",
        "+ SIP account initech/30002@sip.initech.example",
        "+ callee initech/sales",
        "+ callee initech/help-desk",
        "+ WCS instance initech-1",
        "+ WCS instance initech-2",
        "+ WCS instance initech-lab",
        "A signing secret was generated for initech-2; manage.py wcs_config initech-2 shows it.",
        "done: 10 added, 0 changed, 0 unchanged",
    ]
    initech = Tenant.objects.get(slug="initech")
    assert (initech.name, initech.status, initech.sip_register_required) == ("Initech GmbH", "active", True)
    assert list(initech.domains.values_list("origin", "include_subdomains", "default_callee__alias")) == [
        ("https://www.initech.example", False, None),
        ("https://xn--bcher-kva.example", True, "help-desk"),
    ]
    assert list(initech.callees.values_list("alias", "target", "default")) == [
        ("help-desk", "sip:help@pbx.initech.example", False),
        ("sales", "10002", True),
    ]


def test_it_seals_the_secrets(run, cast):
    run(FILES / "initech.json")

    first, second = SipAccount.objects.filter(tenant__slug="initech")
    assert (first.login, first.authentication_name, first.port) == ("30001", "auth-30001", 5080)
    assert (first.domain, first.outbound_proxy, first.enabled) == ("sip.initech.example", "203.0.113.9", True)
    assert first.password.matches("initech-sip-pässword-11")
    assert first.password.token.startswith("v1.")
    assert second.password.matches("initech-sip-password-22")
    assert (second.authentication_name, second.port, second.enabled) == ("", 5060, False)


def test_it_adds_instances_with_given_generated_and_no_secrets(run, cast):
    run(FILES / "initech.json")

    one, two, lab = WcsInstance.objects.filter(name__startswith="initech")
    assert (one.key, one.app_key) == ("key-of-initech-1", "initechApp")
    assert one.signing_secret.matches("initech-signing-secret-33")
    assert {tenant.slug for tenant in one.tenants.all()} == {"initech", "acme"}
    assert len(two.signing_secret.reveal()) > 40
    assert len(two.key) >= 32
    assert (lab.unsigned, lab.signing_secret, lab.answers_nobody) == (True, None, False)


@pytest.mark.parametrize("name", ["initech.json", "initech.yaml"])
def test_a_second_run_changes_nothing(run, cast, name):
    run(FILES / "initech.json")
    before = rows()
    outcome = run(FILES / name)

    assert outcome == Outcome(0, "nothing to change: 0 added, 0 changed, 10 unchanged\n", "")
    assert rows() == before


@pytest.mark.parametrize("content", [{}, {"tenants": [], "wcs_instances": []}, tenant(), tenant(domains=[])])
def test_what_the_file_does_not_mention_stays(run, cast, content):
    before = rows()
    outcome = run(content)

    assert outcome.code == 0
    assert outcome.lines[-1].startswith("nothing to change")
    assert rows() == before


def test_a_dry_run_reports_the_same_and_keeps_nothing(run, cast):
    dry = run(FILES / "initech.json", "--dry-run")
    wet = run(FILES / "initech.json")

    assert dry.code == wet.code == 0
    assert dry.lines[:-1] == wet.lines[:-2]
    assert dry.lines[-1] == "dry run, nothing is written: " + wet.lines[-1]


def test_a_dry_run_also_asks_the_database(run, cast, monkeypatch):
    _at_the_last_moment(monkeypatch, lambda: Tenant.objects.create(slug="initech", name="Another"))

    assert run(FILES / "initech.json", "--dry-run").code == 1


# What a file changes


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (tenant(status="suspended"), "~ tenant acme: status active → suspended"),
        (
            tenant(name="Acme", sip_register_required=True),
            "~ tenant acme: name Acme Ltd → Acme, sip register required false → true",
        ),
        (account(port=5061), "~ SIP account acme/10001@sip.acme.example: port 5070 → 5061"),
        (account(authentication_name=""), '~ SIP account acme/10001@sip.acme.example: authentication name auth-10001 → ""'),
        (account(enabled=False), "~ SIP account acme/10001@sip.acme.example: enabled true → false"),
        (account(password=NEW_PASSWORD), "~ SIP account acme/10001@sip.acme.example: password changed"),
        (tenant(callees=[{"alias": "sales", "target": "110"}]), "~ callee acme/sales: target +4930123456 → 110"),
        (
            tenant(domains=[{"origin": "https://WWW.acme.example:443", "include_subdomains": True}]),
            "~ domain https://www.acme.example: include subdomains false → true",
        ),
        (
            tenant(domains=[{"origin": "https://www.acme.example", "default_callee": "sales"}]),
            "~ domain https://www.acme.example: default callee none → sales",
        ),
        (
            tenant(domains=[{"origin": "https://shops.acme.example", "default_callee": None}]),
            "~ domain https://shops.acme.example: default callee support → none",
        ),
        (instance(tenants=["globex"]), "~ WCS instance acme-1: tenants +globex -acme"),
        (instance(tenants=[]), "~ WCS instance acme-1: tenants -acme"),
        (instance(key="another-key"), "~ WCS instance acme-1: key changed"),
        (instance(app_key="acmeApp"), '~ WCS instance acme-1: app key "" → acmeApp'),
        (instance(signing_secret=NEW_SIGNING), "~ WCS instance acme-1: signing secret changed"),
    ],
)
def test_it_changes_what_differs(run, cast, content, line):
    outcome = run(content)

    assert outcome.code == 0
    assert [row for row in outcome.lines if row.startswith("~")] == [line]
    assert outcome.lines[-1].startswith("done: 0 added, 1 changed")
    assert run(content).lines[-1].startswith("nothing to change: 0 added, 0 changed")


def test_it_writes_the_changed_fields_alone(run, cast):
    before = SipAccount.objects.get(pk=cast.acme_account.pk)
    run(account(port=5061, password=NEW_PASSWORD))

    after = SipAccount.objects.get(pk=cast.acme_account.pk)
    assert after.port == 5061
    assert after.password.matches(NEW_PASSWORD)
    assert (after.authentication_name, after.outbound_proxy) == (before.authentication_name, before.outbound_proxy)


def test_it_keeps_the_password_that_is_the_same_or_left_out(run, cast):
    before = rows()

    assert run(account(password=casting.ACME_PASSWORD)).lines == [UNCHANGED.replace("1", "2")]
    assert run(account()).lines == [UNCHANGED.replace("1", "2")]
    assert rows() == before


def test_a_new_signing_secret_leaves_the_old_one_accepted(run, cast):
    run(instance(signing_secret=NEW_SIGNING))

    stored = WcsInstance.objects.get(name="acme-1")
    assert stored.signing_secret.matches(NEW_SIGNING)
    assert stored.previous_signing_secret.matches(casting.ACME_SIGNING)


@pytest.mark.parametrize("values", [{}, {"signing_secret": casting.ACME_SIGNING}, {"unsigned": False}])
def test_the_signing_secret_that_is_the_same_or_left_out_is_no_change(run, cast, values):
    before = rows()

    assert run(instance(**values)).lines == [UNCHANGED]
    assert rows() == before


def test_an_instance_is_made_unsigned_only_where_its_secret_is_dropped(run, cast):
    assert run(instance(unsigned=True)).problems == [
        "wcs_instances[0].unsigned: An instance either signs or is marked as unsigned, not both. "
        'To drop the secret that it has, give "signing_secret": "" too.'
    ]

    outcome = run(instance(unsigned=True, signing_secret=""))
    assert outcome.lines[0] == "~ WCS instance acme-1: signing secret removed, unsigned false → true"
    stored = WcsInstance.objects.get(name="acme-1")
    assert (stored.unsigned, stored.signing_secret, stored.previous_signing_secret) == (True, None, None)


def test_an_instance_that_begins_to_sign_gets_a_secret(run, cast):
    WcsInstance.objects.create(name="lab", unsigned=True)
    outcome = run(instance("lab", unsigned=False))

    assert outcome.lines[0] == "~ WCS instance lab: signing secret generated, unsigned true → false"
    assert "manage.py wcs_config lab" in outcome.lines[1]
    assert WcsInstance.objects.get(name="lab").signing_secret


def test_an_instance_that_answers_nobody_is_left_alone(run, cast):
    WcsInstance.objects.create(name="silent")

    assert run(instance("silent", unsigned=False)).lines == [UNCHANGED]
    assert run(instance("silent", signing_secret=NEW_SIGNING)).lines[0].endswith("signing secret changed")
    assert WcsInstance.objects.get(name="silent").previous_signing_secret is None


def test_two_instances_exchange_their_keys(run, cast):
    one = {"name": "acme-1", "key": "key-of-globex-1"}
    two = {"name": "globex-1", "key": "key-of-acme-1"}

    assert run({"wcs_instances": [one, two]}).code == 0
    assert WcsInstance.objects.get(name="acme-1").key == "key-of-globex-1"
    assert WcsInstance.objects.get(name="globex-1").key == "key-of-acme-1"


# The default callee


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("new", [{"alias": "support"}, {"alias": "front", "target": "3"}])
def test_the_default_moves_from_one_callee_to_another(run, cast, is_first, new):
    old, new = {"alias": "sales", "default": False}, {**new, "default": True}
    outcome = run(tenant(callees=[old, new] if is_first else [new, old]))

    assert outcome.code == 0
    assert "~ callee acme/sales: default true → false" in outcome.lines
    assert cast.acme.callees.get(default=True).alias == new["alias"]


@pytest.mark.parametrize("also", [[], [{"alias": "sales"}]])
def test_the_default_is_not_taken_from_a_callee_that_keeps_it(run, cast, also):
    outcome = run(tenant(callees=[{"alias": "support", "default": True}, *also]))

    assert outcome.problems == [
        "tenants[0].callees[0].default: This tenant has a default callee already. "
        'It is sales: give that one "default": false in the same file.'
    ]


@pytest.mark.parametrize("aliases", [("front", "back"), ("sales", "support")])
def test_two_defaults_are_a_problem(run, cast, aliases):
    outcome = run(tenant(callees=[{"alias": alias, "target": "1", "default": True} for alias in aliases]))

    assert "tenants[0].callees[1].default: Only one callee is the default, and tenants[0].callees[0] is it already." in (
        outcome.problems
    )


# Origins


def test_an_origin_does_not_move(run, cast):
    outcome = run(tenant("globex", domains=[{"origin": "https://www.acme.example"}]))

    assert outcome.problems == [f"tenants[0].domains[0].origin: {TAKEN} It is acme."]


@pytest.mark.parametrize(
    ("origin", "include_subdomains"),
    [("https://new.shops.acme.example", False), ("https://acme.example", True), ("https://x.shops.acme.example", True)],
)
def test_an_origin_does_not_overlap_with_another_tenants(run, cast, origin, include_subdomains):
    domain = {"origin": origin, "include_subdomains": include_subdomains}
    outcome = run(tenant("globex", domains=[domain]))

    assert f"tenants[0].domains[0].origin: {TAKEN} It is acme." in outcome.problems
    # The admin says the same.
    with pytest.raises(Exception, match=TAKEN):
        Domain(tenant=cast.globex, **domain).full_clean()


@pytest.mark.parametrize("is_parent_first", [True, False])
def test_origins_of_one_file_do_not_overlap(run, cast, is_parent_first):
    parent = {"slug": "a", "name": "A", "domains": [{"origin": "https://a.example", "include_subdomains": True}]}
    child = {"slug": "b", "name": "B", "domains": [{"origin": "https://x.y.a.example"}]}
    number = 1 if is_parent_first else 0
    outcome = run({"tenants": [parent, child] if is_parent_first else [child, parent]})

    place = f"tenants[{1 - number}].domains[0]"
    assert outcome.problems == [f"tenants[{number}].domains[0].origin: {TAKEN} It is a, at {place}."]


def test_a_tenants_own_origins_may_overlap(run, cast):
    assert run(tenant(domains=[{"origin": "https://eu.shops.acme.example"}])).code == 0


def test_an_origin_that_loses_its_subdomains_makes_room(run, cast):
    Domain.objects.create(tenant=cast.globex, origin="https://g.example", include_subdomains=True)
    new = {"slug": "acme", "domains": [{"origin": "https://x.g.example", "include_subdomains": True}]}
    shrinks = {"slug": "globex", "domains": [{"origin": "https://g.example", "include_subdomains": False}]}

    assert run({"tenants": [new, shrinks]}).code == 0
    assert cast.acme.domains.filter(origin="https://x.g.example", include_subdomains=True).exists()


def test_the_same_origin_spelled_differently_is_given_twice(run, cast):
    origins = [{"origin": "https://bücher.example"}, {"origin": "HTTPS://xn--bcher-kva.example:443"}]

    assert run(tenant(domains=origins)).problems == [
        "tenants[0].domains[1].origin: The file has this domain already, at tenants[0].domains[0]."
    ]


# Problems


def test_every_problem_is_listed_with_its_place(run, cast):
    content = {
        "tenants": [
            {"slug": "acme", "status": "sleeping", "domains": [{"origin": "https://a.example:99999"}]},
            {
                "slug": "New One",
                "domains": [{"origin": "https://localhost", "include_subdomains": True, "default_callee": "nobody"}],
                "sip_accounts": [{"login": "a b", "domain": "sip:x", "port": 70000, "password": ""}],
                "callees": [{"alias": "1", "target": "sip:"}],
            },
            {"slug": "later", "sip_accounts": [{"login": "1", "domain": "s"}], "callees": [{"alias": "a"}]},
        ],
        "wcs_instances": [{"name": "x y", "key": "short", "tenants": ["acme", "nobody", "acme"]}],
    }

    assert run(content).problems == [
        "tenants[0].domains[0].origin: The port lies between 1 and 65535.",
        "tenants[0].status: Value 'sleeping' is not a valid choice.",
        "tenants[1].callees[0].alias: An alias begins with a lower-case letter, then letters, digits, - and _, like sales.",
        "tenants[1].callees[0].target: A number or extension like +4930123456, or a SIP URI like sip:sales@pbx.example.",
        "tenants[1].domains[0].default_callee: This tenant has no callee of that alias, here or in the database.",
        "tenants[1].domains[0].include_subdomains: Only a name with a dot can stand for its subdomains.",
        "tenants[1].name: A new tenant needs this key.",
        "tenants[1].sip_accounts[0].domain: A host name or an IP address, without a port.",
        "tenants[1].sip_accounts[0].login: Letters, digits and + * # . _ ~ ! $ & = - only.",
        "tenants[1].sip_accounts[0].password: This field cannot be blank.",
        "tenants[1].sip_accounts[0].port: Ensure this value is less than or equal to 65535.",
        "tenants[1].slug: Use lower-case letters, digits and single hyphens, like acme-uk.",
        "tenants[2].callees[0].target: A new callee needs this key.",
        "tenants[2].name: A new tenant needs this key.",
        "tenants[2].sip_accounts[0].password: A new SIP account needs this key.",
        "wcs_instances[0].key: 8 to 64 letters, digits, - and _.",
        "wcs_instances[0].name: Letters, digits, . _ and -, like acme-1.",
        "wcs_instances[0].tenants[1]: There is no such tenant, here or in the database.",
        "wcs_instances[0].tenants[2]: This tenant stands here twice.",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"tenants": {}}, "tenants: Expected a list, not an object."),
        ({"tenants": None}, "tenants: Expected a list, not null."),
        ({"tenants": ["acme"]}, "tenants[0]: Expected an object, not text."),
        ({"tenants": [[]]}, "tenants[0]: Expected an object, not a list."),
        (tenant(domains="x"), "tenants[0].domains: Expected a list, not text."),
        ({"tenants": [{"slug": 5}]}, "tenants[0].slug: Expected text, not a number; put it in quotes."),
        ({"tenants": [{"slug": None}]}, "tenants[0].slug: Expected text, not null."),
        ({"tenants": [{}]}, "tenants[0].slug: This key is required."),
        (tenant(name=["x"]), "tenants[0].name: Expected text, not a list."),
        (tenant(name=""), "tenants[0].name: This field cannot be blank."),
        (tenant(name="  "), "tenants[0].name: It begins or ends with white space."),
        (tenant(name="x" * 201), "tenants[0].name: Ensure this value has at most 200 characters (it has 201)."),
        (tenant(name="a\0b"), "tenants[0].name: It holds a control character, such as NUL, a tab or the end of a line."),
        (tenant(name="\ud800"), "tenants[0].name: It holds half of a surrogate pair, which is no character."),
        (tenant("a\0"), "tenants[0].slug: It holds a control character, such as NUL, a tab or the end of a line."),
        (tenant(sip_register_required="yes"), "tenants[0].sip_register_required: Expected true or false, not text."),
        (tenant(sip_register_required=1), "tenants[0].sip_register_required: Expected true or false, not a number."),
        (tenant(domains=[{"origin": None}]), "tenants[0].domains[0].origin: Expected text, not null."),
        (account(port=True), "tenants[0].sip_accounts[0].port: Expected a whole number, not true or false."),
        (account(port="5060"), "tenants[0].sip_accounts[0].port: Expected a whole number, not text."),
        (account(port=5060.0), "tenants[0].sip_accounts[0].port: Expected a whole number, not a decimal number."),
        (account(port=float("nan")), "tenants[0].sip_accounts[0].port: Expected a whole number, not a decimal number."),
        (account(password=[NEW_PASSWORD]), "tenants[0].sip_accounts[0].password: Expected text, not a list."),
        (account(password={NEW_PASSWORD: 1}), "tenants[0].sip_accounts[0].password: Expected text, not an object."),
        (account(password=""), "tenants[0].sip_accounts[0].password: This field cannot be blank."),
        (
            account(password=NEW_PASSWORD + "\n"),
            "tenants[0].sip_accounts[0].password: "
            "It holds a control character, such as NUL, a tab or the end of a line.",
        ),
        (
            account(password=NEW_PASSWORD + "\udfff"),
            "tenants[0].sip_accounts[0].password: It holds half of a surrogate pair, which is no character.",
        ),
        (instance(signing_secret=7), "wcs_instances[0].signing_secret: Expected text, not a number; put it in quotes."),
        (
            instance(signing_secret=""),
            "wcs_instances[0].signing_secret: This field cannot be blank; leave the key out, "
            "and the secret is kept or, for a new instance, generated.",
        ),
        (
            instance(signing_secret=NEW_SIGNING, unsigned=True),
            "wcs_instances[0].signing_secret: An instance either signs or is marked as unsigned, not both.",
        ),
        (instance(tenants="acme"), "wcs_instances[0].tenants: Expected a list of texts, not text."),
        (instance(tenants=[5]), "wcs_instances[0].tenants[0]: Expected text, not a number; put it in quotes."),
        (
            instance(key="key-of-globex-1"),
            "wcs_instances[0].key: WCS instance with this Key already exists. It is globex-1.",
        ),
        (
            {"wcs_instances": [{"name": "a", "key": "same-key"}, {"name": "b", "key": "same-key"}]},
            "wcs_instances[1].key: WCS instance with this Key already exists. It is a.",
        ),
        ({"tenants": [{"slug": "acme"}] * 2}, "tenants[1].slug: The file has this tenant already, at tenants[0]."),
        (
            tenant(callees=[{"alias": "sales"}] * 2),
            "tenants[0].callees[1].alias: The file has this callee already, at tenants[0].callees[0].",
        ),
        (
            tenant(sip_accounts=[{"login": "10001", "domain": "sip.acme.example"}] * 2),
            "tenants[0].sip_accounts[1].login: The file has this SIP account already, at tenants[0].sip_accounts[0].",
        ),
        (
            {"wcs_instances": [{"name": "acme-1"}] * 2},
            "wcs_instances[1].name: The file has this WCS instance already, at wcs_instances[0].",
        ),
        ({"tenantss": []}, "tenantss: This key is unknown; did you mean tenants?"),
        (account(Pasword=NEW_PASSWORD), "tenants[0].sip_accounts[0].Pasword: This key is unknown; did you mean password?"),
        (
            tenant(zzz=1),
            "tenants[0].zzz: This key is unknown; possible are slug, name, status, sip_register_required, "
            "domains, sip_accounts, callees.",
        ),
        (tenant(tenant="acme"), None),
        (tenant(created_at="2020-01-01"), None),
        (instance(previous_signing_secret=NEW_SIGNING), None),
    ],
)  # fmt: skip
def test_it_refuses_what_is_wrong(run, cast, content, problem):
    problems = run(content).problems

    assert len(problems) == 1
    assert problem in (problems[0], None)


def test_a_key_that_may_be_half_a_secret_is_not_shown(run, cast):
    content = "tenants: [{slug: acme, sip_accounts: [{login: '1', domain: s, password: x,half_of_a_secret}]}]"

    assert run(content, name="t.yaml").problems[0].startswith("tenants[0].sip_accounts[0]: Its key number 4 is unknown.")


def test_what_is_wrong_for_a_row_that_is_not_known_is_not_guessed_at(run, cast):
    content = {"tenants": [{"slug": 5, "sip_accounts": [{"login": "10001", "domain": "sip.acme.example"}]}]}

    assert run(content).problems == ["tenants[0].slug: Expected text, not a number; put it in quotes."]


def test_a_stored_secret_that_does_not_open_is_not_overwritten(run, cast):
    SipAccount.objects.update(password=LOST)
    WcsInstance.objects.update(signing_secret=LOST)
    content = account(password=NEW_PASSWORD) | instance(signing_secret=NEW_SIGNING)

    assert [line.partition(":")[0] for line in run(content).problems] == [
        "tenants[0].sip_accounts[0].password",
        "wcs_instances[0].signing_secret",
    ]


def test_what_the_file_does_not_mention_is_not_validated(run, cast):
    Tenant.objects.filter(slug="acme").update(name="")

    assert run(tenant(status="suspended")).code == 0


# Files


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "a.json", "It is empty."),
        (b"\xef\xbb\xbf \n", "a.json", "It is empty."),
        (b'{"tenants": [\n  {"slug": \xff}]}', "a.json", "It is not UTF-8, first at line 2."),
        ('{"tenants": []}'.encode("utf-16"), "a.json", "It is not UTF-8, first at line 1."),
        ('{"tenants": [\n  {"slug": }]}', "a.json", "Line 2, column 12: this is not JSON (Expecting value)."),
        ('{"a": "\\x"}', "a.json", "Line 1, column 8: this is not JSON (Invalid \\)."),
        ("[" * 100_000, "a.json", "It is nested too deeply."),
        ("[]", "a.json", 'The top level is an object with the keys "tenants" and "wcs_instances".'),
        ("NaN", "a.json", 'The top level is an object with the keys "tenants" and "wcs_instances".'),
        ("# nothing", "a.yaml", 'The top level is an object with the keys "tenants" and "wcs_instances".'),
        ("tenants:\n  - slug: a\n b: c", "a.yaml",
         "Line 3, column 2: this is not YAML (did not find expected key)."),
        ("a: b\nc: 'd", "a.yaml", "Line 2, column 6: this is not YAML (found unexpected end of stream)."),
        ("tenants:\n\t- a", "a.yaml", None),
        ("a: b\x07", "a.yaml", "Line 1, column 5: this character is not allowed here."),
        ('a: "\\UFFFFFFFF"', "a.yaml", None),
        ("a: &x [1]\nb: *x", "a.yml", "Line 1, column 4: anchors (&) and aliases (*) are refused; "
         "a text that begins with one of them needs quotes."),
        ("a: b\npassword: *never-to-be-shown-1", "a.yml", "Line 2, column 11: anchors (&) and aliases (*) are refused; "
         "a text that begins with one of them needs quotes."),
        ("password: !never-to-be-shown-1", "a.yml",
         "Line 1, column 11: tags (!) are refused; a text that begins with ! needs quotes."),
        ("a: !!python/object/apply:os.system [ls]", "a.yml",
         "Line 1, column 4: tags (!) are refused; a text that begins with ! needs quotes."),
        ("password: %never-to-be-shown-1", "a.yml", None),
        ("password: 'x'never-to-be-shown-1", "a.yml", None),
        ("? [never-to-be-shown-1]\n: b", "a.yml", "Line 1, column 3: a key is a text."),
        ("a: b\n---\nc: d", "a.yml", "Line 2, column 1: a second document begins; one file holds one."),
        ("[" * 100_000, "a.yaml", "Line 1, column 21: nested too deeply."),
        ("a:\n" + "".join(" " * depth + "- \n" for depth in range(1, 40)), "a.yaml", None),
    ],
)  # fmt: skip
def test_it_refuses_what_it_cannot_read(run, cast, content, name, problem):
    problems = run(content, name=name).problems

    assert len(problems) == 1
    assert problem in (problems[0], None)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_key_given_twice_is_a_problem_with_its_place(run, cast, name):
    content = '{"tenants": [{"slug": "acme", "slug": "globex"}], "tenants": []}'

    assert run(content, name=name).problems == [
        "tenants: This key is given twice.",
        "tenants[0].slug: This key is given twice.",
    ]


def test_a_number_of_any_length_is_a_problem_and_no_crash(run, cast):
    for name in ("a.json", "a.yaml"):
        content = (
            '{"tenants": [{"slug": "acme", "sip_accounts": [{"login": "1", "domain": "s", "password": "x", "port": %s}]}]}'
        )
        assert len(run(content % ("9" * 5000), name=name).problems) == 1


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


def test_a_byte_order_mark_is_no_problem(run, cast):
    for name in ("a.json", "a.yaml"):
        assert run(b'\xef\xbb\xbf{"tenants": []}', name=name).code == 0


@pytest.mark.parametrize("content", ['{"tenants": [{"slug": "acme"}]}', "tenants:\n  - slug: acme\n"])
def test_it_reads_standard_input(run, cast, monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))

    assert run(Path("-")).lines == [UNCHANGED]


def test_it_says_why_a_file_cannot_be_read(run, cast, tmp_path):
    assert run(tmp_path / "missing.json").problems == ["It cannot be read: No such file or directory."]
    assert run(tmp_path).problems == ["It cannot be read: Is a directory."]


def test_it_does_not_read_without_end(run, cast):
    assert run(Path("/dev/zero")).problems == ["It is larger than 64 MiB; split it."]


@pytest.mark.parametrize(
    "wrong", [None, True, 10**40, 1.5, "", "x\0", "\ud800", "x" * 5000, [], [[None]], {}, {"a": {"slug": 1}}], ids=repr
)
def test_nothing_at_any_place_makes_it_crash(run, cast, wrong):
    run(FILES / "initech.json")
    document = json.loads((FILES / "initech.json").read_text())
    for holder, key in list(_places(document)):
        right, holder[key] = holder[key], wrong
        run(document, "--dry-run")
        holder[key] = right
    assert run(document).lines[-1].startswith("nothing to change")


def _places(value: Any):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)


# What is printed


def test_the_report_is_machine_readable(run, cast):
    content = tenant(status="suspended", callees=[{"alias": "front", "target": "1"}]) | instance(
        signing_secret=NEW_SIGNING, tenants=["acme", "globex"]
    )
    outcome = run(content, "--json")

    assert outcome.err == ""
    assert json.loads(outcome.out) == {
        "status": "done",
        "dry_run": False,
        "counts": {"added": 1, "changed": 2, "unchanged": 0},
        "changes": [
            {
                "action": "changed",
                "kind": "tenant",
                "name": "acme",
                "fields": [{"field": "status", "before": "active", "after": "suspended"}],
            },
            {"action": "added", "kind": "callee", "name": "acme/front", "fields": []},
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


# The database has the last word


def _at_the_last_moment(monkeypatch, act) -> None:
    check = rules.check
    monkeypatch.setattr(rules, "check", lambda *arguments: (check(*arguments), act()))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: Tenant.objects.create(slug="initech", name="Another"), "duplicate key value violates unique constraint"),
        (lambda: WcsInstance.objects.create(name="x", key="key-of-initech-1"), "duplicate key value"),
        (
            lambda: Domain.objects.create(tenant=Tenant.objects.get(slug="acme"), origin="https://a.xn--bcher-kva.example"),
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
    _at_the_last_moment(monkeypatch, lambda: SipAccount.objects.filter(pk=cast.acme_account.pk).delete())

    assert "run it again" in run(account(port=5061, password=NEW_PASSWORD)).problems[0]


# As an operator runs it


def test_an_operator_imports_and_imports_again(manage):
    casting.assemble()
    first = manage("import_tenants", str(FILES / "initech.yaml"))
    again = manage("import_tenants", str(FILES / "initech.json"))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[-1] == "done: 10 added, 0 changed, 0 unchanged"
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == "nothing to change: 0 added, 0 changed, 10 unchanged\n"
    assert SipAccount.objects.get(login="30001").password.matches("initech-sip-pässword-11")


def test_a_terminal_that_knows_ascii_alone_is_enough(manage, tmp_path):
    casting.assemble()
    path = tmp_path / "suspend.json"
    path.write_text(json.dumps(tenant(status="suspended")))
    done = manage("import_tenants", str(path), PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r"~ tenant acme: status active \u2192 suspended")
    assert Tenant.objects.get(slug="acme").status == "suspended"


def test_an_operator_sees_problems_and_no_traceback(manage, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(tenant(sip_accounts=[{"login": 1, "password": [NEW_PASSWORD]}])))
    refused = manage("import_tenants", str(path))

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    assert "tenants[0].sip_accounts[0].password: Expected text, not a list." in refused.stderr
    assert NEW_PASSWORD not in refused.stderr


def test_an_unreadable_key_ring_is_said(manage):
    refused = manage("import_tenants", str(FILES / "initech.json"), CLICKHOOK_ENCRYPTION_KEYS="nonsense")

    assert refused.returncode == 1
    assert "CLICKHOOK_ENCRYPTION_KEYS" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_that_is_away_is_said(manage):
    refused = manage("import_tenants", str(FILES / "initech.json"), DATABASE_URL="postgresql://u:pässword@127.0.0.1:1/x")

    assert refused.returncode == 1
    assert "The database cannot be reached" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "pässword" not in refused.stderr


def test_help_teaches(manage):
    text = manage("import_tenants", "--help").stdout

    for words in ('"sip_accounts": [', "stays as it is", "Exit code 0", "--dry-run", "wcs_config", "+4930123456"):
        assert words in text


def test_a_thousand_tenants_take_well_under_a_minute(run, cast):
    content = {"tenants": [_big(number) for number in range(1000)]}
    started = time.monotonic()
    assert run(content).lines[-1] == "done: 11000 added, 0 changed, 0 unchanged"
    assert run(content).lines[-1] == "nothing to change: 0 added, 0 changed, 11000 unchanged"
    assert time.monotonic() - started < 60


def _big(number: int) -> dict[str, Any]:
    return {
        "slug": f"t{number}",
        "name": "T",
        "domains": [{"origin": f"https://{name}.t{number}.example"} for name in "abcd"],
        "sip_accounts": [{"login": str(n), "password": NEW_PASSWORD, "domain": f"sip.t{number}.example"} for n in (1, 2)],
        "callees": [{"alias": name, "target": "1", "default": name == "a"} for name in "abcd"],
    }
