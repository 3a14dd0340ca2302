"""What a load balancer asks, and what else is served."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_says_that_it_is_well(acme, path):
    answer = acme.request("GET", path)
    assert (answer.status, answer.body) == (200, b"ok\n")


@pytest.mark.parametrize(
    "path", ["/", "/hooks", "/connect", "/call", "/hooksx/key/connect", "/.env", "/admin/nothing/"]
)
def test_nothing_else_is_served_to_strangers(acme, path):
    assert acme.request("GET", path).status in (302, 404)


def test_the_admin_wants_a_login(acme):
    answer = acme.request("GET", "/admin/tenants/tenant/")
    assert (answer.status, answer.headers["location"]) == (
        302,
        "/admin/login/?next=/admin/tenants/tenant/",
    )


def test_a_strange_host_name_is_refused(acme):
    assert acme.request("GET", "/admin/login/", headers={"Host": "evil.example"}).status == 400
