"""The methods of WCS's REST API that the gateway uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import orjson
from urllib3.connection import HTTPConnection

from hooks.wcs.rest_api.exchange import HttpAnswer, open_connection, post, post_over
from hooks.wcs.rest_api.failures import UNREACHABLE, Failure
from tenants.deadline import Deadline
from tenants.secrets.encryption import Secret, SecretUnreadable

LONGEST_LIST = 32 * 1024 * 1024  # bytes: some thousand calls, each with its SDP
LONGEST_VOID = 64 * 1024  # bytes
_LONGEST_TEXT = 512  # characters
Item = TypeVar("Item")


class ListedCall(NamedTuple):
    """A call that WCS has now."""

    call_id: str
    session_id: str
    node_id: str
    app_key: str
    callee: str
    status: str


class ListedConnection(NamedTuple):
    session_id: str
    node_id: str
    app_key: str = ""


@dataclass(frozen=True, slots=True)
class RestApi:
    url: str  # without a final slash
    user: str
    password: Secret | None = field(default=None, repr=False)

    def terminate_call(self, call_id: str) -> Failure | None:
        return self._order("call/terminate", {"callId": call_id})

    def terminate_stream(self, media_session_id: str) -> Failure | None:
        """WCS takes its fields for a filter: without any, it would end every stream."""
        if not media_session_id:
            return Failure.NOT_FOUND
        return self._order("stream/terminate", {"mediaSessionId": media_session_id})

    def terminate_connection(self, session_id: str) -> Failure | None:
        return self._order("connection/terminate", {"sessionId": session_id})

    def send_data(self, operation_id: str, session_ids: Sequence[str], data: Any) -> Failure | None:
        """To several pages at once, which older builds of WCS cannot do."""
        return self._order("data/send", _data(operation_id, data, sessionIds=list(session_ids)))

    def send_data_to_each(
        self, operation_id: str, session_ids: Sequence[str], data: Any, deadline: Deadline
    ) -> dict[str, Failure | None]:
        """One after the other, over one connection; those that the time suffices for."""
        results: dict[str, Failure | None] = {}
        connection = open_connection(self.url)
        try:
            for session_id in session_ids:
                fields = _data(operation_id, data, sessionId=session_id)
                answer = self._post("data/send", fields, LONGEST_VOID, connection)
                results[session_id] = answer if isinstance(answer, Failure) else None
                if answer in UNREACHABLE or deadline.is_over:
                    break
        finally:
            connection.close()
        return results

    def list_calls(self) -> list[ListedCall] | Failure:
        """NOT_FOUND where there are none, as WCS answers."""
        return self._list("call/find_all", {}, _read_call)

    def find_call(self, call_id: str) -> list[ListedCall] | Failure:
        """NOT_FOUND where there is none."""
        return self._list("call/find", {"callId": call_id}, _read_call)

    def list_connections(self) -> list[ListedConnection] | Failure:
        """NOT_FOUND where there are none."""
        return self._list("connection/find_all", {}, _read_connection)

    def _order(self, path: str, fields: Mapping[str, Any]) -> Failure | None:
        answer = self._post(path, fields, LONGEST_VOID)
        return answer if isinstance(answer, Failure) else None

    def _list(
        self, path: str, fields: Mapping[str, Any], read: Callable[[Any], Item | None]
    ) -> list[Item] | Failure:
        answer = self._post(path, fields, LONGEST_LIST)
        return answer if isinstance(answer, Failure) else _read_list(answer.content, read)

    def _post(
        self,
        path: str,
        fields: Mapping[str, Any],
        longest: int,
        connection: HTTPConnection | None = None,
    ) -> HttpAnswer | Failure:
        try:
            password = self.password.reveal() if self.password else ""
        except SecretUnreadable:
            return Failure.UNREADABLE
        url = f"{self.url}/{path}"
        if connection is None:
            return post(url, self.user, password, fields, longest)
        return post_over(connection, url, self.user, password, fields, longest)


def _data(operation_id: str, data: Any, **receivers: Any) -> dict[str, Any]:
    return {"operationId": operation_id, **receivers, "payload": data}


def _read_list(content: bytes, read: Callable[[Any], Item | None]) -> list[Item] | Failure:
    """All of them, or NONSENSE: a list of which a part cannot be read says nothing of the rest."""
    try:
        items = orjson.loads(content)
    except ValueError:
        return Failure.NONSENSE
    if not isinstance(items, list):
        return Failure.NONSENSE

    listed = []
    for item in items:
        if (one := read(item)) is None:
            return Failure.NONSENSE
        listed.append(one)
    return listed


def _read_call(item: Any) -> ListedCall | None:
    texts = _read_texts(item, "callId", "sessionId", "nodeId", "appKey", "callee", "status")
    return ListedCall(*texts) if texts else None


def _read_connection(item: Any) -> ListedConnection | None:
    texts = _read_texts(item, "sessionId", "nodeId", "appKey")
    return ListedConnection(*texts) if texts else None


def _read_texts(item: Any, *names: str) -> list[str] | None:
    """None unless all are texts or absent, and the first, which names the thing, is there."""
    if not isinstance(item, dict):
        return None
    texts = [item.get(name) or "" for name in names]
    is_sound = all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts)
    return texts if is_sound and texts[0] else None
