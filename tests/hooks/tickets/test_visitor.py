"""Who a visitor is, by what tells them apart."""

from __future__ import annotations

import pytest

from hooks.tickets.visitor import (
    UNKNOWN,
    Told,
    address_in_session_id,
    name_address,
    name_visitor,
)

KEY = b"key"


@pytest.mark.parametrize(
    ("session_id", "address"),
    [
        ("/203.0.113.5:41234/198.51.100.7:8443", "203.0.113.5"),
        ("/5.44.168.45:53438/abcdef0123456789", "5.44.168.45"),
        ("/[2001:db8::1]:53438/[2001:db8::2]:8443", "2001:db8::1"),
        ("/0:0:0:0:0:0:0:1:53438/0:0:0:0:0:0:0:1:8443", "0:0:0:0:0:0:0:1"),
        ("/[fe80::1%eth0]:53438/x", "fe80::1"),
        ("04cfeb85-cf9c-49aa-8144-022dfc0cdd0b", ""),
        ("", ""),
        ("203.0.113.5:41234/x", ""),
        ("/203.0.113.5/x", ""),
        ("/host.example:1/x", ""),
    ],
)
def test_an_old_session_id_holds_the_address(session_id, address):
    assert address_in_session_id(session_id) == address


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.5", "203.0.113.5", True),
        ("203.0.113.5", "203.0.113.6", False),
        ("::ffff:203.0.113.5", "203.0.113.5", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_one_network_of_ipv6_is_one_visitor(one, other, same):
    assert (name_address(one, KEY).id == name_address(other, KEY).id) is same


@pytest.mark.parametrize("text", ["", "127.0.0.1", "::1", "0.0.0.0", "999.1.1.1", "name"])
def test_who_has_no_address_of_their_own_is_unknown(text):
    assert name_address(text, KEY) == UNKNOWN


def test_the_address_itself_is_not_kept():
    assert name_address("203.0.113.5", KEY).display == "203.0.113.…"
    assert name_address("2001:db8:12:34::1", KEY).display == "2001:db8:12:…"
    assert "203" not in name_address("203.0.113.5", KEY).id


def test_a_subject_is_no_address_and_no_login():
    told = {name_visitor(kind, "203.0.113.5", KEY).id for kind in Told}

    assert len(told) == 3
    assert name_address("203.0.113.5", KEY).id in told  # the third kind is the address itself
    assert (
        name_visitor(Told.BY_SUBJECT, "x", KEY).id
        != name_visitor(Told.BY_SUBJECT, "x", b"another").id
    )


@pytest.mark.parametrize("text", ["a b", "\ud800", "ключ", "x" * 128])
def test_an_id_is_one_word(text):
    assert name_visitor(Told.BY_SUBJECT, text, KEY).id.isalnum()
