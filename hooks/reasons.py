"""Why a hook was answered as it was: a word for code and records, a sentence for people."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus


class Decision(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    NOTED = "noted"  # an event: it reports what has happened already, so there is nothing to decide


class Reason(StrEnum):
    decision: Decision
    status: HTTPStatus
    sentence: str
    remedy: str

    def __new__(
        cls, word: str, decision: Decision, status: HTTPStatus, sentence: str, remedy: str = ""
    ) -> Reason:
        """`sentence` says what happened, `remedy` what the account manager can do about it."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.decision, member.status, member.sentence, member.remedy = (
            decision,
            status,
            sentence,
            remedy,
        )
        return member

    @property
    def advice(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()

    @classmethod
    def from_word(cls, word: str) -> Reason | None:
        """None for a word that only a later version knows."""
        return cls.__members__.get(word.upper())

    ALLOWED = "allowed", Decision.ALLOWED, HTTPStatus.OK, "Allowed."
    DUPLICATE = (
        "duplicate", Decision.ALLOWED, HTTPStatus.OK,
        "WCS repeated a hook; it got the same answer again.",
    )  # fmt: skip
    SESSION_ID_RECURS = (
        "session_id_recurs", Decision.ALLOWED, HTTPStatus.OK,
        "Allowed. The same connect was answered before, under a session id that recurs.",
        "Nothing to do for a WCS that names sessions by address and port. A captured hook "
        "would look the same: use TLS between that WCS and the gateway.",
    )  # fmt: skip
    RECORDED = "recorded", Decision.NOTED, HTTPStatus.OK, "Recorded."
    EVENT_UNKNOWN = (
        "event_unknown", Decision.NOTED, HTTPStatus.OK,
        "An event this gateway does not know; only recorded.",
    )  # fmt: skip
    SESSION_NOT_OURS = (
        "session_not_ours", Decision.NOTED, HTTPStatus.OK,
        "An event of a session that was never accepted here; only recorded.",
    )  # fmt: skip
    CALL_NOT_OURS = (
        "call_not_ours", Decision.NOTED, HTTPStatus.OK,
        "An event of a call that was never accepted here; only recorded.",
    )  # fmt: skip
    CALL_WENT_ELSEWHERE = (
        "call_went_elsewhere", Decision.NOTED, HTTPStatus.OK,
        "WCS called somebody else than it was told: what the call hook answers is not taken over.",
        "Run the commands of wcs_config on that WCS: restClientConfig must overwrite the callee.",
    )  # fmt: skip
    CALL_NEVER_ASKED = (
        "call_never_asked", Decision.NOTED, HTTPStatus.OK,
        "WCS placed this call without asking: the call hook is not attached to its "
        "application, or is turned off.",
        "Run the commands of wcs_config on that WCS: until then it dials what the browser "
        "says.",
    )  # fmt: skip
    REFUSED_CALL_WENT_ON = (
        "refused_call_went_on", Decision.NOTED, HTTPStatus.OK,
        "WCS placed this call although it was refused: it does not obey restClientConfig.",
        "Stop that WCS and check it.",
    )  # fmt: skip
    SPOOLED = (
        "spooled", Decision.NOTED, HTTPStatus.OK,
        "The database was away; kept on disk, recorded later.",
    )  # fmt: skip
    INSTANCE_UNKNOWN = (
        "instance_unknown", Decision.REFUSED, HTTPStatus.NOT_FOUND,
        "No WCS instance has the key in the hook URL.",
        "Compare the URL at the WCS with the one on the instance's page; wcs_config prints "
        "it.",
    )  # fmt: skip
    SIGNATURE_MISSING = (
        "signature_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The hook was not signed.",
        "Set rest_hook_send_hash=true on that WCS and restart it. If it is set, either a "
        "proxy before the gateway takes the Authorization header away, or somebody else posted "
        "this.",
    )  # fmt: skip
    SIGNATURE_WRONG = (
        "signature_wrong", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The signature fits no live secret of this instance.",
        "Make rest_hook_secret_key on that WCS the instance's signing secret (wcs_config "
        "prints it) and restart it. If it is the same, somebody else posted this: nothing to "
        "do.",
    )  # fmt: skip
    SECRET_MISSING = (
        "secret_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The instance has no signing secret and is not marked as unsigned, so nobody is "
        "answered.",
        "Enter a signing secret on the instance's page, and the same one at the WCS.",
    )  # fmt: skip
    MALFORMED = (
        "malformed", Decision.REFUSED, HTTPStatus.BAD_REQUEST,
        "The body is not what WCS sends.",
        "The detail says what was wrong. If a WCS sent it, report it with the WCS's version.",
    )  # fmt: skip
    CONTENT_TYPE = (
        "content_type", Decision.REFUSED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is not JSON.",
        "WCS sends application/json: look for a proxy between it and the gateway that changes "
        "the Content-Type.",
    )  # fmt: skip
    APP_KEY = (
        "app_key", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The browser named another WCS application (appKey) than this instance's.",
        "Name the instance's application in the page's createSession({appKey: …}), or change "
        "the instance's appKey.",
    )  # fmt: skip
    ORIGIN_MISSING = (
        "origin_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The connection named no origin: no browser page made it.",
        "Nothing to do if a program made it. A visitor's browser always names its page's "
        "origin.",
    )  # fmt: skip
    ORIGIN_MALFORMED = (
        "origin_malformed", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Neither a browser nor an app sends this origin: it is a local file's, a sandboxed "
        "frame's, or a forgery.",
        "Serve the page from a web server, by http:// or https://, and not from a file or in "
        "a sandboxed frame. A mobile app has an origin of its own, like capacitor://localhost, "
        "ionic://localhost or https://localhost; one that opens a file has none.",
    )  # fmt: skip
    ORIGIN_UNKNOWN = (
        "origin_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "No tenant has this origin.",
        "If it is a customer's page or app, add the domain to the tenant: scheme, host and "
        "port must be the same. An app's is capacitor://localhost, ionic://localhost or "
        "https://localhost.",
    )  # fmt: skip
    CONNECT_REPLAYED = (
        "connect_replayed", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "This very connect was answered before, and its session id never recurs: somebody "
        "repeats a hook they captured.",
        "Use TLS between the WCS and the gateway, and give the WCS a new signing secret.",
    )  # fmt: skip
    TENANT_NOT_SERVED = (
        "tenant_not_served", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The WCS instance may not speak for the tenant.",
        "Add the instance on the tenant's page if it should.",
    )  # fmt: skip
    TENANT_SUSPENDED = (
        "tenant_suspended", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The tenant is suspended.",
        "Set the tenant's status to active if its visitors may call again.",
    )  # fmt: skip
    SIP_ACCOUNT_MISSING = (
        "sip_account_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The tenant has no enabled SIP account, or the session's account was disabled or "
        "deleted.",
        "Add or enable a SIP account on the tenant's page. A visitor of a disabled account "
        "reloads the page.",
    )  # fmt: skip
    SESSION_UNKNOWN = (
        "session_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "This instance and node opened no such session.",
        "The connect of this visitor was refused, or the connect hook is not attached: look "
        "for it under Events.",
    )  # fmt: skip
    SESSION_ENDED = (
        "session_ended", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The session has ended.",
        "The visitor reloads the page. If it happens often, have the page connect anew when "
        "its connection broke.",
    )  # fmt: skip
    ORIGIN_REVOKED = (
        "origin_revoked", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The domain the session came from was removed since.",
        "Add the domain again if its visitors may call.",
    )  # fmt: skip
    CALLEE_UNKNOWN = (
        "callee_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The page asked for a callee that is no alias of the tenant. Numbers and SIP URIs are "
        "never dialled from a page.",
        "Add a callee of that alias on the tenant's page, or correct the alias in the page.",
    )  # fmt: skip
    CALLEE_NO_DEFAULT = (
        "callee_no_default", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The page named no callee, and neither the domain nor the tenant has a default one.",
        "Mark one callee as the default on the tenant's page, or have the page name an alias.",
    )  # fmt: skip
    CALL_ID_REUSED = (
        "call_id_reused", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The session used this call id for another call already.",
        "The page must not choose call ids itself: leave callId out of createCall.",
    )  # fmt: skip
    CALL_ENDED = (
        "call_ended", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The call of this id has ended already.",
        "The page makes a new call with createCall instead of repeating the old one.",
    )  # fmt: skip
    METHOD_REFUSED = (
        "method_refused", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "A visitor may connect, call and hang up, nothing else.",
        "Nothing to do, unless the page itself asks for it: then take that out of the page.",
    )  # fmt: skip
    INCOMING_REFUSED = (
        "incoming_refused", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Visitors receive no calls, messages or data.",
        "If the tenant registers at the SIP server, turn that off: it is what makes visitors' "
        "browsers ring.",
    )  # fmt: skip
    SECRET_UNREADABLE = (
        "secret_unreadable", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE,
        "A stored secret does not open: the key ring lacks its key.",
        "Restore the key (the operator), or enter the SIP password or signing secret again.",
    )  # fmt: skip
    DATABASE_AWAY = (
        "database_away", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE,
        "The database did not answer in time.",
        "Tell the operator: see the PostgreSQL and the network between it and the gateway.",
    )  # fmt: skip
    OVERLOADED = (
        "overloaded", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE,
        "More hooks waited than can be answered in time.",
        "Tell the operator: the gateway or its PostgreSQL needs more machine, or somebody "
        "floods it.",
    )  # fmt: skip
    GATEWAY_FAULT = (
        "gateway_fault", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE,
        "A fault of the gateway itself.",
        "Tell the operator: the gateway's log says more.",
    )  # fmt: skip
    CLOSED = (
        "closed", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The tenant is closed at this time.",
        "See the opening hours and holidays on the tenant's page.",
    )  # fmt: skip
    DESTINATION_COUNTRY = (
        "destination_country", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The callee's number is in a country that is not opened.",
        "Add the country to the tenant's destinations, or to this callee's alone.",
    )  # fmt: skip
    DESTINATION_TYPE = (
        "destination_type", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The callee's number is of a type that is not opened, such as premium rate or satellite.",
        "Open the type for this callee alone if the number is meant.",
    )  # fmt: skip
    DESTINATION_INVALID = (
        "destination_invalid", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The callee's number is no valid number of any numbering plan.",
        "Correct the number. Set the tenant's country if it is written without a country code.",
    )  # fmt: skip
    RATE_MISSING = (
        "rate_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Money is limited, and there is no rate for the callee's number.",
        "Import the rates of the SIP provider with a prefix that covers the number, or lift the "
        "money limits.",
    )  # fmt: skip
    INTERNAL_RATE_MISSING = (
        "internal_rate_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Money is limited, and the SIP account says no price for extensions and SIP URIs.",
        "Set the account's internal rate: 0.00 if such calls cost nothing.",
    )  # fmt: skip
    RATE_CURRENCY = (
        "rate_currency", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The rate of the callee's number is in another currency than the tenant's, or was looked "
        "up for another number.",
        "Import the rates in the tenant's currency, and save the callee again.",
    )  # fmt: skip
    PRICE_CEILING = (
        "price_ceiling", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The callee's price a minute is above the ceiling.",
        "Raise the price per minute if the number is meant.",
    )  # fmt: skip
    WORKER_AWAY = (
        "worker_away", Decision.REFUSED, HTTPStatus.SERVICE_UNAVAILABLE,
        "No worker runs that would end the call in time.",
        "Tell the operator: start manage.py worker, or see its log.",
    )  # fmt: skip
    LIMIT_UNREADABLE = (
        "limit_unreadable", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "A limit could not be evaluated.",
        "The detail says which. Save the tenant's limits again.",
    )  # fmt: skip
    CALL_SECONDS = (
        "call_seconds", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The call lasted as long as a call may.",
        "Raise the longest call if such talks are wanted.",
    )  # fmt: skip
    CONCURRENT_CALLS = (
        "concurrent_calls", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "As many calls live as are allowed at once.",
        "The detail says whose limit it is. Wait until one ends, or raise the limit.",
    )  # fmt: skip
    CALLS_PER_SECOND = (
        "calls_per_second", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The calls of this second are used up.",
        "Call again a moment later. The detail says whose limit it is.",
    )  # fmt: skip
    CALLS_PER_MINUTE = (
        "calls_per_minute", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The calls of this minute are used up.",
        "Call again a minute later. The detail says whose limit it is.",
    )  # fmt: skip
    CALLS_PER_HOUR = (
        "calls_per_hour", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The calls of the last hour are used up.",
        "The detail says whose limit it is. Raise it if these calls were wanted.",
    )  # fmt: skip
    CALLS_PER_DAY = (
        "calls_per_day", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The calls of the last 24 hours are used up.",
        "The detail says whose limit it is. Raise it if these calls were wanted.",
    )  # fmt: skip
    MINUTES_PER_DAY = (
        "minutes_per_day", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The minutes of this day are used up or reserved.",
        "The detail says whose limit it is. They begin anew at midnight in the tenant's time zone.",
    )  # fmt: skip
    MINUTES_PER_MONTH = (
        "minutes_per_month", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The minutes of this month are used up or reserved.",
        "The detail says whose limit it is. They begin anew with the month.",
    )  # fmt: skip
    MONEY_PER_DAY = (
        "money_per_day", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The money of this day is spent or reserved.",
        "The detail says whose limit it is. It begins anew at midnight in the tenant's time zone.",
    )  # fmt: skip
    MONEY_PER_MONTH = (
        "money_per_month", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The money of this month is spent or reserved.",
        "The detail says whose limit it is. It begins anew with the month.",
    )  # fmt: skip
    VISITOR_TEN_MINUTES = (
        "visitor_ten_minutes", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The visitor called as often as one may in 10 minutes.",
        "Nothing to do, unless many people share one address: raise the visitor's limits then.",
    )  # fmt: skip
    VISITOR_HOUR = (
        "visitor_hour", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The visitor called as often as one may in an hour.",
        "Nothing to do, unless many people share one address: raise the visitor's limits then.",
    )  # fmt: skip
    VISITOR_DAY = (
        "visitor_day", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The visitor called as often as one may in a day.",
        "Nothing to do, unless many people share one address: raise the visitor's limits then.",
    )  # fmt: skip
    VISITOR_CALLEES = (
        "visitor_callees", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The visitor called as many different callees as one may in an hour.",
        "Nothing to do, unless the page lets people choose among many callees.",
    )  # fmt: skip
    # Of the kill switch and the detector of bypasses.
    SWITCHED_OFF = (
        "switched_off", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "This is switched off by the kill switch.",
        "The detail says what. Switch it on again under Switches when the danger is over.",
    )  # fmt: skip
    HONEY_ALIAS = (
        "honey_alias", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Somebody called the honey alias, which no page uses.",
        "Look at the session and its visitor: somebody tries aliases out.",
    )  # fmt: skip
    # Of the phone that rings, of fallbacks and of the keypad.
    FALLBACK = (
        "fallback", Decision.ALLOWED, HTTPStatus.OK,
        "Allowed. A fallback was called instead of the callee who was asked for.",
        "The detail says who, and why.",
    )  # fmt: skip
    RINGING_BUSY = (
        "ringing_busy", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "As many calls ring at the callee as may ring at once.",
        "Raise the callee's ringing capacity if more people answer there, or give the callee a "
        "fallback.",
    )  # fmt: skip
    COOLING_DOWN = (
        "cooling_down", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Many short or abandoned calls closed the callee for a while.",
        "Look at the callee's last calls: block the visitor if one person made them. The callee "
        "opens again after its cool-down.",
    )  # fmt: skip
    KEYPAD_DIGITS = (
        "keypad_digits", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Something else than 0 to 9, * and # was sent as tones.",
        "Nothing to do, unless the page itself sends it: then correct the page.",
    )  # fmt: skip
    KEYPAD_NO_TALK = (
        "keypad_no_talk", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Tones were sent for a call that is not answered, or has ended.",
        "Nothing to do.",
    )  # fmt: skip
    KEYPAD_PACE = (
        "keypad_pace", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "More tones were sent than 5 in a second or 60 in a call.",
        "Nothing to do, unless the page itself sends them: then send them more slowly.",
    )  # fmt: skip

    # Who the visitor is: tickets, tokens, logins, and the block list.
    TICKET_MISSING = (
        "ticket_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The connection brought no ticket, and the tenant requires one.",
        "Nothing to do if a program made it. Otherwise give the button the tenant's key in "
        "data-tickets, or have the page's back end make tickets.",
    )  # fmt: skip
    TICKET_MALFORMED = (
        "ticket_malformed", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket is not a JWT with the claims of a ticket, or is longer than 2 KiB.",
        "Compare the page's back end with the recipe in the README.",
    )  # fmt: skip
    TICKET_SIGNATURE = (
        "ticket_signature", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket's signature does not fit the key that it names.",
        "Give the back end the secret that make_ticket_key printed with this key id. If it has "
        "it, somebody forges tickets: nothing to do.",
    )  # fmt: skip
    TICKET_EXPIRED = (
        "ticket_expired", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket has expired.",
        "Make the ticket when the visitor presses the button, and set the clock of the machine "
        "that makes it: half a minute is tolerated.",
    )  # fmt: skip
    TICKET_FUTURE = (
        "ticket_future", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket was made in the future.",
        "Set the clock of the machine that makes tickets: half a minute is tolerated.",
    )  # fmt: skip
    TICKET_TOO_LONG_LIVED = (
        "ticket_too_long_lived", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket lives longer than two minutes.",
        "Set exp to at most 120 seconds after iat.",
    )  # fmt: skip
    TICKET_ORIGIN = (
        "ticket_origin", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket was made for another origin than the page's.",
        "Set the claim origin to the scheme, host and port of the page that has the button.",
    )  # fmt: skip
    TICKET_KEY_UNKNOWN = (
        "ticket_key_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket names a key that the tenant does not have, or that was retired.",
        "Make a key with make_ticket_key, and give it to the back end.",
    )  # fmt: skip
    TICKET_REPLAYED = (
        "ticket_replayed", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The ticket was used before: it is good for one connection.",
        "Nothing to do if somebody copied it. The page asks for a new ticket for each call.",
    )  # fmt: skip
    TICKET_ALIAS = (
        "ticket_alias", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The call asks for another callee than the one the ticket was made for.",
        "Set the ticket's alias to the callee that the button calls.",
    )  # fmt: skip
    TOKEN_INVALID = (
        "token_invalid", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The token is not a JWT with sub, exp and aud, or its signature does not hold.",
        "Compare the tenant's token key with the one that signs the tokens.",
    )  # fmt: skip
    TOKEN_EXPIRED = (
        "token_expired", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The token has expired.",
        "The page gets a new token before it calls.",
    )  # fmt: skip
    TOKEN_ORIGIN = (
        "token_origin", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The token was made for another origin than the page's.",
        "Set the claim aud to the scheme, host and port of the page.",
    )  # fmt: skip
    TOKEN_KEY_UNKNOWN = (
        "token_key_unknown", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The tenant has no key for such a token.",
        "Enter the key or the JWKS on the tenant's page. HS256, RS256 and EdDSA are taken.",
    )  # fmt: skip
    MEMBER_MISSING = (
        "member_missing", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Only members may call, and the connection brought no login, token or ticket of the "
        "customer's own.",
        "Let the page sign its visitors in, or open the tenant to anyone.",
    )  # fmt: skip
    LOGIN_WRONG = (
        "login_wrong", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The login or the password is wrong.",
        "Set a new password if the member has forgotten it.",
    )  # fmt: skip
    LOGIN_THROTTLED = (
        "login_throttled", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Five passwords for this login were wrong; it is blocked for 15 minutes.",
        "Wait, or set a new password, which unblocks it.",
    )  # fmt: skip
    VISITOR_BLOCKED = (
        "visitor_blocked", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "The visitor is on the block list.",
        "Lift the block if the calls were wanted.",
    )  # fmt: skip
    DOMAIN_UNPROVED = (
        "domain_unproved", Decision.REFUSED, HTTPStatus.FORBIDDEN,
        "Nobody has proved yet that this domain is the customer's.",
        "Open the proof on the domain's page: it says which DNS record or which file to publish.",
    )  # fmt: skip


# What the visitor's browser may learn: WCS hands the sentence on to it.
NEUTRAL = {
    HTTPStatus.BAD_REQUEST: "Bad request",
    HTTPStatus.FORBIDDEN: "Calls are not available here",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Unsupported media type",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
    HTTPStatus.SERVICE_UNAVAILABLE: "Calls are not available now",
}


def refusal(status: HTTPStatus) -> dict[str, int | str]:
    """Exactly these two keys: with any other, WCS shows the visitor the HTTP reason phrase instead.

    Source: docs.flashphoner.com, "Sending custom error message to a client", since build 5.2.968.
    """
    return {"status": status.value, "reason": NEUTRAL[status]}
