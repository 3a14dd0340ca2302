"""WCS instances: whether they sign, and whether calls can be ended there."""

from __future__ import annotations

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.models import Switch
from tenants.models import WcsInstance


def check_instances() -> Findings:
    moved = WcsInstance.objects.for_none_but(Switch.objects.moved_tenants())
    instances = list(WcsInstance.objects.exclude(pk__in=moved).order_by("name"))
    problems = [
        *_name(
            [one.name for one in instances if not one.rest_api_url],
            "No call can be ended at these WCS instances",
            'Enter the REST API on each instance\'s page, or import it as "rest_api". '
            "Delete an instance that nobody uses.",
        ),
        *_name(
            [one.name for one in instances if one.unsigned],
            "Hooks without a signature are answered for",
            "Set rest_hook_secret_key at the WCS and a signing secret on the instance's page.",
        ),
        *_name(
            [one.name for one in instances if one.answers_nobody],
            "Without a signing secret, so that every hook is refused",
            "Enter one on the instance's page.",
        ),
    ]
    yield from problems
    if not problems:
        yield Finding("instances", True, f"{len(instances)} WCS instances are signed.")


def _name(names: list[str], sentence: str, remedy: str) -> Findings:
    if names:
        yield Finding("instances", False, f"{sentence}: {name_some(names)}.", remedy)
