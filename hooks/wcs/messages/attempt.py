"""Hands texts to one WCS instance, and says what came of each recipient.

WCS may be told several sessions at once since a build that the documentation does not name; an
older one gets them one by one. A page shows a text that reaches it twice once, by its operationId.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from hooks.models import DataRecipient
from hooks.wcs.rest_api.client import RestApi
from hooks.wcs.rest_api.failures import UNREACHABLE, Failure
from tenants.deadline import Deadline

WITHIN = 10.0  # seconds, for the sessions of one message that are told one by one
ALL_WITHIN = 30.0  # seconds, after which no other message is begun: the lease must not end before
CONNECTIONS = 4  # for that, to one instance
_State = DataRecipient.State
# What an older build may say of a list.
_NO_LISTS = {Failure.NOT_FOUND, Failure.NONSENSE, Failure.FAULT}


class TakenRecipient(NamedTuple):
    id: int
    message_id: UUID
    text: str
    wcs_session_id: str
    is_connected: bool
    stopped_by: str  # since it was sent: what keeps the tenant from being served


class Noted(NamedTuple):
    id: int
    state: str
    result: str = ""


class Chunk(NamedTuple):
    """What one instance is to get now."""

    instance_id: UUID
    api: RestApi | None
    recipients: Sequence[TakenRecipient]  # those of a message stand together


class Handed(NamedTuple):
    noted: Sequence[Noted]
    refuses_lists: bool = False


def hand_over(chunk: Chunk, takes_lists: bool, within: float = ALL_WITHIN) -> Handed:
    """A WCS that is not reached is asked once, whatever there is for it."""
    deadline = Deadline(within)
    noted: list[Noted] = []
    for recipient in chunk.recipients:
        if recipient.stopped_by:
            noted.append(Noted(recipient.id, _State.FAILED, recipient.stopped_by))
        elif not recipient.is_connected:
            noted.append(Noted(recipient.id, _State.GONE))
    wanted = [one for one in chunk.recipients if one.is_connected and not one.stopped_by]
    if chunk.api is None:
        noted += [Noted(one.id, _State.FAILED, Failure.NOT_SET) for one in wanted]
        return Handed(noted)

    refuses_lists = False
    for _, group in groupby(wanted, attrgetter("message_id")):
        handed = _hand_message(chunk.api, list(group), takes_lists and not refuses_lists)
        noted += handed.noted
        refuses_lists |= handed.refuses_lists
        is_reached = not (handed.noted and handed.noted[-1].result in UNREACHABLE)
        if deadline.is_over or not is_reached:
            break
    return Handed(_with_rest(noted, wanted), refuses_lists)


def _hand_message(api: RestApi, to: Sequence[TakenRecipient], takes_lists: bool) -> Handed:
    operation_id, data = str(to[0].message_id), {"text": to[0].text}
    ids = [one.wcs_session_id for one in to]
    as_list = takes_lists and len(to) > 1
    if as_list:
        failure = api.send_data(operation_id, ids, data)
        if failure not in _NO_LISTS:
            return Handed([_note(one, failure) for one in to])

    results = _tell_each(api, operation_id, ids, data)
    noted = [_note(one, results[one.wcs_session_id]) for one in to if one.wcs_session_id in results]
    return Handed(noted, refuses_lists=as_list and None in results.values())


def _tell_each(
    api: RestApi, operation_id: str, ids: Sequence[str], data: Any
) -> dict[str, Failure | None]:
    deadline = Deadline(WITHIN)
    shares = [ids[number::CONNECTIONS] for number in range(min(CONNECTIONS, len(ids)))]
    with ThreadPoolExecutor(len(shares)) as pool:
        told = pool.map(
            lambda share: api.send_data_to_each(operation_id, share, data, deadline), shares
        )
        return {key: result for results in told for key, result in results.items()}


def _note(recipient: TakenRecipient, failure: Failure | None) -> Noted:
    if failure is None:
        return Noted(recipient.id, _State.TAKEN)
    if failure is Failure.NOT_FOUND:
        return Noted(recipient.id, _State.GONE, failure)
    return Noted(recipient.id, _State.WAITING, failure)


def _with_rest(noted: Sequence[Noted], wanted: Iterable[TakenRecipient]) -> Sequence[Noted]:
    """Those that it did not come to wait for the same reason as the last one."""
    known = {one.id for one in noted}
    last = noted[-1].result if noted else ""
    because = last if last in UNREACHABLE else Failure.SLOW
    rest = [one for one in wanted if one.id not in known]
    return [*noted, *(Noted(one.id, _State.WAITING, because) for one in rest)]
