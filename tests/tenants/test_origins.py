"""Origins, by property: nothing but the same origin, or a true subdomain, is ever covered."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tenants.models import Domain, Tenant
from tenants.origins import BadOrigin, Origin, parse, suggested

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAME = st.tuples(
    st.lists(LABEL, min_size=1, max_size=4), st.sampled_from(["example", "com", "de"])
).map(lambda parts: ".".join([*parts[0], parts[1]]))
SCHEME = st.sampled_from(["http", "https"])
PORT = st.integers(1, 65535)
ORIGIN = st.builds(Origin, SCHEME, NAME, PORT)


@given(ORIGIN)
def test_what_is_written_is_read_back(origin):
    assert parse(str(origin)) == origin


@given(ORIGIN)
def test_case_and_the_usual_port_make_no_difference(origin):
    assert parse(f"{origin.scheme}://{origin.host}:{origin.port}".upper()) == origin


@given(st.text())
def test_any_text_is_an_origin_or_a_clear_no(text):
    try:
        origin = parse(text)
    except BadOrigin:
        return
    assert parse(str(origin)) == origin


@given(ORIGIN, st.text(min_size=1))
def test_nothing_may_be_put_around_an_origin(origin, junk):
    for text in (
        str(origin) + "/" + junk,
        junk + "@" + str(origin),
        str(origin) + "#" + junk,
        " " + str(origin),
        str(origin) + "\n",
    ):
        with pytest.raises(BadOrigin):
            parse(text)


@given(ORIGIN, ORIGIN, st.booleans())
def test_one_covers_another_only_by_equality_or_on_a_label_boundary(one, other, subdomains):
    same_place = (one.scheme, one.port) == (other.scheme, other.port)
    below = other.host.split(".")[-len(one.host.split(".")) :] == one.host.split(".")
    assert one.covers(other, subdomains) == (one == other or (subdomains and same_place and below))


@given(ORIGIN, LABEL)
def test_a_look_alike_is_never_covered(origin, label):
    for host in (
        label + origin.host,
        label + "-" + origin.host,
        origin.host + "." + label,
        origin.host + label,
    ):
        assert not origin.covers(origin._replace(host=host), include_subdomains=True)


@given(ORIGIN, ORIGIN)
def test_another_scheme_or_port_is_another_origin(one, other):
    if (one.scheme, one.port) != (other.scheme, other.port):
        assert not one.covers(other._replace(host=f"www.{one.host}"), include_subdomains=True)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
        ("https://[2001:DB8::0:1]", "https://[2001:db8::1]"),
        ("https://192.0.2.7:8443", "https://192.0.2.7:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://my_shop.example", "https://my_shop.example"),
        ("https://www.acme.example.", "https://www.acme.example"),
        ("https://www.acme.example.:8443", "https://www.acme.example:8443"),
        ("https://192.0.2.7.", "https://192.0.2.7"),
        ("Capacitor://localhost", "capacitor://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("capacitor://app.acme.example", "capacitor://app.acme.example"),
    ],
)
def test_the_normal_form_is_the_browsers(text, normal):
    assert str(parse(text)) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "www.acme.example",
        "ftp://acme.example",
        "https://",
        "https:///",
        "https://acme..example",
        "https://.example",
        "https://-acme.example",
        "https://acme-.example",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 130 + "example",
        "https://acme.example:",
        "https://acme.example:99999",
        "https://acme.example:١",
        "https://user:pw@acme.example",
        "https://acme.example?",
        "https://acme.example\\",
        "https://acme.example%2e",
        "https://[bad",
        "https://[::1",
        "https://::1",
        "https://[fe80::1%eth0]",
        "https://[::ffff:192.0.2.7]",
        "https://127.1",
        "https://0x7f000001",
        "https://2130706433",
        "https://256.1.1.1",
        "https://straße.example",
        "https://acme。example/",
        "https://℀.example",
        "https://*.acme.example",
        "https://acme.example..",
        "capacitor://localhost:80",
        "capacitor://",
        "app://localhost",
        "https://.",
    ],
)
def test_it_says_no(text):
    with pytest.raises(BadOrigin):
        parse(text)


TAKEN = [
    # row of Acme, subdomains too?, row of Globex, subdomains too?
    ("https://acme.example", False, "https://acme.example", False),
    ("https://acme.example", True, "https://www.acme.example", False),
    ("https://acme.example", True, "https://a.b.acme.example", True),
    ("https://www.acme.example", False, "https://acme.example", True),
    ("https://acme.example", True, "https://acme.example", True),
]
FREE = [
    ("https://acme.example", False, "https://www.acme.example", False),
    ("https://www.acme.example", False, "https://acme.example", False),
    ("https://acme.example", True, "https://notacme.example", True),
    ("https://acme.example", True, "https://x-acme.example", True),
    ("https://acme.example", True, "http://www.acme.example", True),
    ("https://acme.example", True, "https://www.acme.example:8443", True),
    ("https://acme.example:8443", True, "https://www.acme.example", True),
    ("https://acme.example", True, "https://acme.example.evil.example", True),
    ("https://shop.acme.example", True, "https://shop-acme.example", True),
    ("https://192.0.2.7", False, "https://7.2.0.192", False),
]


def add(tenant: Tenant, origin: str, subdomains: bool) -> Domain:
    return Domain(tenant=tenant, origin=origin, include_subdomains=subdomains)


@pytest.mark.parametrize("rows", TAKEN)
def test_an_origin_belongs_to_one_tenant(db, rows):
    ours, ours_too, theirs, theirs_too = rows
    acme, globex = (Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "globex"))
    add(acme, ours, ours_too).save()

    with pytest.raises(ValidationError) as refusal:
        add(globex, theirs, theirs_too).full_clean()
    assert "origin" in refusal.value.message_dict
    assert "acme" not in str(refusal.value).replace(ours, "").replace(theirs, "")
    with pytest.raises(IntegrityError), transaction.atomic():
        add(globex, theirs, theirs_too).save()


@pytest.mark.parametrize("rows", FREE)
def test_what_does_not_overlap_is_free(db, rows):
    ours, ours_too, theirs, theirs_too = rows
    acme, globex = (Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "globex"))
    add(acme, ours, ours_too).save()

    add(globex, theirs, theirs_too).full_clean()
    add(globex, theirs, theirs_too).save()


def test_a_tenant_may_nest_its_own_origins(db):
    acme = Tenant.objects.create(slug="acme", name="acme")
    add(acme, "https://acme.example", True).save()
    add(acme, "https://www.acme.example", False).full_clean()
    add(acme, "https://www.acme.example", False).save()


@pytest.mark.parametrize(
    "origin", ["https://example", "https://localhost", "https://192.0.2.7", "https://[2001:db8::1]"]
)
def test_nobody_gets_a_whole_top_level_domain(db, origin):
    with pytest.raises(ValidationError) as refusal:
        add(Tenant.objects.create(slug="acme", name="acme"), origin, True).full_clean()
    assert "include_subdomains" in refusal.value.message_dict


@pytest.mark.parametrize(
    "origin",
    ["https://ACME.example", "https://acme.example/", "acme.example", "https://a b.example"],
)
def test_the_database_takes_normal_forms_alone(db, origin):
    with pytest.raises(IntegrityError), transaction.atomic():
        add(Tenant.objects.create(slug="acme", name="acme"), origin, False).save()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("www.acme.example", "https://www.acme.example"),
        ("WWW.Acme.Example/", "https://www.acme.example"),
        ("https://www.acme.example/contact?x=1#y", "https://www.acme.example"),
        ("http://www.acme.example:8080/", "http://www.acme.example:8080"),
        (" https://www.acme.example ", "https://www.acme.example"),
        ("https://user:pass@www.acme.example/", "https://www.acme.example"),
        ("//www.acme.example", "https://www.acme.example"),
        ("www.acme.example:8443", "https://www.acme.example:8443"),
        ("*.acme.example", "https://acme.example"),
        ("acme", None),
        ("", None),
        ("sip:sales@acme.example", "https://acme.example"),
        ("ftp://acme.example", None),
        ("https://", None),
        ("javascript:alert(1)", None),
    ],
)
def test_it_says_what_would_be_right(typed, meant):
    found = suggested(typed)
    assert (str(found) if found else None) == meant


@pytest.mark.parametrize("typed", ["https://*.acme.example", "*.acme.example"])
def test_a_star_leads_to_the_subdomains(typed):
    with pytest.raises(ValidationError, match="include_subdomains.* Write https://acme.example."):
        add(Tenant(pk=1), typed, False).clean_fields()
