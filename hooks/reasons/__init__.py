"""Why a hook was answered as it was: a word for code and records, sentences for people.

The words stand here, the sentences in a file for each subject; `neutral` is what visitors learn.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus

from hooks.reasons import (
    about_calls,
    about_connects,
    about_gateway,
    about_limits,
    about_messages,
    about_streams,
    about_visitors,
)
from hooks.reasons.advice import Advice

_ADVICE: dict[str, Advice] = {
    **about_calls.ADVICE,
    **about_connects.ADVICE,
    **about_gateway.ADVICE,
    **about_limits.ADVICE,
    **about_messages.ADVICE,
    **about_streams.ADVICE,
    **about_visitors.ADVICE,
}


class Decision(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    NOTED = "noted"  # an event: it reports what has happened already, so there is nothing to decide


class Reason(StrEnum):
    decision: Decision
    status: HTTPStatus

    def __new__(cls, word: str, decision: Decision, status: HTTPStatus) -> Reason:
        member = str.__new__(cls, word)
        member._value_ = word
        member.decision, member.status = decision, status
        return member

    @property
    def sentence(self) -> str:
        return _ADVICE[self.value].sentence

    @property
    def remedy(self) -> str:
        return _ADVICE[self.value].remedy

    @property
    def advice(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()

    @classmethod
    def from_word(cls, word: str) -> Reason | None:
        """None for a word that only a later version knows."""
        return cls.__members__.get(word.upper())

    ALLOWED = "allowed", Decision.ALLOWED, HTTPStatus.OK
    DUPLICATE = "duplicate", Decision.ALLOWED, HTTPStatus.OK
    SESSION_ID_RECURS = "session_id_recurs", Decision.ALLOWED, HTTPStatus.OK
    RECORDED = "recorded", Decision.NOTED, HTTPStatus.OK
    EVENT_UNKNOWN = "event_unknown", Decision.NOTED, HTTPStatus.OK
    SESSION_NOT_OURS = "session_not_ours", Decision.NOTED, HTTPStatus.OK
    CALL_NOT_OURS = "call_not_ours", Decision.NOTED, HTTPStatus.OK
    CALL_WENT_ELSEWHERE = "call_went_elsewhere", Decision.NOTED, HTTPStatus.OK
    CALL_NEVER_ASKED = "call_never_asked", Decision.NOTED, HTTPStatus.OK
    REFUSED_CALL_WENT_ON = "refused_call_went_on", Decision.NOTED, HTTPStatus.OK
    STREAM_NEVER_ASKED = "stream_never_asked", Decision.NOTED, HTTPStatus.OK
    REFUSED_STREAM_WENT_ON = "refused_stream_went_on", Decision.NOTED, HTTPStatus.OK
    STREAM_WENT_ELSEWHERE = "stream_went_elsewhere", Decision.NOTED, HTTPStatus.OK
    SPOOLED = "spooled", Decision.NOTED, HTTPStatus.OK
    INSTANCE_UNKNOWN = "instance_unknown", Decision.REFUSED, HTTPStatus.NOT_FOUND
    SIGNATURE_MISSING = "signature_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SIGNATURE_WRONG = "signature_wrong", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SECRET_MISSING = "secret_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MALFORMED = "malformed", Decision.REFUSED, HTTPStatus.BAD_REQUEST
    CONTENT_TYPE = "content_type", Decision.REFUSED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    APP_KEY = "app_key", Decision.REFUSED, HTTPStatus.FORBIDDEN
    ORIGIN_MISSING = "origin_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    ORIGIN_MALFORMED = "origin_malformed", Decision.REFUSED, HTTPStatus.FORBIDDEN
    ORIGIN_UNKNOWN = "origin_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CONNECT_REPLAYED = "connect_replayed", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TENANT_NOT_SERVED = "tenant_not_served", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TENANT_MOVES = "tenant_moves", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TENANT_SUSPENDED = "tenant_suspended", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SIP_ACCOUNT_MISSING = "sip_account_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SESSION_UNKNOWN = "session_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SESSION_ENDED = "session_ended", Decision.REFUSED, HTTPStatus.FORBIDDEN
    ORIGIN_REVOKED = "origin_revoked", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALLEE_UNKNOWN = "callee_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALLEE_NO_DEFAULT = "callee_no_default", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALL_ID_REUSED = "call_id_reused", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALL_ENDED = "call_ended", Decision.REFUSED, HTTPStatus.FORBIDDEN
    METHOD_REFUSED = "method_refused", Decision.REFUSED, HTTPStatus.FORBIDDEN
    INCOMING_REFUSED = "incoming_refused", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SECRET_UNREADABLE = "secret_unreadable", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE
    DATABASE_AWAY = "database_away", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE
    OVERLOADED = "overloaded", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE
    GATEWAY_FAULT = "gateway_fault", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE
    CLOSED = "closed", Decision.REFUSED, HTTPStatus.FORBIDDEN
    DESTINATION_COUNTRY = "destination_country", Decision.REFUSED, HTTPStatus.FORBIDDEN
    DESTINATION_TYPE = "destination_type", Decision.REFUSED, HTTPStatus.FORBIDDEN
    DESTINATION_INVALID = "destination_invalid", Decision.REFUSED, HTTPStatus.FORBIDDEN
    RATE_MISSING = "rate_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    INTERNAL_RATE_MISSING = "internal_rate_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    RATE_CURRENCY = "rate_currency", Decision.REFUSED, HTTPStatus.FORBIDDEN
    PRICE_CEILING = "price_ceiling", Decision.REFUSED, HTTPStatus.FORBIDDEN
    WORKER_AWAY = "worker_away", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE
    LIMIT_UNREADABLE = "limit_unreadable", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALL_SECONDS = "call_seconds", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CONCURRENT_CALLS = "concurrent_calls", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALLS_PER_SECOND = "calls_per_second", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALLS_PER_MINUTE = "calls_per_minute", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALLS_PER_HOUR = "calls_per_hour", Decision.REFUSED, HTTPStatus.FORBIDDEN
    CALLS_PER_DAY = "calls_per_day", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MINUTES_PER_DAY = "minutes_per_day", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MINUTES_PER_MONTH = "minutes_per_month", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MONEY_PER_DAY = "money_per_day", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MONEY_PER_MONTH = "money_per_month", Decision.REFUSED, HTTPStatus.FORBIDDEN
    VISITOR_TEN_MINUTES = "visitor_ten_minutes", Decision.REFUSED, HTTPStatus.FORBIDDEN
    VISITOR_HOUR = "visitor_hour", Decision.REFUSED, HTTPStatus.FORBIDDEN
    VISITOR_DAY = "visitor_day", Decision.REFUSED, HTTPStatus.FORBIDDEN
    VISITOR_CALLEES = "visitor_callees", Decision.REFUSED, HTTPStatus.FORBIDDEN
    SWITCHED_OFF = "switched_off", Decision.REFUSED, HTTPStatus.FORBIDDEN
    HONEY_ALIAS = "honey_alias", Decision.REFUSED, HTTPStatus.FORBIDDEN
    FALLBACK = "fallback", Decision.ALLOWED, HTTPStatus.OK
    RINGING_BUSY = "ringing_busy", Decision.REFUSED, HTTPStatus.FORBIDDEN
    COOLING_DOWN = "cooling_down", Decision.REFUSED, HTTPStatus.FORBIDDEN
    KEYPAD_DIGITS = "keypad_digits", Decision.REFUSED, HTTPStatus.FORBIDDEN
    KEYPAD_NO_TALK = "keypad_no_talk", Decision.REFUSED, HTTPStatus.FORBIDDEN
    KEYPAD_PACE = "keypad_pace", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_MISSING = "ticket_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_MALFORMED = "ticket_malformed", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_SIGNATURE = "ticket_signature", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_EXPIRED = "ticket_expired", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_FUTURE = "ticket_future", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_TOO_LONG_LIVED = "ticket_too_long_lived", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_ORIGIN = "ticket_origin", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_KEY_UNKNOWN = "ticket_key_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_REPLAYED = "ticket_replayed", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_ALIAS = "ticket_alias", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TOKEN_INVALID = "token_invalid", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TOKEN_EXPIRED = "token_expired", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TOKEN_ORIGIN = "token_origin", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TOKEN_KEY_UNKNOWN = "token_key_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MEMBER_MISSING = "member_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN
    LOGIN_WRONG = "login_wrong", Decision.REFUSED, HTTPStatus.FORBIDDEN
    LOGIN_THROTTLED = "login_throttled", Decision.REFUSED, HTTPStatus.FORBIDDEN
    VISITOR_BLOCKED = "visitor_blocked", Decision.REFUSED, HTTPStatus.FORBIDDEN
    DOMAIN_UNPROVED = "domain_unproved", Decision.REFUSED, HTTPStatus.FORBIDDEN
    TICKET_FOR_STREAM = "ticket_for_stream", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_RIGHT = "stream_right", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_UNKNOWN = "stream_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_KIND = "stream_kind", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_OPTION = "stream_option", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_ID_REUSED = "stream_id_reused", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_ENDED = "stream_ended", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_NOT_OURS = "stream_not_ours", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_HLS = "stream_hls", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_PUBLISHERS = "stream_publishers", Decision.REFUSED, HTTPStatus.FORBIDDEN
    STREAM_PLAYERS = "stream_players", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MESSAGES_OFF = "messages_off", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MESSAGE_NOT_TEXT = "message_not_text", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MESSAGE_OPERATION = "message_operation", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MESSAGE_TOO_LONG = "message_too_long", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MESSAGE_PACE = "message_pace", Decision.REFUSED, HTTPStatus.FORBIDDEN
    MESSAGE_PACE_OF_ALL = "message_pace_of_all", Decision.REFUSED, HTTPStatus.FORBIDDEN
