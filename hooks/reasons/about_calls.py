"""Of calls and events: what happened, and what account managers can do."""

from hooks.reasons.advice import Advice

ADVICE = {
    "allowed": Advice(
        "Allowed.",
    ),
    "duplicate": Advice(
        "WCS repeated a hook; it got the same answer again.",
    ),
    "recorded": Advice(
        "Recorded.",
    ),
    "event_unknown": Advice(
        "An event this gateway does not know; only recorded.",
    ),
    "call_not_ours": Advice(
        "An event of a call that was never accepted here; only recorded.",
    ),
    "call_went_elsewhere": Advice(
        "WCS called somebody else than it was told: what the call hook answers is not taken over.",
        "Run the commands of wcs_config on that WCS: restClientConfig must overwrite the callee.",
    ),
    "call_never_asked": Advice(
        "WCS placed this call without asking: the call hook is not attached to its application, "
        "or is turned off.",
        "Run the commands of wcs_config on that WCS: until then it dials what the browser says.",
    ),
    "refused_call_went_on": Advice(
        "WCS placed this call although it was refused: it does not obey restClientConfig.",
        "Stop that WCS and check it.",
    ),
    "callee_unknown": Advice(
        "The page asked for a callee that is no alias of the tenant. Numbers and SIP URIs are "
        "never dialled from a page.",
        "Add a callee of that alias on the tenant's page, or correct the alias in the page.",
    ),
    "callee_no_default": Advice(
        "The page named no callee, and neither the domain nor the tenant has a default one.",
        "Mark one callee as the default on the tenant's page, or have the page name an alias.",
    ),
    "call_id_reused": Advice(
        "The session used this call id for another call already.",
        "The page must not choose call ids itself: leave callId out of createCall.",
    ),
    "call_ended": Advice(
        "The call of this id has ended already.",
        "The page makes a new call with createCall instead of repeating the old one.",
    ),
    "method_refused": Advice(
        "A visitor may connect, call and hang up, and use the streams that a tenant lists; nothing "
        "else.",
        "Nothing to do, unless the page itself asks for it: then take that out of the page.",
    ),
    "incoming_refused": Advice(
        "Visitors receive no calls, messages or data.",
        "If the tenant registers at the SIP server, turn that off: it is what makes visitors' "
        "browsers ring.",
    ),
    "honey_alias": Advice(
        "Somebody called the honey alias, which no page uses.",
        "Look at the session and its visitor: somebody tries aliases out.",
    ),
    "fallback": Advice(
        "Allowed. A fallback was called instead of the callee who was asked for.",
        "The detail says who, and why.",
    ),
    "keypad_digits": Advice(
        "Something else than 0 to 9, * and # was sent as tones.",
        "Nothing to do, unless the page itself sends it: then correct the page.",
    ),
    "keypad_no_talk": Advice(
        "Tones were sent for a call that is not answered, or has ended.",
        "Nothing to do.",
    ),
    "keypad_pace": Advice(
        "More tones were sent than 5 in a second or 60 in a call.",
        "Nothing to do, unless the page itself sends them: then send them more slowly.",
    ),
}
