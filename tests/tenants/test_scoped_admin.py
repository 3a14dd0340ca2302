"""The admin of an account manager and an auditor: what they may do, and what is refused."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from hooks.models import Call, Event, Session
from tenants.models import AuditEntry, Callee, Domain, SipAccount, Tenant, WcsInstance
from tests import cast as casting
from tests.manager import change, errors_of, row, signed_in, submit, unconfirmed, url
from tests.walk import NOW


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def mary(cast):
    return signed_in("manager", cast.acme, name="mary")


def messages_of(answer):
    return " ".join(map(str, answer.context["messages"]))


@pytest.mark.proof
def test_a_manager_runs_their_tenant(cast, mary):
    new = row("domains", 2, origin="https://new.acme.example", default_callee="")
    submit(
        mary,
        change(cast.acme),
        name="Acme plc",
        **new,
        **row("callees", 2, alias="fax", target="7"),
    )
    cast.acme.refresh_from_db()
    assert (cast.acme.name, cast.acme.domains.count(), cast.acme.callees.count()) == (
        "Acme plc",
        3,
        3,
    )
    submit(mary, url(Callee, "add"), tenant=cast.acme.pk, alias="door", target="8")
    assert (
        mary.post(url(cast.support, "delete", cast.support.pk), {"post": "yes"}).status_code == 302
    )
    assert set(cast.acme.callees.values_list("alias", flat=True)) == {"sales", "fax", "door"}


@pytest.mark.proof
def test_a_name_is_one_line(cast, mary):
    """The end of a line would begin a row of its own in somebody's spreadsheet."""
    answer = submit(mary, change(cast.acme), name="Acme\n=cmd|' /C calc'!A0\nx")
    assert "No control characters" in errors_of(answer)
    cast.acme.refresh_from_db()
    assert cast.acme.name == "Acme Ltd"


def test_a_tenant_that_a_manager_adds_is_theirs(cast, mary):
    answer = submit(mary, url(Tenant, "add"), slug="initech", name="Initech")
    assert answer.status_code == 200
    assert mary.user.assignments.get(tenant__slug="initech").may_change
    assert mary.get(change(Tenant.objects.get(slug="initech"))).status_code == 200
    assert "already exists" in errors_of(submit(mary, url(Tenant, "add"), slug="globex", name="x"))


def test_only_an_administrator_deletes_a_tenant(cast, mary):
    assert mary.post(url(cast.acme, "delete", cast.acme.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in mary.get(url(Tenant)).content.decode()


@pytest.mark.proof
@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_whoever_only_looks_finds_nothing_to_press(cast, role):
    visitor = signed_in(role, cast.acme, may_change=False)
    for model in (Tenant, Domain, Callee, SipAccount, WcsInstance):
        one = model.objects.visible_to(visitor.user).first()
        listed, page = (
            visitor.get(url(model)).content.decode(),
            visitor.get(change(one)).content.decode(),
        )
        assert [
            word
            for word in ("_save", "deletelink", "add-row", "password")
            if f'name="{word}"' in page
        ] == []
        assert ['name="action"' in listed, url(model, "add") in listed] == [False, False]
        assert visitor.get(url(model, "add")).status_code == 403
        assert visitor.post(change(one), {"name": "x"}).status_code == 403


def test_a_shared_instance_counts_its_other_customers(cast, mary):
    page = mary.get(change(cast.shared_1)).content.decode()
    assert "acme and 1 of others" in page
    assert "globex" not in page
    assert 'name="_save"' not in page
    listed = mary.get(change(cast.acme)).content.decode()
    assert "shared-1: an administrator connects and disconnects" in listed


@pytest.mark.proof
def test_a_manager_connects_an_instance_of_their_own(cast, mary):
    assert "required" in errors_of(submit(mary, url(WcsInstance, "add"), name="acme-2"))
    submit(mary, url(WcsInstance, "add"), name="acme-2", tenants=[cast.acme.pk], unsigned="on")
    made = WcsInstance.objects.get(name="acme-2")
    assert (list(made.tenants.all()), made.unsigned) == ([cast.acme], False)
    theirs = {"wcsinstance": cast.globex_1.pk, "tenant": cast.acme.pk}
    for instance in (cast.globex_1, cast.shared_1):
        submit(
            mary,
            change(cast.acme),
            **row("WcsInstance_tenants", 2, **theirs | {"wcsinstance": instance.pk}),
        )
        assert instance not in WcsInstance.objects.changeable_by(mary.user)


def test_a_manager_does_not_switch_off_a_signature(cast, mary):
    submit(mary, change(cast.acme_1), unsigned="on")
    assert not WcsInstance.objects.get(pk=cast.acme_1.pk).unsigned
    WcsInstance.objects.filter(pk=cast.acme_1.pk).update(unsigned=True, signing_secret="")
    assert "not both" in errors_of(submit(mary, change(cast.acme_1), signing_secret="typed"))


def test_an_action_says_what_it_left_alone(cast, mary):
    other = signed_in("manager", cast.globex, name="gus", may_change=False)
    other.user.assignments.create(tenant=cast.acme, may_change=True)
    keys = list(Callee.objects.values_list("pk", flat=True))
    chosen = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    answer = other.post(url(Callee), chosen, follow=True)
    assert "Nothing was done to 1 of the rows you chose" in messages_of(answer)
    assert list(Callee.objects.values_list("alias", flat=True)) == ["frontdesk"]
    assert "Nothing was done to" in messages_of(other.post(url(Callee), chosen, follow=True))


def test_what_keeps_an_instance_is_not_named_where_it_is_another_customers(cast, mary):
    """It spoke for Globex once."""
    of = {"instance": cast.acme_1, "opened_at": NOW}
    Session.objects.create(tenant=cast.globex, wcs_session_id="session-of-globex", **of)
    page = mary.get(url(cast.acme_1, "delete", cast.acme_1.pk)).content.decode()
    assert "something that you may not see" in page
    assert "session-of-globex" not in page
    Session.objects.create(tenant=cast.acme, wcs_session_id="session-of-acme", **of)
    assert (
        "session-of-acme" in mary.get(url(cast.acme_1, "delete", cast.acme_1.pk)).content.decode()
    )


@pytest.mark.parametrize(
    "asked",
    [
        "tenants__id__exact=2",
        "tenants__slug=globex",
        "signing_secret__startswith=v1",
        "nodes__node_id=n",
        "pk__gt=1",
        "=1",
    ],
)
def test_a_url_asks_no_field_it_is_not_offered(mary, cast, asked):
    assert mary.get(f"{url(WcsInstance)}?{asked}").status_code == 400
    assert (
        signed_in(name="boss")
        .get(f"/admin/auth/user/?{asked.replace('tenants', 'assignments')}")
        .status_code
        == 400
    )


def test_the_question_for_a_code_tells_nothing_of_anothers_instance(mary, cast):
    """That it is unsigned, so that a form without the tick would change it."""
    WcsInstance.objects.filter(pk=cast.globex_1.pk).update(signing_secret="", unsigned=True)
    unconfirmed(mary)
    there, nowhere = (
        change(cast.globex_1),
        change(cast.globex_1).replace(str(cast.globex_1.pk), str(cast.acme.pk)),
    )
    assert mary.post(there, {}).url == mary.post(nowhere, {}).url == "/admin/"


# Each would tell row by row: of the other tenants of a WCS, of colleagues' passwords.
FAR = [
    "tenant__wcs_instances__tenants__slug=globex",
    "tenant__assignments__user__password__startswith=p",
    "tenant__slug=a",
]


@pytest.mark.parametrize("asked", FAR)
@pytest.mark.parametrize("kind", [Callee, Domain, SipAccount, Call, Event, Session, AuditEntry])
def test_a_url_asks_nothing_beyond_a_tenant(mary, cast, kind, asked):
    assert mary.get(f"{url(kind)}?{asked}").status_code == 400


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (Callee, "default__regex=t"),
        (Tenant, "status__in=x"),
        (Tenant, "status__exact=%00"),
        (Call, "decision__exact=%00"),
    ],
)
def test_a_url_asks_a_field_only_as_the_filters_do(mary, cast, kind, asked):
    assert mary.get(f"{url(kind)}?{asked}").status_code == 400
    assert mary.get(f"{url(kind)}?{asked.partition('_')[0]}__exact=1").status_code == 200


@pytest.mark.proof
@pytest.mark.parametrize("value", ["abc", "-1", "9" * 30, "%00", "1,2"])
def test_nonsense_for_an_id_is_no_fault(mary, cast, value):
    assert mary.get(f"{url(Domain, 'add')}?tenant={value}").status_code == 200
    assert mary.get(f"{url(WcsInstance, 'add')}?tenants={value}").status_code == 200
    assert mary.get(f"{url(Domain)}?tenant={value}").status_code == 200
    assert mary.get(f"/admin/tenants/domain/{value}/change/").status_code == 302
    choices = "/admin/autocomplete/?app_label=tenants&model_name=domain&field_name=tenant&term="
    assert mary.get(choices + value).json()["results"] == []
    for model in (Domain, WcsInstance):
        chosen = {
            "action": "delete_selected",
            "_selected_action": [value.replace("%00", "\0")],
            "post": "yes",
        }
        assert mary.post(url(model), chosen, follow=True).status_code == 200


@pytest.mark.proof
def test_last_actions_are_hidden_once_their_rows_are_out_of_reach(cast, mary):
    submit(mary, change(cast.acme), name="Acme plc")
    assert LogEntry.objects.count() == 1
    mary.user.assignments.all().delete()
    assert "acme" not in mary.get("/admin/").content.decode().lower()
