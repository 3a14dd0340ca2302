"""A public URL as browsers write it, host names, and the address to listen on."""

from __future__ import annotations

import pytest

from clickhook.addresses import (
    Address,
    is_every_address,
    make_origins,
    parse_bind,
    parse_hosts,
    parse_public_url,
)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://Gateway.Example", "https://gateway.example"),
        ("HTTPS://gateway.example", "https://gateway.example"),
        ("https://gateway.example:443", "https://gateway.example"),
        ("https://gateway.example:", "https://gateway.example"),
        ("https://gateway.example/", "https://gateway.example"),
        ("https://gateway.example.", "https://gateway.example"),
        ("https://gateway.example.:8443//", "https://gateway.example:8443"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
        ("https://xn--gtway-hra.example", "https://xn--gtway-hra.example"),
        ("http://LocalHost:8000", "http://localhost:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_public_url_is_written_as_browsers_do(written, url):
    assert parse_public_url(written) == url


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("https://gateway.example?x=1", "query"),
        ("https://gateway.example?", "query"),
        ("https://gateway.example/#top", "fragment"),
        ("https://user:S3cret@gateway.example", "password"),
        ("https://gateway.example/clickhook", "path"),
        ("https://gateway.example:0", "port"),
        ("https://gateway.example:65536", "port"),
        ("https://gateway.example:" + "9" * 5000, "port"),
        ("https://gateway.example:x", "HOST:PORT"),
        ("https://gate way.example", "host name"),
        ("https://*.example", "host name"),
        ("https://gätway.example", "xn--"),
        ("https://gateway..example", "host name"),
        ("https://" + "x" * 254, "host name"),
        ("https://1.2.3", "IP address"),
        ("https://0x7f000001", "IP address"),
        ("https://[2001:db8:::1]", "such as|IP address"),
        ("https://[bad", "such as"),
        ("https://", "such as"),
        ("https:///x", "such as"),
        ("gateway.example", "such as"),
        ("", "such as"),
        ("ftp://gateway.example", "such as"),
        ("http://gateway.example", "localhost"),
        ("http://localhost.evil.example", "localhost"),
    ],
)
def test_any_other_public_url_is_refused_with_the_reason(written, reason):
    with pytest.raises(ValueError, match=reason) as refused:
        parse_public_url(written)
    assert "S3cret" not in str(refused.value)


def test_hosts_may_have_commas_or_spaces_between():
    assert parse_hosts("Two.example,, three.example. four.example:8443\n.five.example *") == [
        Address("two.example", 0),
        Address("three.example", 0),
        Address("four.example", 8443),
        Address(".five.example", 0),
        Address("*", 0),
    ]


@pytest.mark.parametrize("written", ["https://x.example", "x.example/path", "x:y", "a,b c/d", "."])
def test_what_is_not_a_host_is_refused(written):
    with pytest.raises(ValueError, match="^ha?[so]"):
        parse_hosts(written)


def test_forms_are_taken_from_every_host():
    hosts = parse_hosts("two.example three.example:9443 .four.example *")
    assert make_origins("https://gateway.example", hosts) == [
        "https://gateway.example",
        "https://two.example",
        "https://three.example:9443",
        "https://*.four.example",
        "https://four.example",
    ]
    assert make_origins("https://gateway.example:8443", hosts[:1]) == [
        "https://gateway.example:8443",
        "https://two.example",
        "https://two.example:8443",
    ]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        (":8300", ("", 8300)),
        ("localhost", ("localhost", 8000)),
        ("[::]:8300", ("[::]", 8300)),
        ("[::1]", ("[::1]", 8000)),
        ("", ("", 8000)),
    ],
)
def test_an_address_to_listen_on(written, address):
    assert parse_bind(written) == address


@pytest.mark.parametrize(
    "written", ["::1:8000", "localhost:http", "x:y:z", "x:0", "unix:/x", "a b", "8300"]
)
def test_what_cannot_be_listened_on_is_refused(written):
    with pytest.raises(ValueError, match="HOST:PORT|port|host name"):
        parse_bind(written)


def test_some_addresses_mean_every_address():
    every = ["", "0.0.0.0", "[::]", "[::0]"]
    assert [is_every_address(host) for host in every] == [True] * 4
    assert [is_every_address(host) for host in ["127.0.0.1", "[::1]", "x.example"]] == [False] * 3
