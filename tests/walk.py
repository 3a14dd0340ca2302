"""Every address of the site, from the URL resolver, with a day of a tenant to find there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from hooks.models import (
    Alarm,
    Call,
    CallbackRequest,
    DataMessage,
    Event,
    LimitNotice,
    PageMessage,
    Session,
    Stream,
    Switch,
    VisitorBlock,
    WebhookDelivery,
    WebhookMessage,
)
from tenants.models import (
    ApiKey,
    Domain,
    SipAccount,
    StreamAlias,
    TicketKey,
    TokenKey,
    Upload,
    VisitorLogin,
    WebhookEndpoint,
)
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.importing import run
from tenants.transfer.reading.source import Source
from tenants.transfer.tables import BY_NAME

NOW = timezone.now()
# How a part of an address is filled in. A page with another part is to be added here, so that the
# walk visits it too.
ARGUMENTS = {
    "object_id": lambda rows: [str(row.pk) for row in rows],
    "id": lambda rows: [str(row.pk) for row in rows],
    "account_id": lambda tenants: [
        str(account.pk) for account in SipAccount.objects.filter(tenant__in=tenants)
    ],
    "endpoint_id": lambda endpoints: [str(endpoint.pk) for endpoint in endpoints],
    "app_label": lambda rows: sorted({model._meta.app_label for model in admin.site._registry}),
    "passkey_id": lambda rows: ["1"],  # it takes posts alone
    "key": lambda rows: [str(upload.pk) for upload in Upload.objects.all()],
    "url": lambda rows: ["acme"],
}


@dataclass(frozen=True)
class Address:
    name: str
    path: str
    rows: Any = None  # the kind of row it shows

    @property
    def is_list(self) -> bool:
        return self.name.endswith("_changelist")


def a_day_of(tenant, instance, shared):
    """A session, a call and three refusals, with the tenant's slug in all that pages may show."""
    slug = tenant.slug
    instance.name = f"instance-of-{slug}"
    instance.save(update_fields=["name"])
    node = instance.nodes.create(node_id=f"node-of-{slug}", first_seen_at=NOW)
    account, domain = tenant.sip_accounts.first(), tenant.domains.first()
    session = Session.objects.create(
        tenant=tenant,
        instance=instance,
        wcs_session_id=f"session-of-{slug}",
        node_id=node,
        origin=domain.origin,
        domain=domain,
        sip_account=account,
        sip_login=account.login,
        opened_at=NOW,
    )

    target = tenant.callees.first().target
    call = Call.objects.create(
        tenant=tenant,
        session=session,
        wcs_call_id=f"call-of-{slug}",
        alias=f"alias-of-{slug}",
        target=target,
        decision="allowed",
        reason="allowed",
        asked_at=NOW,
    )

    body = {"sessionId": session.wcs_session_id, "callee": target}
    event = {
        "received_at": NOW,
        "decision": "refused",
        "reason": "callee_unknown",
        "body": body,
        "detail": f"by {slug}",
    }
    Event.objects.create(
        tenant=tenant, instance=instance, **event, method="call", session=session, call=call
    )
    Event.objects.create(instance=instance, **event, method="connect")
    Event.objects.create(tenant=tenant, instance=shared, **event, method="connect")
    Alarm.objects.create(
        kind="honey_alias", tenant=tenant, instance=instance, call=call, wcs_call_id=slug, at=NOW
    )
    LimitNotice.objects.create(
        tenant=tenant, place=f"domain {domain.origin}", limit="money_per_day", level="critical",
        used=1, most=1, at=NOW,
    )  # fmt: skip
    Switch.objects.create(
        key=f"visitor {tenant.pk} x", name=f"by {slug}", tenant=tenant, because="x", by="mary"
    )
    _visitors_of(tenant)
    _messages_of(tenant, session)
    StreamAlias.objects.create(tenant=tenant, alias="studio", name=f"stream-of-{slug}")
    Stream.objects.create(
        tenant=tenant, session=session, media_session_id=f"media-of-{slug}", kind="play",
        alias=f"alias-of-{slug}", decision="allowed", reason="allowed", asked_at=NOW, ends_by=NOW,
    )  # fmt: skip
    _told_of(tenant)
    tenant.rates.create(prefix="4930", per_minute=1, currency="EUR")
    tenant.limit_raises.create(
        thing="tenant",
        row_key=str(tenant.pk),
        row_name=f"raise-of-{slug}",
        field="limits",
        asked_by_name="mary",
    )


def _visitors_of(tenant):
    """What they prove themselves with, and one who is blocked."""
    slug = tenant.slug
    TicketKey.objects.create(tenant=tenant, kid=f"key-of-{slug}", secret="x" * 40)
    TokenKey.objects.create(tenant=tenant, secret="x" * 40)
    VisitorLogin.objects.create(tenant=tenant, login=f"login-of-{slug}", password="!")
    visitor = {"visitor": f"visitor-of-{slug}", "display": f"display-of-{slug}"}
    VisitorBlock.objects.create(tenant=tenant, since=NOW, because=f"by {slug}", **visitor)
    CallbackRequest.objects.create(
        tenant=tenant, asked_at=NOW, because="busy", name=f"name-of-{slug}", reach=slug
    )


def _messages_of(tenant, session):
    """One to a visitor, and one from them."""
    text = f"text-of-{tenant.slug}"
    message = DataMessage.objects.create(tenant=tenant, goes_to="session", text=text, by="mary")
    message.recipients.create(tenant=tenant, session=session, instance=session.instance)
    PageMessage.objects.create(
        tenant=tenant, session=session, operation_id="1", operation="chat", text=text,
        received_at=NOW,
    )  # fmt: skip


def _told_of(tenant):
    """A webhook endpoint, a message that is on its way, and a key of the API."""
    url = f"https://crm-of-{tenant.slug}.example/"
    endpoint = WebhookEndpoint.objects.create(tenant=tenant, url=url, secret="x" * 40)
    ApiKey.objects.create(tenant=tenant, name=f"program-of-{tenant.slug}", scopes=["read"])
    message = WebhookMessage.objects.create(
        tenant=tenant, type="call.ended", happened_at=NOW, data={"alias": f"alias-of-{tenant.slug}"}
    )
    WebhookDelivery.objects.create(tenant=tenant, endpoint=endpoint, message=message, due_at=NOW)


def an_import_by(user, tenant):
    """One import that was done, and one that the user has not confirmed yet."""
    source = f"import-of-{tenant.slug}.csv"
    file = Source(
        source, f"tenant,alias,target\n{tenant.slug},back,+4930999\n".encode(), BY_NAME["callees"]
    )
    run(file, Allowed(user), False, lambda *state: None)
    change = {
        "sign": "+",
        "action": "added",
        "kind": "callee",
        "name": f"{tenant.slug}/front",
        "words": [],
    }
    kept = Upload(
        owner=user,
        name=source,
        table="callees",
        preview={"changes": [change], "counts": {"added": 1}},
    )
    kept.seal(b"")
    kept.save()


def a_call_gone_astray(tenant, instance):
    """Somebody claimed a page of this tenant's at another tenant's WCS.

    The tenant may know of it, but not whose WCS it was.
    """
    Event.objects.create(
        tenant=tenant,
        instance=instance,
        received_at=NOW,
        body={},
        method="connect",
        decision="refused",
        reason="origin_not_served",
    )
    Session.objects.create(
        tenant=tenant, instance=instance, wcs_session_id="session-gone-astray", opened_at=NOW
    )


def private_texts(cast) -> set[str]:
    """What nobody else may read of Acme, in lower case."""
    rows = [
        cast.acme_1,
        cast.acme_account,
        Session.objects.get(tenant=cast.acme),
        Call.objects.get(tenant=cast.acme),
    ]
    kinds = ("instance", "node", "session", "call", "alias", "import", "crm")

    return {
        *(str(row.pk) for row in rows),
        *(domain.origin for domain in Domain.objects.filter(tenant=cast.acme)),
        *(f"{kind}-of-acme" for kind in kinds),
        *("acme ltd", "key-of-acme-1", "sip.acme.example", "auth-10001"),
        *(cast.sales.target, cast.support.target),
        *("by acme", ">acme<", '"acme"'),
    }


def addresses(rows_of) -> list[Address]:
    """Raises AssertionError for a page whose address it cannot make."""
    return [
        address
        for name, route in _patterns(get_resolver())
        if not route.startswith("/api/v1/")  # of programs: tests/api looks through it
        for address in _filled(name, route, rows_of)
    ]


def _patterns(resolver, before="/"):
    for entry in resolver.url_patterns:
        route = before + _route(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route)
        else:
            assert isinstance(entry, URLPattern)
            yield entry.name or route, route


def _route(pattern) -> str:
    """The admin's regular expression as a route: `^(?P<app_label>auth)/$` is `<app_label>/`."""
    text = str(pattern)
    if hasattr(pattern, "_route"):
        return text
    assert text.startswith(("^(?P<app_label>", "(?P<url>")), (
        f"The walk does not know how to fill in {text}"
    )
    return "<app_label>/" if "app_label" in text else "<url>"


def _filled(name, route, rows_of):
    model = _model_of(route)
    arguments = [part.partition(">")[0] for part in route.split("<")[1:]]
    if not arguments:
        return [Address(name, route, model)]
    kind = arguments[0].rpartition(":")[2]
    tell = f"The walk cannot fill in {route}: tell it how in tests/walk.py."
    assert len(arguments) == 1, tell
    assert kind in ARGUMENTS, tell
    values = ARGUMENTS[kind](rows_of(model) if model else [])
    assert values, f"The walk has no row for {route}: make one of Acme's in tests/walk.py."
    return [
        Address(name, route.replace(f"<{arguments[0]}>", quote(value, safe="")), model)
        for value in values
    ]


def _model_of(route):
    _, *names = route.split("/")
    is_of_model = len(names) > 3 and names[0] == "admin" and "<" not in names[1] + names[2]
    return (
        apps.get_model(names[1], names[2]) if is_of_model and names[1] in apps.app_configs else None
    )
