"""SIP accounts as providers hand them out: a right name is taken, a wrong one explained."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tenants.models import SipAccount
from tests import cast as casting
from tests.manager import change, errors_of, row, submit, upload


@pytest.fixture
def cast(db):
    return casting.assemble()


def account(cast, **values):
    given = {"login": "7", "domain": "sip.acme.example", "password": "x"} | values
    return SipAccount(tenant=cast.acme, **given)


@pytest.mark.parametrize(
    "name", ["+4930123456@tel.provider.example", "acme sales", "ACME\\sales", "acme/sales", "a'(b)"]
)
def test_an_authentication_name_of_a_provider_is_taken(cast, name):
    account(cast, authentication_name=name).full_clean()


@pytest.mark.parametrize("name", [" a", "a ", 'a"b', "a\tb", "a\nb", "a\r\nX: y", "ü"])
def test_an_authentication_name_stays_within_its_header(cast, name):
    with pytest.raises(ValidationError, match="punctuation"):
        account(cast, authentication_name=name).full_clean()


@pytest.mark.parametrize("field", ["domain", "outbound_proxy"])
@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("sip.x.example:5061", "The port has a field of its own: write 5061 there and"),
        ("[2001:db8::1]:5061", "The port has a field of its own: write 5061 there and"),
        ("sip.x.example;transport=tls", "WCS sets the transport itself"),
        ("sip:sip.x.example", "A host name or an IP address, without a port."),
        ("sip.x.example:", "A host name or an IP address, without a port."),
    ],
)
def test_it_says_where_the_rest_of_a_host_belongs(cast, field, host, sentence):
    with pytest.raises(ValidationError, match=sentence):
        account(cast, **{field: host}).full_clean()


@pytest.mark.parametrize(
    ("content", "table", "name"),
    [
        ("tenant,login,domain,transport\nacme,7,s.example,tls\n", "sip_accounts", "file.csv"),
        (
            '{"tenants": [{"slug": "acme", "sip_accounts": [{"login": "7", "domain": "s.example",'
            ' "password": "x", "transport": "tls"}]}]}',
            "",
            "a.json",
        ),
    ],
)
def test_an_import_says_who_sets_the_transport(manager, cast, content, table, name):
    page = upload(manager, content, table, name).content.decode()
    assert "WCS sets the transport of SIP itself" in page


@pytest.mark.proof
def test_a_domain_in_capitals_is_the_same_account(manager, cast):
    content = "tenant,login,domain,port\nacme,10001,SIP.ACME.example,5070\n"
    assert "nothing to change" in upload(manager, content, "sip_accounts").content.decode()

    typed = {"login": "10001", "domain": "SIP.acme.example", "port": "5060", "password": "x"}
    answer = submit(manager, change(cast.acme), **row("sip_accounts", 1, **typed))
    assert "has that login at that SIP domain already" in errors_of(answer)


def test_a_login_that_a_spreadsheet_keeps_as_text_is_read(manager, cast):
    content = 'tenant,login,domain,port\nacme,"=""10001""",sip.acme.example,5070\n'
    assert "nothing to change" in upload(manager, content, "sip_accounts").content.decode()


@pytest.mark.proof
def test_two_spellings_on_one_page_are_one_account(manager, cast):
    typed = {"login": "7", "port": "5060", "password": "x"}
    rows = row("sip_accounts", 1, domain="SIP.new.example", **typed)
    rows |= row("sip_accounts", 2, domain="sip.new.example", **typed)

    assert "duplicate" in errors_of(submit(manager, change(cast.acme), **rows))
    assert not SipAccount.objects.filter(login="7").exists()


def test_stored_domains_become_lower_case(cast):
    twice = account(cast, domain="TWICE.example"), account(cast, domain="twice.example")
    for each in (*twice, account(cast, domain="SIP.once.example")):
        each.save()

    migration = import_module("tenants.migrations.0009_sip_domains_in_lower_case")
    with connection.cursor() as cursor:
        cursor.execute(migration.FORWARD)
    stored = set(SipAccount.objects.filter(login="7").values_list("domain", flat=True))
    assert stored == {"TWICE.example", "twice.example", "sip.once.example"}
