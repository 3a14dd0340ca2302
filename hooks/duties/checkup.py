"""What `doctor` looks at: each check is one function that gives findings with remedies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from hooks.duties.heartbeat import STALE_AFTER
from hooks.exposure import find_unbounded
from hooks.models import Alarm, AnsweringNode, Ending, Switch, Worker
from hooks.wcs.rest_api.access import open_rest_api
from tenants.models import Tenant, WcsInstance
from tenants.secrets.fields import key_ring
from tenants.secrets.sealed_columns import sealed_columns

MOST_NAMED = 10
OLDEST_POSTGRES = 140000


class Finding(NamedTuple):
    check: str
    is_well: bool
    sentence: str
    remedy: str = ""


def check_everything() -> Iterator[Finding]:
    for check in (
        _check_worker,
        _check_database,
        _check_instances,
        _check_alarms,
        _check_switches,
        _check_tenants,
        _check_secrets,
    ):
        yield from check()


def _check_worker() -> Iterator[Finding]:
    newest = Worker.objects.order_by("-seen_at").first()
    if newest is None:
        yield Finding("worker", False, "No worker has ever run.", "Start manage.py worker.")
        return
    since = timezone.now() - newest.seen_at
    if since > timedelta(seconds=STALE_AFTER):
        sentence = f"The last sign of a worker is {since.total_seconds():.0f} seconds old."
        yield Finding("worker", False, sentence, "Start manage.py worker, or see its log.")
        return
    yield Finding("worker", True, f"A worker runs: {newest.name}.")
    for duty, result in newest.duties.items():
        if result.startswith(("fault", "waits")):
            yield Finding("worker", False, f"The duty {duty}: {result}.", "See the worker's log.")


def _check_database() -> Iterator[Finding]:
    version = connection.pg_version  # type: ignore[attr-defined]  # of PostgreSQL's
    good = version >= OLDEST_POSTGRES
    text = f"PostgreSQL is version {version // 10000}.{version % 10000}."
    yield Finding("database", good, text, "" if good else "Upgrade to PostgreSQL 14 or newer.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
        if not cursor.fetchone()[0]:
            remedy = "Run CREATE EXTENSION btree_gist as its owner, then migrate."
            yield Finding("database", False, "The extension btree_gist is missing.", remedy)
        yield from _check_standby(cursor)
    if settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"):
        yield Finding("database", True, "A pooler stands in between, as the settings say.")


def _check_standby(cursor: Any) -> Iterator[Finding]:
    cursor.execute("SHOW synchronous_standby_names")
    names = cursor.fetchone()[0]
    if not names:
        sentence = "No standby is synchronous: what was just recorded is lost with the server."
        yield Finding("database", True, sentence)
        return
    cursor.execute("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync','quorum')")
    number = cursor.fetchone()[0]
    remedy = "" if number else "Start the standby, or change synchronous_standby_names."
    yield Finding("database", number > 0, f"{number} synchronous standbys follow.", remedy)


def _check_instances() -> Iterator[Finding]:
    instances = WcsInstance.objects.order_by("name")
    without = [instance.name for instance in instances if not instance.rest_api_url]
    if without:
        yield Finding(
            "instances",
            False,
            f"No call can be ended at these WCS instances: {_name_some(without)}.",
            "Enter the REST API on each instance's page.",
        )
    unsigned = [instance.name for instance in instances if instance.unsigned]
    if unsigned:
        yield Finding(
            "instances",
            False,
            f"Hooks without a signature are answered for: {_name_some(unsigned)}.",
            "Set rest_hook_secret_key at the WCS and a signing secret on the instance's page.",
        )
    yield from _check_rest_apis(list(instances.exclude(rest_api_url="")))
    if not without and not unsigned:
        yield Finding("instances", True, f"{len(instances)} WCS instances are signed.")


def _check_rest_apis(instances: list[WcsInstance]) -> Iterator[Finding]:
    for instance in instances[:MOST_NAMED]:
        password = instance.rest_api_password
        token = getattr(password, "token", "")
        api = open_rest_api(instance.pk, instance.rest_api_url, instance.rest_api_user, token)
        answer = api.list_connections() if api else []
        is_proven = AnsweringNode.objects.filter(instance=instance, url=instance.rest_api_url)
        if isinstance(answer, list) or (answer.value == "not_found" and is_proven.exists()):
            yield Finding("instances", True, f"The REST API of {instance.name} answers.")
        elif answer.value == "not_found":
            sentence = f"The REST API of {instance.name} has not listed a call or connection yet."
            yield Finding(
                "instances", True, sentence, "If visitors are connected, its URL is wrong."
            )
        else:
            sentence = f"The REST API of {instance.name}: {answer.sentence}"
            yield Finding("instances", False, sentence, answer.remedy)


def _check_alarms() -> Iterator[Finding]:
    number = Alarm.objects.filter(cleared_at=None).count()
    if number:
        remedy = "Look at them in the admin under Alarms, and clear them."
        yield Finding("alarms", False, f"{number} alarms were not cleared.", remedy)
    else:
        yield Finding("alarms", True, "No alarm is open.")

    late = Ending.objects.filter(done_at=None, tries__gte=4).count()
    if late:
        remedy = "See the REST API of their instances."
        yield Finding("alarms", False, f"{late} calls do not end although WCS was asked.", remedy)


def _check_switches() -> Iterator[Finding]:
    names = list(Switch.objects.filter(off_at=None).values_list("name", flat=True))
    if names:
        remedy = "manage.py kill_switch off … allows calls again."
        yield Finding("switches", False, f"Switched off: {_name_some(names)}.", remedy)
    else:
        yield Finding("switches", True, "Nothing is switched off.")


def _check_tenants() -> Iterator[Finding]:
    active = Tenant.objects.filter(status=Tenant.Status.ACTIVE).order_by("slug")
    unlimited = list(active.filter(limits={}).values_list("slug", flat=True))
    if unlimited:
        remedy = "Set limits on each tenant's page."
        yield Finding("tenants", False, f"Without any limit: {_name_some(unlimited)}.", remedy)

    others = active.exclude(slug__in=unlimited)
    unbounded = list(islice(find_unbounded(others), MOST_NAMED + 1))
    for slug, missing in unbounded[:MOST_NAMED]:
        sentence = f"What {slug} can lose has no bound. {missing}"
        yield Finding("tenants", False, sentence, "See At worst on the tenant's page.")
    if len(unbounded) > MOST_NAMED:
        yield Finding("tenants", False, "What more tenants can lose has no bound.")
    if not (unlimited or unbounded):
        yield Finding("tenants", True, "What each active tenant can lose is bounded.")


def _check_secrets() -> Iterator[Finding]:
    known = set(key_ring().ids)
    lost = 0
    for column in sealed_columns():
        lost += sum(number for key, number in column.key_counts().items() if key not in known)
    if lost:
        remedy = "Restore their keys in CLICKHOOK_ENCRYPTION_KEYS, or enter the secrets again."
        yield Finding("secrets", False, f"{lost} stored secrets do not open.", remedy)
    else:
        yield Finding("secrets", True, "A key is there for every stored secret.")


def _name_some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
