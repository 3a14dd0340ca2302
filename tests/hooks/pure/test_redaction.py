"""Only fields known to be harmless are kept of a body, and each within a bound."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks.payloads import Payload
from hooks.redaction import KEPT, MAX_ITEMS, MAX_OMITTED, MAX_TEXT, redact
from tests.hooks.pure.pieces import parsed

SECRET = "a-secret"
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted(KEPT)) | st.text(max_size=80)


def redacted(**fields):
    return redact(Payload(fields, ""))


@QUICK
@given(st.dictionaries(NAMES, VALUES, max_size=10))
def test_what_is_kept_was_sent_and_is_allowed(fields):
    kept = redacted(**fields)
    omitted = kept.pop("omitted", [])

    assert set(kept) <= KEPT
    for name, value in kept.items():
        assert value == fields[name]
    assert len(kept) + len(omitted) == sum(value is not None for value in fields.values())


@QUICK
@given(
    st.dictionaries(st.text(max_size=20).filter(lambda name: name not in KEPT), VALUES, max_size=10)
)
def test_of_other_fields_only_the_name_is_kept(fields):
    assert set(redacted(**fields)) <= {"omitted"}


@pytest.mark.parametrize(
    "name",
    ["sipPassword", "sipAuthenticationName", "sdp", "sipSDP", "sipMessageRaw", "custom"]
    + ["authToken", "restClientConfig", "localMediaInfo", "aFieldOfALaterBuild"],
)
def test_these_are_never_kept(name):
    assert redacted(**{name: SECRET}) == {"omitted": [name]}


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_kept_field_holds_a_plain_value(name):
    for plain in ("text", 5, 1.5, True, ["a", "b"], []):
        assert redacted(**{name: plain}) == {name: plain}
    for holder in ({"password": SECRET}, [{"password": SECRET}], [["a"]], [1]):
        assert redacted(**{name: holder}) == {"omitted": [name]}


def test_each_part_has_a_bound():
    kept = redacted(
        status="s" * (MAX_TEXT + 1),
        mediaProviders=["m" * (MAX_TEXT + 1)] * (MAX_ITEMS + 1),
        **{f"{number:04}" + "n" * 100: 1 for number in range(MAX_OMITTED + 1)},
    )

    assert (MAX_TEXT, MAX_ITEMS, MAX_OMITTED) == (512, 20, 50)
    assert kept["status"] == "s" * 512
    assert kept["mediaProviders"] == ["m" * 512] * 20
    assert len(kept["omitted"]) == 50
    assert kept["omitted"][0] == "0000" + "n" * 60


def test_what_stands_beyond_the_bound_of_a_list_decides_nothing():
    assert redacted(mediaProviders=["a"] * MAX_ITEMS + [{}]) == {"mediaProviders": ["a"] * 20}
    assert redacted(mediaProviders=["a"] * (MAX_ITEMS - 1) + [{}]) == {
        "omitted": ["mediaProviders"]
    }


def test_null_is_as_good_as_absent():
    assert redacted(status=None, custom=None) == {}


def test_a_redacted_body_of_any_size_is_small():
    body = {name: ["m" * 10_000] * 100 for name in KEPT} | {"x" * n: "y" for n in range(1, 500)}
    size = len(orjson.dumps(redacted(**body)))

    assert size <= len(KEPT) * (MAX_ITEMS * (MAX_TEXT + 3) + 64) + MAX_OMITTED * 67


def test_a_call_keeps_neither_media_nor_secret():
    kept = redact(parsed("call"))

    assert kept["callee"] == "sales"
    assert kept["omitted"] == ["sdp", "sipSDP", "inviteParameters", "custom", "localMediaInfo"]
