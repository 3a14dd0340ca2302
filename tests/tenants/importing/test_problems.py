"""What is wrong in one row, and the sentence it gets."""

from __future__ import annotations

import pytest

from tenants.models import SipAccount, Tenant, WcsInstance
from tests.tenants.importing.content import (
    LOST,
    NEW_PASSWORD,
    NEW_SIGNING,
    account,
    instance,
    reading_problems,
    tenant,
)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"tenants": {}}, "tenants: Expected a list, not an object."),
        ({"tenants": None}, "tenants: Expected a list, not null."),
        ({"tenants": ["acme"]}, "tenants[0]: Expected an object, not text."),
        ({"tenants": [[]]}, "tenants[0]: Expected an object, not a list."),
        (tenant(domains="x"), "tenants[0].domains: Expected a list, not text."),
        (
            {"tenants": [{"slug": 5}]},
            "tenants[0].slug: Expected text, not a number; put it in quotes.",
        ),
        ({"tenants": [{"slug": None}]}, "tenants[0].slug: Expected text, not null."),
        ({"tenants": [{}]}, "tenants[0].slug: This key is required."),
        (tenant(name=["x"]), "tenants[0].name: Expected text, not a list."),
        (tenant(name="  "), "tenants[0].name: It begins or ends with white space."),
        (
            tenant(name="a\0b"),
            "tenants[0].name: It holds a control character, such as NUL, a tab or the end of a "
            "line.",
        ),
        (
            tenant(name="\ud800"),
            "tenants[0].name: It holds half of a surrogate pair, which is not a character.",
        ),
        (
            tenant("a\0"),
            "tenants[0].slug: It holds a control character, such as NUL, a tab or the end of a "
            "line.",
        ),
        (
            tenant(sip_register_required="yes"),
            "tenants[0].sip_register_required: Expected true or false, not text.",
        ),
        (
            tenant(sip_register_required=1),
            "tenants[0].sip_register_required: Expected true or false, not a number.",
        ),
        (
            tenant(domains=[{"origin": None}]),
            "tenants[0].domains[0].origin: Expected text, not null.",
        ),
        (
            account(port=True),
            "tenants[0].sip_accounts[0].port: Expected a whole number, not true or false.",
        ),
        (
            account(port="5060"),
            "tenants[0].sip_accounts[0].port: Expected a whole number, not text.",
        ),
        (
            account(port=5060.0),
            "tenants[0].sip_accounts[0].port: Expected a whole number, not a decimal number.",
        ),
        (
            account(port=float("nan")),
            "tenants[0].sip_accounts[0].port: Expected a whole number, not a decimal number.",
        ),
        (
            account(password=[NEW_PASSWORD]),
            "tenants[0].sip_accounts[0].password: Expected text, not a list.",
        ),
        (
            account(password={NEW_PASSWORD: 1}),
            "tenants[0].sip_accounts[0].password: Expected text, not an object.",
        ),
        (
            account(password=NEW_PASSWORD + "\n"),
            "tenants[0].sip_accounts[0].password: "
            "It holds a control character, such as NUL, a tab or the end of a line.",
        ),
        (
            account(password=NEW_PASSWORD + "\udfff"),
            "tenants[0].sip_accounts[0].password: It holds half of a surrogate pair, which is "
            "not a character.",
        ),
        (
            instance(signing_secret=7),
            "wcs_instances[0].signing_secret: Expected text, not a number; put it in quotes.",
        ),
        (instance(tenants="acme"), "wcs_instances[0].tenants: Expected a list of texts, not text."),
        (
            instance(tenants=[5]),
            "wcs_instances[0].tenants[0]: Expected text, not a number; put it in quotes.",
        ),
        ({"tenantss": []}, "tenantss: This key is unknown; did you mean tenants?"),
        (
            account(Pasword=NEW_PASSWORD),
            "tenants[0].sip_accounts[0].Pasword: This key is unknown; did you mean password?",
        ),
        (
            tenant(zzz=1),
            "tenants[0].zzz: This key is unknown; possible are slug, name, honey_alias, status, "
            "tickets, visitors, label_is_shown, way_out, way_out_text, way_out_url, "
            "sip_register_required, country, currency, time_zone, limits, destinations, hours, "
            "holidays, stream_publishers, stream_players, message_operations, message_bytes, "
            "messages_a_minute, messages_a_minute_of_all, domains, sip_accounts, callees, streams.",
        ),
        (tenant(tenant="acme"), None),
        (tenant(created_at="2020-01-01"), None),
        (instance(previous_signing_secret=NEW_SIGNING), None),
    ],
)
def test_it_refuses_what_it_cannot_use(content, problem):
    problems = reading_problems(content)

    assert len(problems) == 1
    assert problem in (problems[0], None)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (tenant(name=""), "tenants[0].name: This field cannot be blank."),
        (
            tenant(name="x" * 201),
            "tenants[0].name: Ensure this value has at most 200 characters (it has 201).",
        ),
        (account(password=""), "tenants[0].sip_accounts[0].password: This field cannot be blank."),
        (
            instance(signing_secret=""),
            "wcs_instances[0].signing_secret: This field cannot be blank; leave the key out, "
            "and the secret is kept or, for a new instance, generated.",
        ),
        (
            instance(signing_secret=NEW_SIGNING, unsigned=True),
            "wcs_instances[0].signing_secret: An instance either signs or is marked as "
            "unsigned, not both.",
        ),
        (
            instance(key="key-of-globex-1"),
            "wcs_instances[0].key: WCS instance with this Key already exists. It is globex-1.",
        ),
        (
            {"wcs_instances": [{"name": "a", "key": "same-key"}, {"name": "b", "key": "same-key"}]},
            "wcs_instances[1].key: WCS instance with this Key already exists. It is a.",
        ),
        (
            {"tenants": [{"slug": "acme"}] * 2},
            "tenants[1].slug: The file has this tenant already, at tenants[0].",
        ),
        (
            tenant(callees=[{"alias": "sales"}] * 2),
            "tenants[0].callees[1].alias: The file has this callee already, at "
            "tenants[0].callees[0].",
        ),
        (
            tenant(sip_accounts=[{"login": "10001", "domain": "sip.acme.example"}] * 2),
            "tenants[0].sip_accounts[1].login: The file has this SIP account already, at "
            "tenants[0].sip_accounts[0].",
        ),
        (
            {"wcs_instances": [{"name": "acme-1"}] * 2},
            "wcs_instances[1].name: The file has this WCS instance already, at wcs_instances[0].",
        ),
    ],
)
def test_it_refuses_what_is_wrong(run, cast, content, problem):
    problems = run(content).problems

    assert len(problems) == 1
    assert problem in (problems[0], None)


def test_a_key_that_may_be_half_a_secret_is_not_shown(run, cast):
    account = "{login: '1', domain: s, password: x,half_of_a_secret}"
    content = f"tenants: [{{slug: acme, sip_accounts: [{account}]}}]"

    assert (
        run(content, name="t.yaml")
        .problems[0]
        .startswith("tenants[0].sip_accounts[0]: Its key number 4 is unknown.")
    )


def test_what_is_wrong_for_a_row_that_is_not_known_is_not_guessed_at(run, cast):
    content = {
        "tenants": [{"slug": 5, "sip_accounts": [{"login": "10001", "domain": "sip.acme.example"}]}]
    }

    assert run(content).problems == [
        "tenants[0].slug: Expected text, not a number; put it in quotes."
    ]


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
