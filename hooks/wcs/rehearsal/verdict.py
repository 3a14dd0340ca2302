"""Judges a gateway's answers: what a browser would learn, and whom a WCS would dial.

A right answer sets every field a browser can set, stops at each refusal and hides each secret. That
follows from WCS's documentation (see hooks.wcs.model), never from the gateway's own tables.
"""

from __future__ import annotations

from collections.abc import Iterable

from hooks.wcs.model.answers import select_shown_to_browser
from hooks.wcs.model.methods import (
    CALL_FIELDS,
    CONNECTION_FIELDS,
    CONTEXT_FIELDS,
    POSTED_METHODS,
    Start,
)
from hooks.wcs.model.rest_client_config import (
    DEFAULTS,
    LISTS,
    ON_ERROR,
    POLICIES,
    Entry,
    Fields,
    read_config,
    read_entry,
)

# Beyond connecting, a visitor may do nothing else. Every other method is there to be refused.
_VISITORS_METHODS = ("call", "hangup")
# Credentials, numbers and the PBX's own messages. A page has to know sipRegisterRequired: whether a
# call has to wait for `registered`.
_SECRET_FROM_BROWSER = (
    *(name for name in CONNECTION_FIELDS if name != "sipRegisterRequired"),
    "restClientConfig",
    *("callee", "caller", "visibleName", "inviteParameters", "target", "sipMessageRaw"),
)
# Without these the gateway could not tell whose hook it is, nor the page what has happened.
_NEEDED_BY_GATEWAY = {
    "call": (*CONTEXT_FIELDS, "callId", "callee"),
    **dict.fromkeys(("hangup", "CallStatusEvent"), (*CONTEXT_FIELDS, "callId")),
    "ConnectionStatusEvent": (*CONTEXT_FIELDS, "status"),
}
_NEEDED_BY_PAGE = {"ConnectionStatusEvent": ("status",), "CallStatusEvent": ("callId", "status")}


def judge_connect(sent: Fields, answer: Fields) -> list[str]:
    """The SIP account in the answer to connect."""
    missing = [name for name in CONNECTION_FIELDS if name not in answer]
    kept = _list_kept(CONNECTION_FIELDS, sent, answer)
    empty = [
        name
        for name in ("sipLogin", "sipPassword", "sipDomain")
        if name in answer and not answer[name]
    ]
    return _write_sentences(
        (
            missing,
            "{names} {are} missing from the answer, so WCS would keep the browser's {value}.",
        ),
        (kept, "{names} in the answer {are} what the browser sent."),
        (empty, "{names} {are} empty in the answer, so the SIP server would not know the caller."),
    )


def judge_config(answer: Fields) -> list[str]:
    """The restClientConfig in the answer to connect."""
    if not isinstance(answer.get("restClientConfig"), dict):
        return [
            "The answer has no restClientConfig, so WCS would take its defaults and dial the "
            "number the browser sent."
        ]
    return [
        *_judge_spelling(answer),
        *_judge_excludes(answer),
        *_judge_call_entry(read_entry(answer, "call")),
        *_judge_other_entries(answer),
    ]


def judge_call(sent: Fields, answer: Fields, entry: Entry) -> list[str]:
    """The answer to call, if WCS uses it at all; whether it does is judged in the config."""
    if not entry.overwrites:
        return []
    fields = [name for name in CALL_FIELDS if name in entry.overwrite]
    missing = [name for name in fields if name not in answer]
    others = [name for name in fields if name != "callee"]

    lost = "{names} {are} missing from the answer to call, so WCS would"
    dials_nobody = ["The answer to call names no callee, so WCS would dial nobody."]
    return [
        *_write_sentences(
            (_only(missing, "callee"), f"{lost} dial the number the browser sent."),
            (_all_but(missing, "callee"), f"{lost} keep the browser's {{value}}."),
            (
                _list_kept(others, sent, answer),
                "{names} in the answer to call {are} what the browser sent.",
            ),
        ),
        *([] if answer.get("callee", True) else dials_nobody),
    ]


def judge_disclosure(own: Fields, fields: Fields, entry: Entry) -> list[str]:
    """`fields` is what WCS could show of a hook, `own` what the browser itself has sent."""
    shown = select_shown_to_browser(fields, entry)
    # A true or false tells nobody anything.
    learned = [
        name
        for name in _SECRET_FROM_BROWSER
        if shown.get(name) and not isinstance(shown[name], bool) and shown[name] != own.get(name)
    ]
    why = (
        f"clientExclude of {entry.method} does not name {{it}}."
        if entry.described
        else f"restClientConfig has no entry for {entry.method}."
    )
    return _write_sentences((learned, f"The browser would learn {{names}}: {why}"))


def _judge_call_entry(entry: Entry) -> list[str]:
    dial = "WCS would dial the number the browser sent:"
    if not entry.described:
        return [f"{dial} restClientConfig has no entry for call."]

    findings = []
    if not entry.fails_closed:
        findings.append(f"{dial} restOnError of call is {entry.on_error or 'empty'}, not FAIL.")
    if not entry.overwrites:
        policy = entry.policy or "empty"
        return [*findings, f"{dial} restPolicy of call is {policy}, not OVERWRITE."]
    if "callee" not in entry.overwrite:
        findings.append(f"{dial} restOverwrite of call does not name callee.")

    kept = [name for name in CALL_FIELDS if name not in entry.overwrite and name != "callee"]
    text = "WCS would keep the browser's {names}: restOverwrite of call does not name {it}."
    return [*findings, *_write_sentences((kept, text))]


def _judge_other_entries(answer: Fields) -> list[str]:
    others = [
        read_entry(answer, name) for name in POSTED_METHODS if name not in ("connect", "call")
    ]
    refused = [entry for entry in others if _is_to_be_refused(entry.method)]
    return [
        *_judge_refused(refused),
        *_judge_allowed([one for one in others if one not in refused]),
    ]


def _judge_refused(entries: list[Entry]) -> list[str]:
    asked = [entry for entry in entries if entry.described and entry.is_asked]
    return _write_sentences(
        (
            [entry.method for entry in entries if not entry.described],
            "No refusal would stop {names}: restClientConfig has no entry for {it}, and WCS's "
            "default is LOG.",
        ),
        (
            [entry.method for entry in asked if not entry.fails_closed],
            "No refusal would stop {names}: restOnError of {it} is not FAIL.",
        ),
        (
            [entry.method for entry in entries if not entry.is_asked],
            "Nobody would stop {names}: restPolicy of {it} is DISABLE, so WCS does not ask.",
        ),
    )


def _judge_allowed(entries: list[Entry]) -> list[str]:
    return _write_sentences(
        (
            [entry.method for entry in entries if not entry.described],
            "restClientConfig has no entry for {names}, so WCS would hide nothing of {it} from the "
            "browser.",
        ),
        (
            [entry.method for entry in entries if entry.method == "hangup" and entry.fails_closed],
            "Nobody could hang up while the gateway is away: restOnError of {names} is FAIL.",
        ),
    )


def _judge_spelling(answer: Fields) -> list[str]:
    """WCS is not known to understand other capitals, spaces or types; they count as missing."""
    config = read_config(answer)
    entries = {name: entry for name, entry in config.items() if isinstance(entry, dict)}
    strange = [
        f"{key} of {name}"
        for name, entry in entries.items()
        for key, value in entry.items()
        if not _is_spelt_as_documented(key, value)
    ]
    return _write_sentences(
        (strange, "{names} {are} not written as documented, so what WCS makes of {it} is unknown."),
        (
            [str(name) for name in config if name not in entries],
            "The entry of restClientConfig for {names} is no object, so WCS would take its "
            "defaults.",
        ),
    )


def _judge_excludes(answer: Fields) -> list[str]:
    from_gateway = {
        name: [field for field in fields if field in read_entry(answer, name).rest_exclude]
        for name, fields in _NEEDED_BY_GATEWAY.items()
    }
    from_page = {
        name: [field for field in fields if field in read_entry(answer, name).client_exclude]
        for name, fields in _NEEDED_BY_PAGE.items()
    }
    return _write_sentences(
        *(
            (fields, f"The gateway would not get {{names}}, which it needs: restExclude of {name}.")
            for name, fields in from_gateway.items()
        ),
        *(
            (fields, f"The page could not follow: clientExclude of {name} names {{names}}.")
            for name, fields in from_page.items()
        ),
    )


def _is_to_be_refused(method: str) -> bool:
    can_be_stopped = POSTED_METHODS[method].start in (Start.INVOCATION, Start.ARRIVAL)
    return can_be_stopped and method not in _VISITORS_METHODS


def _is_spelt_as_documented(key: str, value: object) -> bool:
    return not (
        (key in DEFAULTS and not isinstance(value, str))
        or (key in LISTS and " " in str(value))
        or (key == "restOnError" and value not in ON_ERROR)
        or (key == "restPolicy" and value not in POLICIES)
    )


def _only(names: list[str], one: str) -> list[str]:
    return [name for name in names if name == one]


def _all_but(names: list[str], one: str) -> list[str]:
    return [name for name in names if name != one]


def _list_kept(names: Iterable[str], sent: Fields, answer: Fields) -> list[str]:
    """Fields whose answer is the browser's own value; a true or false may well be the same."""
    return [
        name
        for name in names
        if sent.get(name) and not isinstance(sent[name], bool) and answer.get(name) == sent[name]
    ]


def _write_sentences(*findings: tuple[list[str], str]) -> list[str]:
    return [_write_sentence(names, text) for names, text in findings if names]


def _write_sentence(names: list[str], text: str) -> str:
    one = len(names) == 1
    listed = names[0] if one else f"{', '.join(names[:-1])} and {names[-1]}"
    return text.format(
        names=listed,
        are="is" if one else "are",
        it="it" if one else "them",
        value="value" if one else "values",
    )
