"""What a real WCS would do with a gateway's answers: what the browser would learn, and whom it would dial.

Sources: docs.flashphoner.com, "restClientConfig object description", "Error handling"; client SDK. No WCS was at hand, so
where these leave something open, the worse reading counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hooks.methods import CALL_FIELDS, HIDDEN_FROM_BROWSER, METHODS, SIP_FIELDS

Fields = Mapping[str, Any]

DEFAULTS = {
    "clientExclude": "",
    "restExclude": "",
    "restOnError": "LOG",
    "restPolicy": "NOTIFY",
    "restOverwrite": "",
}
# WCS keeps these, whatever an answer says (docs.flashphoner.com, WCS 4, "overriding parameters").
CONTEXT = ("nodeId", "appKey", "sessionId")
# Without these the gateway could not tell whose hook it is, nor the browser whose news.
_NEEDED_HERE = {
    "call": (*CONTEXT, "callId", "callee"),
    **dict.fromkeys(("hangup", "CallStatusEvent"), (*CONTEXT, "callId")),
    "ConnectionStatusEvent": (*CONTEXT, "status"),
}
_NEEDED_BY_BROWSER = {"ConnectionStatusEvent": ("status",), "CallStatusEvent": ("callId", "status")}
_LISTS = ("clientExclude", "restExclude", "restOverwrite")


@dataclass(frozen=True, slots=True)
class Entry:
    """What restClientConfig says of one method; where it says nothing, WCS's own defaults."""

    method: str
    described: bool
    client_exclude: frozenset[str]
    rest_exclude: frozenset[str]
    on_error: str
    policy: str
    overwrite: frozenset[str]

    @property
    def fails_closed(self) -> bool:
        return self.on_error == "FAIL"

    @property
    def is_asked(self) -> bool:
        return self.policy != "DISABLE"

    @property
    def overwrites(self) -> bool:
        return self.policy == "OVERWRITE"


def entry(answer: Fields, method: str) -> Entry:
    found = _config(answer).get(method)
    given = found if isinstance(found, dict) else {}
    values = {
        key: given[key] if isinstance(given.get(key), str) else default
        for key, default in DEFAULTS.items()
    }
    lists = {key: frozenset(filter(None, values[key].split(","))) for key in _LISTS}
    return Entry(
        method=method,
        described=isinstance(found, dict),
        client_exclude=lists["clientExclude"],
        rest_exclude=lists["restExclude"],
        on_error=values["restOnError"],
        policy=values["restPolicy"],
        overwrite=lists["restOverwrite"],
    )


def read_answer(
    method: str, status: int, content_type: str, body: bytes
) -> tuple[dict[str, Any] | None, str]:
    """What WCS takes from it, None where it is an error to WCS; and what is wrong with it, in words."""
    if status != 200:
        return None, ""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return None, f"The answer to {method} is no JSON object, so WCS would take it for an error."
    if content_type.partition(";")[0].strip().lower() != "application/json":
        shown = content_type.partition(";")[0].strip()[:40] or "missing"
        return (
            answer,
            f"The Content-Type of the answer to {method} is {shown}, where WCS asks for application/json.",
        )
    return answer, ""


# --- what WCS would do


def posted(fields: Fields, entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in entry.rest_exclude}


def connected(sent: Fields, answer: Fields) -> dict[str, Any]:
    """The connection: of a connect the answer is always taken."""
    return {**sent, **{name: value for name, value in answer.items() if name not in CONTEXT}}


def invoked(sent: Fields, answer: Fields | None, entry: Entry) -> dict[str, Any] | None:
    """What WCS goes on with; None where it stops. The answer is None where there is none or it was an error."""
    if not entry.is_asked:
        return dict(sent)
    if answer is None:
        return None if entry.fails_closed else dict(sent)
    taken = entry.overwrite - set(CONTEXT) if entry.overwrites else frozenset()
    return {**sent, **{name: value for name, value in answer.items() if name in taken}}


def seen_by_browser(fields: Fields, entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in entry.client_exclude}


def masked(number: object) -> str:
    """Enough of a number to recognise it by."""
    text = "" if number is None else str(number)
    return f"{text[:3]}…{text[-2:]}" if len(text) > 9 else f"{text[:1]}…" if text else "nobody"


# --- what is wrong with it, in sentences


def of_connect(sent: Fields, answer: Fields) -> list[str]:
    """The answer to connect, but for its restClientConfig."""
    missing = [name for name in SIP_FIELDS if name not in answer]
    kept = _kept(SIP_FIELDS, sent, answer)
    empty = [
        name
        for name in ("sipLogin", "sipPassword", "sipDomain")
        if name in answer and not answer[name]
    ]
    return _sentences(
        (
            missing,
            "{names} {are} missing from the answer, so WCS would keep the browser's {value}.",
        ),
        (kept, "{names} in the answer {are} what the browser sent."),
        (empty, "{names} {are} empty in the answer, so the SIP server would not know the caller."),
    )


def of_config(answer: Fields) -> list[str]:
    if not isinstance(answer.get("restClientConfig"), dict):
        return [
            "The answer has no restClientConfig, so WCS would take its defaults and dial the number the browser sent."
        ]
    return [
        *_of_spelling(answer),
        *_of_needs(answer),
        *_of_call(entry(answer, "call")),
        *_of_the_others(answer),
    ]


def of_call(sent: Fields, answer: Fields, entry: Entry) -> list[str]:
    """The answer to call, given that WCS obeys it at all; that it would not is said of the restClientConfig."""
    if not entry.overwrites:
        return []
    fields = [name for name in CALL_FIELDS if name in entry.overwrite]
    missing = [name for name in fields if name not in answer]
    dialled = "{names} {are} missing from the answer to call, so WCS would dial the number the browser sent."
    others = [name for name in fields if name != "callee"]
    return [
        *_sentences(
            (["callee"] if "callee" in missing else [], dialled),
            (
                [name for name in missing if name != "callee"],
                "{names} {are} missing from the answer to call, so WCS would keep the browser's {value}.",
            ),
            (
                _kept(others, sent, answer),
                "{names} in the answer to call {are} what the browser sent.",
            ),
        ),
        *(
            ["The answer to call names no callee, so WCS would dial nobody."]
            if not answer.get("callee", True)
            else []
        ),
    ]


def of_learning(own: Fields, fields: Fields, entry: Entry) -> list[str]:
    """`fields` is what WCS has, `own` what of it the browser sent itself."""
    seen = seen_by_browser(fields, entry)
    # A true or false tells nobody anything.
    learned = [
        name
        for name in HIDDEN_FROM_BROWSER
        if seen.get(name) and not isinstance(seen[name], bool) and seen[name] != own.get(name)
    ]
    if entry.described:
        return _sentences(
            (
                learned,
                f"The browser would learn {{names}}: clientExclude of {entry.method} does not name {{it}}.",
            )
        )
    return _sentences(
        (
            learned,
            f"The browser would learn {{names}}: restClientConfig has no entry for {entry.method}.",
        )
    )


def _of_call(entry: Entry) -> list[str]:
    dial = "WCS would dial the number the browser sent:"
    if not entry.described:
        return [f"{dial} restClientConfig has no entry for call."]
    found = []
    if not entry.fails_closed:
        found.append(f"{dial} restOnError of call is {entry.on_error or 'empty'}, not FAIL.")
    if not entry.overwrites:
        return [*found, f"{dial} restPolicy of call is {entry.policy or 'empty'}, not OVERWRITE."]
    if "callee" not in entry.overwrite:
        found.append(f"{dial} restOverwrite of call does not name callee.")
    kept = [name for name in CALL_FIELDS if name not in entry.overwrite and name != "callee"]
    text = "WCS would keep the browser's {names}: restOverwrite of call does not name {it}."
    return [*found, *_sentences((kept, text))]


def _of_the_others(answer: Fields) -> list[str]:
    entries = [entry(answer, name) for name in METHODS if name not in ("connect", "call")]
    refused = [found for found in entries if not METHODS[found.method].allowed]
    return _sentences(
        (
            [found.method for found in refused if not found.described],
            "No refusal would stop {names}: restClientConfig has no entry for {it}, and WCS's default is LOG.",
        ),
        (
            [
                found.method
                for found in refused
                if found.described and found.is_asked and not found.fails_closed
            ],
            "No refusal would stop {names}: restOnError of {it} is not FAIL.",
        ),
        (
            [found.method for found in refused if not found.is_asked],
            "Nobody would stop {names}: restPolicy of {it} is DISABLE, so WCS does not ask.",
        ),
        (
            [
                found.method
                for found in entries
                if METHODS[found.method].allowed and not found.described
            ],
            "restClientConfig has no entry for {names}, so WCS would hide nothing of {it} from the browser.",
        ),
        (
            [found.method for found in entries if found.method == "hangup" and found.fails_closed],
            "Nobody could hang up while the gateway is away: restOnError of {names} is FAIL.",
        ),
    )


def _of_spelling(answer: Fields) -> list[str]:
    """Capitals, spaces and types that WCS is not known to understand; they count as if they were not there."""
    config = {name: found for name, found in _config(answer).items() if isinstance(found, dict)}
    strange = [
        f"{key} of {name}"
        for name, found in config.items()
        for key, value in found.items()
        if (key in DEFAULTS and not isinstance(value, str))
        or (key in _LISTS and " " in str(value))
        or (key == "restOnError" and value not in ("LOG", "FAIL"))
        or (key == "restPolicy" and value not in ("NOTIFY", "OVERWRITE", "DISABLE"))
    ]
    broken = [str(name) for name in _config(answer) if name not in config]
    return _sentences(
        (strange, "{names} {are} not written as documented, so what WCS makes of {it} is unknown."),
        (
            broken,
            "The entry of restClientConfig for {names} is no object, so WCS would take its defaults.",
        ),
    )


def _of_needs(answer: Fields) -> list[str]:
    here = {
        name: [field for field in fields if field in entry(answer, name).rest_exclude]
        for name, fields in _NEEDED_HERE.items()
    }
    browser = {
        name: [field for field in fields if field in entry(answer, name).client_exclude]
        for name, fields in _NEEDED_BY_BROWSER.items()
    }
    return _sentences(
        *(
            (fields, f"The gateway would not get {{names}}, which it needs: restExclude of {name}.")
            for name, fields in here.items()
        ),
        *(
            (fields, f"The page could not follow: clientExclude of {name} names {{names}}.")
            for name, fields in browser.items()
        ),
    )


def _config(answer: Fields) -> dict[str, Any]:
    config = answer.get("restClientConfig")
    return config if isinstance(config, dict) else {}


def _kept(names: Iterable[str], sent: Fields, answer: Fields) -> list[str]:
    """Fields whose answer is the browser's own value; a true or false may well be the same."""
    return [
        name
        for name in names
        if sent.get(name) and not isinstance(sent[name], bool) and answer.get(name) == sent[name]
    ]


def _sentences(*found: tuple[list[str], str]) -> list[str]:
    return [_sentence(names, text) for names, text in found if names]


def _sentence(names: list[str], text: str) -> str:
    one = len(names) == 1
    listed = names[0] if one else f"{', '.join(names[:-1])} and {names[-1]}"
    return text.format(
        names=listed,
        are="is" if one else "are",
        it="it" if one else "them",
        value="value" if one else "values",
    )
