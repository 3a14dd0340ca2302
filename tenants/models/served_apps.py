"""The rule for origins that every mobile app has: each WCS instance must tell whose app connects.

So no instance serves two tenants that have the same one. The gateway looks for the tenant among a
bounded number, so an instance that serves such an origin serves no more tenants than that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Min, Q, QuerySet

from tenants.models.tenant import Tenant
from tenants.models.wcs_instance import WcsInstance
from tenants.origins import EVERY_APPS

MOST_SERVED = 200  # tenants of an instance that serves an app's origin

CLASH = (
    "Every mobile app has the origin {}, so the WCS instance {} could not tell the apps of {} and "
    "{} apart: serve one of these customers by another instance."
)
CROWD = (
    f"A WCS instance serves at most {MOST_SERVED} customers if one of them has an origin that "
    "every mobile app has, like capacitor://localhost. {} would serve more."
)


class AppProblem(NamedTuple):
    """Why an instance could not tell whose app connects."""

    sentence: str
    instance: str  # its name
    origin: str = ""
    slugs: tuple[str, ...] = ()  # of the tenants whom the sentence names


def find_app_problem(
    instances: QuerySet[WcsInstance], slug: str, origins: Collection[str]
) -> AppProblem | None:
    """Of these instances, if they serve this tenant, and it has these of the apps' origins."""
    others = Tenant.objects.exclude(slug=slug).filter(wcs_instances__in=instances)
    same = others.filter(domains__origin__in=origins).order_by("slug")
    first = same.values_list("wcs_instances__name", "domains__origin", "slug").first()
    if first:
        name, origin, other = first
        return _clash(name, origin, slug, other)

    # Afresh: the instances of a tenant are joined with that tenant alone.
    serving = WcsInstance.objects.filter(pk__in=instances.values("pk"))
    number = Count("tenants", filter=~Q(tenants__slug=slug))
    for instance in serving.annotate(others=number).filter(others__gte=MOST_SERVED):
        if origins or _with_apps(instance.tenants.all()).exists():
            return _crowd(instance.name)
    return None


def find_app_problems(instances: Collection[Any]) -> Iterator[AppProblem]:
    """Of instances, by their ids, as the tables stand."""
    with_apps = WcsInstance.objects.filter(tenants__domains__origin__in=EVERY_APPS)
    shared = WcsInstance.objects.filter(pk__in=instances).filter(pk__in=with_apps.values("pk"))
    for instance in shared.annotate(number=Count("tenants")).filter(number__gt=1):
        yield from find_problems_among(instance.name, instance.tenants.all())


def find_problems_among(instance: str, tenants: QuerySet[Tenant]) -> Iterator[AppProblem]:
    """Of an instance, by its name, if it serves these tenants."""
    by_origin = _with_apps(tenants).order_by("domains__origin").values_list("domains__origin")
    same = by_origin.annotate(first=Min("slug"), last=Max("slug")).exclude(first=F("last"))
    for origin, first, last in same:
        yield _clash(instance, origin, first, last)
    if _with_apps(tenants).exists() and tenants.count() > MOST_SERVED:
        yield _crowd(instance)


def _with_apps(tenants: QuerySet[Tenant]) -> QuerySet[Tenant]:
    return tenants.filter(domains__origin__in=EVERY_APPS)


def _clash(instance: str, origin: str, first: str, last: str) -> AppProblem:
    sentence = CLASH.format(origin, instance, first, last)
    return AppProblem(sentence, instance, origin, (first, last))


def _crowd(instance: str) -> AppProblem:
    return AppProblem(CROWD.format(instance), instance)
