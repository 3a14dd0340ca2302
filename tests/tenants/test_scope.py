"""Who sees and changes which rows: administrators, account managers, auditors, and others."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import connection, transaction
from django.utils import timezone

from hooks.models import Call, Event, Session
from tenants.models import Assignment, Callee, Domain, SipAccount, Tenant, WcsInstance, WcsNode
from tests import cast as casting

NOW = timezone.now()
OWNED = [Domain, Callee, SipAccount]
ALL = [Tenant, *OWNED, WcsInstance, WcsNode, Session, Call, Event]


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    for instance, tenant in (
        (cast.acme_1, cast.acme),
        (cast.globex_1, cast.globex),
        (cast.shared_1, None),
    ):
        instance.nodes.create(node_id=f"node-of-{instance}", first_seen_at=NOW)
        Event.objects.create(
            instance=instance, received_at=NOW, method="connect", decision="refused", body={}
        )
        if tenant:
            of = {"tenant": tenant, "instance": instance}
            session = Session.objects.create(
                **of, wcs_session_id=f"session-of-{tenant}", opened_at=NOW
            )
            call = Call.objects.create(
                tenant=tenant, session=session, wcs_call_id=f"call-of-{tenant}", asked_at=NOW
            )
            event = {"session": session, "call": call, "decision": "allowed", "body": {}}
            Event.objects.create(**of, received_at=NOW, method="call", **event)
    return cast


def person(name="lena", **more):
    return User.objects.create_user(name, password="x", **{"is_staff": True, **more})


def manager(*tenants, may_change=True):
    user = person()
    Assignment.objects.bulk_create(
        Assignment(user=user, tenant=tenant, may_change=may_change) for tenant in tenants
    )
    return user


def auditor():
    user = person()
    user.groups.add(Group.objects.get_or_create(name="auditors")[0])
    return user


def seen(model, user):
    return set(model.objects.visible_to(user))


def changed(model, user):
    return set(model.objects.changeable_by(user))


def everything(model):
    assert model.objects.count() > 1
    return set(model.objects.all())


@pytest.mark.parametrize("model", ALL)
def test_an_administrator_sees_everything(cast, model):
    assert seen(model, person(is_superuser=True)) == everything(model)


@pytest.mark.parametrize("model", ALL)
def test_an_auditor_sees_everything_and_changes_nothing(cast, model):
    user = auditor()
    Assignment.objects.create(user=user, tenant=cast.acme, may_change=True)
    assert seen(model, user) == everything(model)
    if hasattr(model.objects, "changeable_by"):
        assert changed(model, user) == set()


@pytest.mark.parametrize("model", ALL)
def test_everybody_else_sees_nothing(cast, model):
    outsiders = [person(), AnonymousUser()]
    for number, without in enumerate(({"is_staff": False}, {"is_active": False})):
        for power in ({"is_superuser": True}, {}):
            outsider = person(f"outsider-{number}-{len(power)}", **power, **without)
            Assignment.objects.create(user=outsider, tenant=cast.acme, may_change=True)
            outsiders.append(outsider)
    for outsider in outsiders:
        assert seen(model, outsider) == set()


@pytest.mark.parametrize("model", [*OWNED, Session, Call])
def test_a_manager_sees_the_rows_of_their_tenants(cast, model):
    assert seen(model, manager(cast.acme)) == set(model.objects.filter(tenant=cast.acme)) != set()


def test_a_manager_sees_their_tenants_and_the_instances(cast):
    user = manager(cast.acme)
    assert seen(Tenant, user) == {cast.acme}
    assert seen(WcsInstance, user) == {cast.acme_1, cast.shared_1}
    assert {str(node) for node in seen(WcsNode, user)} == {"node-of-acme-1", "node-of-shared-1"}


def test_a_manager_changes_only_their_tenants(cast):
    user = manager(cast.acme)
    for model in (Tenant, *OWNED):
        assert changed(model, user) == seen(model, user) != set()
    assert changed(WcsInstance, user) == {cast.acme_1}
    assert {str(node) for node in changed(WcsNode, user)} == {"node-of-acme-1"}

    Assignment.objects.create(user=user, tenant=cast.globex)
    assert seen(Tenant, user) == {cast.acme, cast.globex}
    assert changed(WcsInstance, user) == {cast.acme_1}
    Assignment.objects.update(may_change=True)
    assert changed(WcsInstance, user) == {cast.acme_1, cast.globex_1, cast.shared_1}


def test_an_instance_that_speaks_for_nobody_is_the_administrators(cast):
    cast.acme_1.tenants.clear()
    assert seen(WcsInstance, manager(cast.acme)) == {cast.shared_1}


@pytest.mark.parametrize("model", [Tenant, *OWNED, WcsInstance, WcsNode])
def test_a_manager_without_the_right_to_change_only_looks(cast, model):
    user = manager(cast.acme, may_change=False)
    assert seen(model, user) != set()
    assert changed(model, user) == set()


def test_an_event_without_a_tenant_is_visible_with_its_instance(cast):
    user = manager(cast.acme)
    assert {(event.instance, event.tenant) for event in seen(Event, user)} == {
        (cast.acme_1, cast.acme),
        (cast.acme_1, None),
    }
    Assignment.objects.create(user=user, tenant=cast.globex)
    assert (cast.shared_1, None) in {(event.instance, event.tenant) for event in seen(Event, user)}


def test_a_right_that_was_taken_away_is_gone_at_once(cast):
    user = manager(cast.acme)
    assert seen(Domain, user)
    user.assignments.all().delete()
    assert seen(Domain, user) == set()


@pytest.mark.parametrize(
    ("model", "indexes"),
    [
        (Session, {"session_of_tenant"}),
        (Call, {"call_of_tenant"}),
        (Event, {"event_of_tenant", "event_of_no_tenant"}),
    ],
)
def test_the_rows_of_a_manager_are_found_by_indexes(cast, model, indexes):
    """On a table so small PostgreSQL would read all of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = model.objects.visible_to(manager(cast.acme, cast.globex)).explain()
    assert "Seq Scan" not in plan
    assert {name for name in indexes if name in plan} == indexes
