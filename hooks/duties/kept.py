"""What is deleted and when: one entry for each kind of rows, with its statements."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from hooks.event_weeks import FIRST, OTHER

BATCH = 10_000  # rows of one statement: its locks are short, and hooks come in between
FOREVER = 0
SPENT_FOR = "2 days"  # after a ticket expired: by so much a clock may be stepped back


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of a table that are `due`, oldest first.

    They are found along an index, but for endings and for meters, whose every write an index on
    the time would make dearer: those two tables are read whole.
    """

    name: str
    table: str
    due: str  # of a row that is called `old`; %(days)s is how long it is kept
    order: str
    key: str = "id"
    days: int | None = None
    also: str = ""  # further parts of the statement, about the rows in `gone`
    foreseen: str = ""  # `due` once the kinds before it are gone, where that differs

    @property
    def values(self) -> dict[str, int | None]:
        return {"days": self.days, "batch": BATCH}

    @property
    def count(self) -> str:
        """Of what a whole run deletes."""
        return f"SELECT count(*) FROM {self.table} old WHERE {self.foreseen or self.due}"  # noqa: S608

    @property
    def delete(self) -> str:
        """Fewer than a batch only where no more are due. What others delete is passed by."""
        return f"""
        WITH gone AS MATERIALIZED (
            SELECT {self.key} FROM {self.table} old
             WHERE {self.due} ORDER BY {self.order} LIMIT %(batch)s
               FOR UPDATE OF old SKIP LOCKED
        ){self.also}
        DELETE FROM {self.table} WHERE {self._is_gone}
        """  # noqa: S608

    @property
    def _is_gone(self) -> str:
        """An array is looked up along the index, whatever the planner believes of the table."""
        if "," in self.key:
            return f"({self.key}) IN (SELECT {self.key} FROM gone)"  # noqa: S608
        return f"{self.key} = ANY (ARRAY(SELECT {self.key} FROM gone))"  # noqa: S608


# Nobody deletes these with their call but we: no constraint says that they belong to it.
_WITH_CALLS = """,
    ending AS (DELETE FROM hooks_ending WHERE call_id = ANY (ARRAY(SELECT id FROM gone))),
    quality AS (DELETE FROM hooks_callquality WHERE call_id = ANY (ARRAY(SELECT id FROM gone))),
    keypad AS (DELETE FROM hooks_keypad WHERE call_id = ANY (ARRAY(SELECT id FROM gone))),
    alarm AS (UPDATE hooks_alarm SET call_id = NULL
               WHERE call_id = ANY (ARRAY(SELECT id FROM gone)))"""

_WITH_STREAMS = """,
    ending AS (
        DELETE FROM hooks_streamending WHERE stream_id = ANY (ARRAY(SELECT id FROM gone))),
    alarm AS (UPDATE hooks_alarm SET stream_id = NULL
               WHERE stream_id = ANY (ARRAY(SELECT id FROM gone)))"""

_WITH_DATA_MESSAGES = """,
    recipient AS (DELETE FROM hooks_datarecipient
                   WHERE message_id = ANY (ARRAY(SELECT id FROM gone)))"""

_WITH_MESSAGES = """,
    delivery AS (DELETE FROM hooks_webhookdelivery
                  WHERE message_id = ANY (ARRAY(SELECT id FROM gone)))"""


# What it reserved has to be given back first.
_CALL_DUE = (
    "asked_at < now() - make_interval(days => %(days)s) AND ended_at IS NOT NULL "
    "AND (reservation IS NULL OR settled_at IS NOT NULL)"
)
# Until it is settled it counts in its tenant's meters.
_STREAM_DUE = (
    "asked_at < now() - make_interval(days => %(days)s) AND ended_at IS NOT NULL "
    "AND (decision = 'refused' OR settled_at IS NOT NULL)"
)
_EVENT_DUE = "received_at < now() - make_interval(days => %(days)s)"
_SESSION_DUE = """
    opened_at < now() - make_interval(days => %(days)s) AND ended_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM hooks_call call WHERE call.session_id = old.id{})
    AND NOT EXISTS (SELECT FROM hooks_stream stream WHERE stream.session_id = old.id{})"""


def events_of(part: str) -> Kind:
    days = settings.CLICKHOOK_KEEP_EVENTS
    return Kind("events", part, _EVENT_DUE, "received_at", days=days)


def list_kinds() -> list[Kind]:
    """Those that are kept for ever are not among them."""
    events, calls = settings.CLICKHOOK_KEEP_EVENTS, settings.CLICKHOOK_KEEP_CALLS
    kinds = [
        # Weeks of events go as a whole: hooks/duties/weeks.py.
        events_of(FIRST),
        events_of(OTHER),
        Kind("calls", "hooks_call", _CALL_DUE, "asked_at", days=calls, also=_WITH_CALLS),
        Kind("streams", "hooks_stream", _STREAM_DUE, "asked_at", days=calls, also=_WITH_STREAMS),
        Kind(
            "sessions",
            "hooks_session",
            _SESSION_DUE.format("", ""),
            "opened_at",
            days=calls,
            foreseen=_SESSION_DUE.format(f" AND NOT ({_CALL_DUE})", f" AND NOT ({_STREAM_DUE})"),
        ),
        Kind(
            "call-back requests",
            "hooks_callbackrequest",
            "asked_at < now() - make_interval(days => %(days)s)",
            "asked_at",
            days=calls,
        ),
        Kind(
            "messages to pages",
            "hooks_datamessage",
            "sent_at < now() - make_interval(days => %(days)s)",
            "sent_at",
            days=events,
            also=_WITH_DATA_MESSAGES,
        ),
        Kind(
            "messages of visitors",
            "hooks_pagemessage",
            "received_at < now() - make_interval(days => %(days)s)",
            "received_at",
            days=events,
        ),
        *_SHORT_LIVED,
    ]
    return [kind for kind in kinds if kind.days != FOREVER]


_SHORT_LIVED = (
    Kind(
        "endings",
        "hooks_ending",
        "done_at < now() - interval '30 days'",
        "done_at",
        key="call_id",
    ),
    Kind(
        "endings of streams",
        "hooks_streamending",
        "done_at < now() - interval '30 days'",
        "done_at",
        key="stream_id",
    ),
    # A ticket that has expired is refused for that, but after a step of the clock back it would be
    # valid again. Those of the gateway tie the report of a call's quality to the call.
    Kind(
        "spent tickets",
        "hooks_spentticket",
        f"until < now() - interval '{SPENT_FOR}'",
        "until",
        key="tenant_id, jti",
    ),
    Kind(
        "breaches",
        "hooks_visitorbreach",
        "since < now() - interval '2 days'",
        "since",
        key="tenant_id, visitor",
    ),
    # No window of a visitor is longer than a day. What is read and written meanwhile is written
    # anew.
    Kind(
        "meters of visitors",
        "hooks_meter",
        "(scope LIKE 'visitor %%' OR scope LIKE 'attempts %%') "
        "AND touched_at < now() - interval '25 hours'",
        "touched_at",
        key="tenant_id, scope",
    ),
    Kind(
        "paces of messages",
        "hooks_messagepace",
        "minute < extract(epoch FROM now() - interval '1 hour') / 60",
        "minute",
        key="tenant_id, session_id",
    ),
    # A notice of a month's limit must outlast that month.
    Kind("notices", "hooks_limitnotice", "at < now() - interval '92 days'", "at"),
    Kind(
        "answers of the API",
        "tenants_idempotentanswer",
        "created_at < now() - interval '24 hours'",
        "created_at",
    ),
    # Until then they can be delivered again.
    Kind(
        "webhook messages",
        "hooks_webhookmessage",
        "created_at < now() - interval '30 days'",
        "created_at",
        also=_WITH_MESSAGES,
    ),
)
