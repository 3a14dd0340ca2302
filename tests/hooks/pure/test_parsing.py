"""What is no WCS payload, and that a body of any shape is parsed or refused in bounded work."""

from __future__ import annotations

import contextlib
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks import payloads
from hooks.methods import METHODS, find
from hooks.payloads import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Malformed, check_shape, parse

DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000
BAD = {
    "empty": (b"", "not JSON"),
    "not json": (b"connect", "not JSON"),
    "cut": (b'{"sessionId": "s"', "not JSON"),
    "a list": (b"[]", "not a JSON object"),
    "a text": (b'"connect"', "not a JSON object"),
    "a number": (b"1", "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    "NaN": (b'{"x": NaN}', "not JSON"),
    "infinity": (b'{"x": -Infinity}', "not JSON"),
    "too large a number": (b'{"x": 1e999}', "not JSON"),
    "endless digits": (b'{"x": ' + b"9" * 10_000 + b"}", "not JSON"),
    "deep objects": (DEEP, "too many values"),
    "deep lists": (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too many values"),
    "a bit too deep": (b'{"x":' + b"[" * 32 + b"]" * 32 + b"}", "nested too deeply"),
    "a key twice": (b'{"origin": "https://evil.example", "origin": "o"}', "a key twice"),
    "a key twice, escaped": (b'{"origin": "a", "\\u006frigin": "b"}', "a key twice"),
    "a key twice within": (b'{"custom": {"a": 1, "a": 2}}', "a key twice"),
    "a key twice in a list": (b'{"custom": [[{"a": 1, "a": 2}]]}', "a key twice"),
    "an empty key twice": (b'{"": 1, "": 2}', "a key twice"),
    "NUL": (b'{"sessionId": "s\\u0000"}', "a NUL"),
    "NUL in a key": (b'{"custom": {"\\u0000": 1}}', "a NUL"),
    "NUL in a list": (b'{"custom": [1, ["\\u0000"]]}', "a NUL"),
    "a lone surrogate": (b'{"origin": "\\ud800"}', "not JSON"),
    "a lone surrogate within": (b'{"custom": ["\\udfff"]}', "not JSON"),
    "not UTF-8": (b'{"sessionId": "\xff"}', "not JSON"),
    "UTF-16": ('{"sessionId": "s"}'.encode("utf-16"), "not JSON"),
    "a byte order mark": (b'\xef\xbb\xbf{"sessionId": "s"}', "not JSON"),
    "two documents": (b"{} {}", "not JSON"),
}


@pytest.mark.parametrize(("body", "why"), BAD.values(), ids=BAD)
def test_it_refuses_a_malformed_body(body, why):
    with pytest.raises(Malformed, match=why):
        parse(body)


WRONG_TYPES = {
    "origin": [1, True, ["https://www.acme.example"], {"a": 1}, "o" * 2049],
    "sessionId": [1, [], {}, False, "s" * 513, "s" * 4096, "🙂" * 200],
    "nodeId": [1, [], "n" * 256, "🙂" * 100],
    "appKey": [1, {}, "a" * 256],
    "callId": [1, [], "c" * 256],
    "callee": [10002, ["sales"], {"alias": "sales"}, True, "s" * 513],
    "caller": [1, []],
    "inviteParameters": [1, ["X-Campaign"], True],
    "status": [1, "s" * 65],
    "sipPort": [True, [], {}, 5060.5],
    "sipLogin": [10001, []],
    "sipStatus": ["180", True, 1.5],
    "sipRegisterRequired": ["true", 1],
    "hasAudio": ["yes", 1],
    "keepAlive": ["no"],
    "mediaProviders": ["WebRTC", {}],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in WRONG_TYPES.items() for value in values],
)
def test_it_refuses_a_wrong_type_or_length(field, value):
    with pytest.raises(Malformed, match=f"^{field}: "):
        parse(json.dumps({field: value}).encode())


LONGEST = {"nodeId": 255, "appKey": 255, "sessionId": 512, "callId": 255, "callee": 512}
LONGEST |= {"origin": 2048, "status": 64}


@pytest.mark.parametrize(("field", "most"), LONGEST.items())
def test_it_takes_the_longest_text_of_a_field(field, most):
    assert parse(json.dumps({field: "x" * most}).encode())[field] == "x" * most


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sipPort", 5060),
        ("sipPort", "5061"),
        ("sipStatus", 180),
        ("sipStatus", 1e30),
        ("hasAudio", True),
        ("mediaProviders", ["WebRTC"]),
        ("custom", 1.5),
        ("custom", "text"),
        ("custom", [1, {"deep": [[["ok"]]]}]),
        ("aFieldOfALaterBuild", {"x": [1.5, None]}),
        ("clientVersion", "🙂 \\u0000"),
        *[(field, None) for field in WRONG_TYPES],
    ],
)
def test_harmless_oddities_pass(field, value):
    assert parse(json.dumps({field: value}).encode())[field] == value


def test_a_text_that_is_absent_or_null_is_empty():
    payload = parse(b'{"callee": null, "status": "RING"}')

    assert (payload.text("callee"), payload.text("origin"), payload.text("status")) == (
        "",
        "",
        "RING",
    )
    assert payload["origin"] is None


def test_the_digest_is_of_the_raw_bytes():
    bodies = [b'{"a":1}', b'{"a": 1}', b'{"a":2}']
    digests = [parse(body).digest for body in bodies]

    assert len(set(digests)) == 3
    assert digests[0] == hashlib.blake2b(bodies[0], digest_size=16).hexdigest()
    assert digests[0] not in repr(parse(bodies[0]))


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("connect", {}, "sessionId: missing"),
        ("connect", {"sessionId": ""}, "sessionId: missing"),
        ("connect", {"sessionId": "s", "status": "ESTABLISHED"}, "status: not in a connect"),
        ("connect", {"sessionId": "s", "callId": "c"}, "callId: not in a connect"),
        ("call", {"sessionId": "s"}, "callId: missing"),
        ("call", {"callId": "c"}, "sessionId: missing"),
        ("CallStatusEvent", {"status": None}, "status: missing"),
        ("ConnectionStatusEvent", {"status": ""}, "status: missing"),
        ("connect", {"sessionId": "s", "status": None}, None),
        ("call", {"sessionId": "s", "callId": "c", "status": "PENDING"}, None),
        *[(name, {}, None) for name in METHODS if not METHODS[name].requires],
    ],
)
def test_a_body_looks_like_its_methods(name, fields, why):
    payload = parse(json.dumps(fields).encode())
    if why is None:
        return check_shape(payload, find(name))
    with pytest.raises(Malformed, match=why):
        check_shape(payload, find(name))
    return None


def nested(depth: int) -> bytes:
    return b'{"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def many(values: int) -> bytes:
    """One brace or bracket less than values, so that commas make the rest."""
    return b'{"x":[' + b",".join([b"1"] * (values - 1)) + b"]}"


def test_the_bounds_are_exact():
    assert (MAX_BYTES, MAX_VALUES, MAX_DEPTH) == (262_144, 2_000, 32)
    assert parse(nested(MAX_DEPTH))
    assert parse(many(MAX_VALUES))
    with pytest.raises(Malformed, match="nested too deeply"):
        parse(nested(MAX_DEPTH + 1))
    with pytest.raises(Malformed, match="too many values"):
        parse(many(MAX_VALUES + 1))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=30, deadline=None)
@given(JSON_VALUES)
def test_a_large_body_of_any_values_takes_bounded_work(value):
    """Only objects and lists are walked, and there are never more of them than the bound."""
    item = json.dumps(value)
    items = (MAX_BYTES - 10) // (len(item) + 1)

    for count in (items, MAX_VALUES // (item.count(",") + item.count("[") + item.count("{") + 1)):
        body = f'{{"x":[{",".join([item] * count)}]}}'.encode()
        assert count_walked(body) <= MAX_VALUES


PIECES = [
    b"{",
    b"[",
    b",",
    b":",
    b'"',
    b"\\",
    b'"a":',
    b"1",
    b"}",
    b"]",
    b'{"a":',
    b'{"":[',
    b"\xff",
]
SHAPES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(b"".join)


@settings(max_examples=60, deadline=None)
@given(SHAPES, SHAPES, st.sampled_from([b"", b'{"x":', b'{"x":"', b'{"x":[']))
def test_a_large_body_of_any_bytes_is_parsed_or_refused(start, repeated, opening):
    body = (opening + start + repeated * (MAX_BYTES // len(repeated)))[:MAX_BYTES]

    assert count_walked(body) <= MAX_VALUES


def count_walked(body: bytes) -> int:
    """How many values the parser looks at."""
    walked = 0

    def counting(value, depth, count=payloads._count_keys):
        nonlocal walked
        walked += 1
        return count(value, depth)

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Malformed):
        patch.setattr(payloads, "_count_keys", counting)
        parse(body)
    return walked


def test_a_body_at_the_bound_is_walked():
    body = b'{"x":[' + b",".join([b"[]"] * 999) + b"]}"

    assert count_walked(body) == 1 + 1 + 999


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=6), JSON_VALUES, max_size=4), st.booleans())
def test_any_object_is_read_as_it_was_written(fields, ascii_only):
    body = json.dumps({"custom": fields}, ensure_ascii=ascii_only).encode("utf-8", "replace")
    if "\\u0000" in body.decode():
        return
    assert parse(body)["custom"] == json.loads(body)["custom"]


@settings(max_examples=40, deadline=None)
@given(JSON_VALUES, JSON_VALUES, st.text(alphabet='a":\\{}[],', max_size=6))
def test_a_key_twice_is_noticed_at_any_level(one, other, key):
    quoted = json.dumps(key)
    twice = f"{{{quoted}: {json.dumps(one)}, {quoted}: {json.dumps(other)}}}"
    for body in (twice, f'{{"custom": {twice}}}', f'{{"custom": [[1, {twice}]]}}'):
        with pytest.raises(Malformed):
            parse(body.encode())


def test_a_payload_stays_as_it_was_parsed():
    with pytest.raises(AttributeError):
        parse(b"{}").digest = "another"
