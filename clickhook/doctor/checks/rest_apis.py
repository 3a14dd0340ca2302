"""The REST API of each WCS, seen from outside: does it answer, want a login, and obey us alone?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from clickhook.doctor.finding import MOST_NAMED, Finding, Findings, name_some
from hooks.models import AnsweringNode, Session
from hooks.wcs.rest_api.client import ListedConnection, RestApi
from hooks.wcs.rest_api.failures import Failure
from tenants.models import WcsInstance

MOST_LOOKED_UP = 1000  # connections


class Seen(NamedTuple):
    instance: WcsInstance
    answer: list[ListedConnection] | Failure
    to_strangers: list[ListedConnection] | Failure


def check_rest_apis() -> Findings:
    instances = list(WcsInstance.objects.exclude(rest_api_url="").order_by("name")[:MOST_NAMED])
    with ThreadPoolExecutor(MOST_NAMED) as pool:
        all_seen = list(pool.map(_look, instances))
    for seen in all_seen:
        yield _judge_answer(seen)
        yield from _judge_login(seen)
        yield from _judge_others(seen)


def _look(instance: WcsInstance) -> Seen:
    password = instance.rest_api_password or None
    ours = RestApi(instance.rest_api_url, instance.rest_api_user, password)
    strangers = RestApi(instance.rest_api_url, "")
    return Seen(instance, ours.list_connections(), strangers.list_connections())


def _judge_answer(seen: Seen) -> Finding:
    name, answer = seen.instance.name, seen.answer
    if isinstance(answer, list) or (answer is Failure.NOT_FOUND and _is_proven(seen.instance)):
        return Finding("rest api", True, f"The REST API of {name} answers.")
    if answer is Failure.NOT_FOUND:
        sentence = f"The REST API of {name} has not listed a call or connection yet."
        return Finding("rest api", True, sentence, "If visitors are connected, its URL is wrong.")
    return Finding("rest api", False, f"{name}: {answer.sentence}", answer.remedy)


def _is_proven(instance: WcsInstance) -> bool:
    return AnsweringNode.objects.filter(instance=instance, url=instance.rest_api_url).exists()


def _judge_login(seen: Seen) -> Findings:
    """An empty list counts too: it was given without a login."""
    if isinstance(seen.to_strangers, list) or seen.to_strangers is Failure.NOT_FOUND:
        yield Finding(
            "rest api",
            False,
            f"The REST API of {seen.instance.name} answers without a login: whoever reaches it "
            "reads SIP passwords there.",
            "At the WCS: disable_rest_auth=false, and a firewall before its ports 8081 and 8444.",
        )


def _judge_others(seen: Seen) -> Findings:
    """Connections that were never asked for here: another application asks elsewhere, or nobody."""
    listed = seen.answer[:MOST_LOOKED_UP] if isinstance(seen.answer, list) else []
    ours = Session.objects.filter(
        instance=seen.instance, wcs_session_id__in=[one.session_id for one in listed]
    )
    known = set(ours.values_list("wcs_session_id", flat=True))
    strange = [one for one in listed if one.session_id not in known]
    if strange:
        apps = name_some(sorted({one.app_key or "unnamed" for one in strange}))
        yield Finding(
            "rest api",
            False,
            f"{seen.instance.name} has {len(strange)} connections that never asked this gateway; "
            f"their applications: {apps}.",
            "At the WCS: show apps. Remove the others, or lead their hooks here.",
        )
