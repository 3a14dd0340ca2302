"""Turns a switch on, so that no call or stream is allowed, and ends those that live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models.functions import Now

from hooks.models import Call, Ending, Stream, StreamEnding, Switch
from hooks.statements.switching import BUMP_VERSIONS
from hooks.wcs.ending import CALLS, STREAMS, TriedEnding
from hooks.wcs.kill_switch.targets import Target
from tenants.audit.actions import Action
from tenants.audit.recording import record


class EndedCall(NamedTuple):
    call: str  # WCS's id
    tenant: str  # its slug
    alias: str
    result: str
    sentence: str


class EndedStream(NamedTuple):
    stream: str  # WCS's mediaSessionId
    tenant: str  # its slug
    alias: str
    result: str
    sentence: str


class SwitchedOff(NamedTuple):
    was_off_already: bool
    calls: Sequence[EndedCall]
    streams: Sequence[EndedStream] = ()


def switch_off(target: Target, because: str, by: str) -> SwitchedOff:
    """From the commit on no call or stream is allowed; then those that live are asked to end."""
    with transaction.atomic():
        _, is_new = Switch.objects.get_or_create(
            key=target.key,
            off_at=None,
            defaults={
                "name": target.name,
                "tenant": target.owner,
                "because": because,
                "by": by,
            },
        )
        with connection.cursor() as cursor:
            cursor.execute(BUMP_VERSIONS, [list(target.tenants.values_list("pk", flat=True))])
        if is_new:
            _record(Action.SWITCHED_OFF, target, because)
    calls = end_living_calls(target)
    return SwitchedOff(not is_new, calls, end_living_streams(target))


def switch_on_again(target: Target, because: str, by: str) -> bool:
    """Whether it was switched off."""
    with transaction.atomic():
        switches = Switch.objects.filter(key=target.key, off_at=None)
        number = switches.update(off_at=Now(), off_by=by)
        if number:
            _record(Action.SWITCHED_ON, target, because)
    return bool(number)


def end_living_calls(target: Target) -> list[EndedCall]:
    calls = {
        str(call.pk): call
        for call in target.living_calls.select_related("tenant").only(
            "wcs_call_id", "alias", "tenant__slug"
        )
    }
    tried = CALLS.end_now(calls, Ending.Because.SWITCH)
    return [_describe(calls[str(one.id)], one) for one in tried]


def end_living_streams(target: Target) -> list[EndedStream]:
    streams = {
        str(stream.pk): stream
        for stream in target.living_streams.select_related("tenant").only(
            "media_session_id", "alias", "tenant__slug"
        )
    }
    tried = STREAMS.end_now(streams, StreamEnding.Because.SWITCH)
    return [_describe_stream(streams[str(one.id)], one) for one in tried]


def _describe_stream(stream: Stream, tried: TriedEnding) -> EndedStream:
    return EndedStream(
        stream.media_session_id,
        stream.tenant.slug,
        stream.alias,
        str(tried.result),
        tried.sentence,
    )


def _describe(call: Call, tried: TriedEnding) -> EndedCall:
    return EndedCall(
        call.wcs_call_id,
        call.tenant.slug,
        call.alias,
        str(tried.result),
        tried.sentence,
    )


def _record(action: Action, target: Target, because: str) -> None:
    record(action, name=target.name, tenant=target.owner, after={"because": because})
