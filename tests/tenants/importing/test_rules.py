"""What rows may not say together: defaults, origins, and every problem with its place."""

from __future__ import annotations

import pytest

from tenants.models import Domain
from tests.tenants.importing.content import (
    TAKEN,
    tenant,
)


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
    outcome = run(
        tenant(callees=[{"alias": alias, "target": "1", "default": True} for alias in aliases])
    )

    assert (
        "tenants[0].callees[1].default: Only one callee is the default, and "
        "tenants[0].callees[0] is it already." in (outcome.problems)
    )


def test_an_origin_does_not_move(run, cast):
    outcome = run(tenant("globex", domains=[{"origin": "https://www.acme.example"}]))

    assert outcome.problems == [f"tenants[0].domains[0].origin: {TAKEN} It is acme."]


@pytest.mark.parametrize(
    ("origin", "include_subdomains"),
    [
        ("https://new.shops.acme.example", False),
        ("https://acme.example", True),
        ("https://x.shops.acme.example", True),
    ],
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
    parent = {
        "slug": "a",
        "name": "A",
        "domains": [{"origin": "https://a.example", "include_subdomains": True}],
    }
    child = {"slug": "b", "name": "B", "domains": [{"origin": "https://x.y.a.example"}]}
    number = 1 if is_parent_first else 0
    outcome = run({"tenants": [parent, child] if is_parent_first else [child, parent]})

    place = f"tenants[{1 - number}].domains[0]"
    assert outcome.problems == [
        f"tenants[{number}].domains[0].origin: {TAKEN} It is a, at {place}."
    ]


def test_a_tenants_own_origins_may_overlap(run, cast):
    assert run(tenant(domains=[{"origin": "https://eu.shops.acme.example"}])).code == 0


def test_an_origin_that_loses_its_subdomains_makes_room(run, cast):
    Domain.objects.create(tenant=cast.globex, origin="https://g.example", include_subdomains=True)
    new = {
        "slug": "acme",
        "domains": [{"origin": "https://x.g.example", "include_subdomains": True}],
    }
    shrinks = {
        "slug": "globex",
        "domains": [{"origin": "https://g.example", "include_subdomains": False}],
    }

    assert run({"tenants": [new, shrinks]}).code == 0
    assert cast.acme.domains.filter(origin="https://x.g.example", include_subdomains=True).exists()


def test_the_same_origin_spelled_differently_is_given_twice(run, cast):
    origins = [
        {"origin": "https://bücher.example"},
        {"origin": "HTTPS://xn--bcher-kva.example:443"},
    ]

    assert run(tenant(domains=origins)).problems == [
        "tenants[0].domains[1].origin: The file has this domain already, at tenants[0].domains[0]."
    ]


def test_every_problem_is_listed_with_its_place(run, cast):
    content = {
        "tenants": [
            {
                "slug": "acme",
                "status": "sleeping",
                "domains": [{"origin": "https://a.example:99999"}],
            },
            {
                "slug": "New One",
                "domains": [
                    {
                        "origin": "https://localhost",
                        "include_subdomains": True,
                        "default_callee": "nobody",
                    }
                ],
                "sip_accounts": [
                    {"login": "a b", "domain": "sip:x", "port": 70000, "password": ""}
                ],
                "callees": [{"alias": "1", "target": "sip:"}],
            },
            {
                "slug": "later",
                "sip_accounts": [{"login": "1", "domain": "s"}],
                "callees": [{"alias": "a"}],
            },
        ],
        "wcs_instances": [{"name": "x y", "key": "short", "tenants": ["acme", "nobody", "acme"]}],
    }

    assert run(content).problems == [
        "tenants[0].domains[0].origin: The port lies between 1 and 65535.",
        "tenants[0].status: Value 'sleeping' is not a valid choice.",
        "tenants[1].callees[0].alias: An alias begins with a lower-case letter, then letters, "
        "digits, - and _, like sales.",
        "tenants[1].callees[0].target: A number or extension like +4930123456, or a SIP URI "
        "like sip:sales@pbx.example.",
        "tenants[1].domains[0].default_callee: This tenant has no callee of that alias, here or "
        "in the database.",
        "tenants[1].domains[0].include_subdomains: Only a host name with a dot can include its "
        "subdomains.",
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
        "wcs_instances[0].tenants[2]: This tenant is given twice.",
    ]
