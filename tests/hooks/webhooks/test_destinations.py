"""A webhook goes where it may, and nowhere else, whatever the name or the server does."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time

import pytest

from hooks.webhooks import exchange
from hooks.webhooks.exchange import Answer, Network
from hooks.webhooks.failures import Failure
from tenants import public_addresses
from tenants.webhooks import allowed_networks
from tenants.webhooks.allowed_networks import may_reach, parse_allowed_networks
from tenants.webhooks.url import BadWebhookUrl, check_webhook_url
from tests.hooks.webhooks.receiver import receiving, reply
from tests.tenants.web_site import LOCAL, make_certificate, silent_server

LOOPBACK = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"),
    *("127.0.0.1.", "0", "localhost", "crm.localhost", "LOCALHOST."),
    *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
]
# The special ranges of IANA's registries, and of two guard libraries (microsoft-antissrf 1.0.0,
# ssrfguard 0.4.1), each by one address.
INSIDE = [
    *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.53", "169.254.169.254", "172.16.5.4"),
    *("192.0.0.8", "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1"),
    *("192.88.99.1", "192.168.1.1", "192.175.48.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808"),
    *("64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1", "2001:2::1", "2001:10::1"),
    *("2001:20::1", "2001:db8::1", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_no_spelling_of_loopback_is_taken_or_asked(host):
    url = f"https://{host}/hook"
    with pytest.raises(BadWebhookUrl, match="not a public one"):
        check_webhook_url(url, [])
    assert Network(allowed=[]).post(url, {}, b"{}") in (
        Answer(Failure.NOT_ALLOWED),
        Answer(Failure.NO_ADDRESS),  # a resolver need not know this spelling
    )


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_reached_not_even_as_one_of_several(address):
    assert not may_reach([], address, 443, "https")
    network = Network(lambda host: ["93.184.216.34", address], [])
    assert network.post("https://crm.example/", {}, b"{}").failure is Failure.NOT_ALLOWED


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example/", "port 443 only"),
        ("https://crm.example:8443/", "port 443 only"),
        ("https://user:password@crm.example/", "without user and password"),
        ("https://crm.example/#x", "without #"),
        ("https://crm.example\\evil", "letters, digits"),
        ("https://crm%2eexample/", "letters, digits"),
        ("ftp://crm.example/", "with https"),
        ("https:///x", "with https"),
        ("https://crm.example:99999/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://crm.example/a b", "without spaces"),
        ("https://crm.example/\r\nX: y", "without spaces"),
        ("https://①②⑦.⓪.⓪.①/", "xn--"),
        ("https://crm.example/" + "x" * 500, "at most 500"),
    ],
)
def test_a_bad_url_is_refused_with_the_reason(url, why):
    with pytest.raises(BadWebhookUrl, match=why):
        check_webhook_url(url, [])


def test_the_operator_opens_networks_and_ports_and_nothing_beside():
    allowed = parse_allowed_networks("10.1.2.0/24:8080, [fd00::/8]:443, public:80")
    assert [str(one) for one in allowed] == ["10.1.2.0/24:8080", "[fd00::/8]:443", "public:80"]
    reached = [
        ("10.1.2.3", 8080, "http"),
        ("fd00::5", 443, "https"),
        ("93.184.216.34", 80, "http"),
    ]
    assert all(may_reach(allowed, *one) for one in reached)
    others = [
        ("10.1.2.3", 80, "http"),
        ("10.1.3.3", 8080, "http"),
        ("::ffff:10.1.2.3", 8080, "http"),
        ("fd00::5%eth0", 443, "https"),
        ("127.0.0.1", 80, "http"),
        ("93.184.216.34", 443, "http"),
    ]
    assert not any(may_reach(allowed, *one) for one in others)
    check_webhook_url("http://crm.inside:8080/", allowed)
    for text in ("10.1.2.0/24", "10.1.2.3/24:80", "10.0.0.0/8:0", "0.0.0.0/0:80", "x:80", "1:2:3"):
        with pytest.raises(ValueError, match=r"takes|holds|opens"):
            parse_allowed_networks(text)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "crm.example")


@pytest.fixture
def network(receiver, monkeypatch):
    """It knows one name, at a port of this machine that the operator opened."""
    monkeypatch.setattr(exchange, "ANSWER_WITHIN", 1.0)
    allowed = parse_allowed_networks(f"127.0.0.0/8:{receiver.port}")
    return Network(lambda host: [LOCAL], allowed)


def url_of(receiver, scheme="http") -> str:
    return f"{scheme}://crm.example:{receiver.port}/hook?a=b"


def test_a_name_is_resolved_once_and_its_address_is_pinned(receiver, network):
    answers = [[LOCAL], ["169.254.169.254"]]
    asked = Network(lambda host: answers.pop(0), network.allowed)
    assert asked.post(url_of(receiver), {}, b"{}") == Answer(None, 204)
    assert len(answers) == 1
    assert receiver.received[0].headers["host"] == f"crm.example:{receiver.port}"
    assert receiver.received[0].path == "/hook?a=b"
    assert asked.post(url_of(receiver), {}, b"{}").failure is Failure.NOT_ALLOWED
    assert len(receiver.received) == 1


def test_a_redirect_is_not_followed(receiver, network):
    inside = f"http://127.0.0.1:{receiver.port}/inside"
    receiver.answer = lambda request, received: reply(request, 307, Location=inside)
    assert network.post(url_of(receiver), {}, b"{}").failure is Failure.REDIRECTED
    assert len(receiver.received) == 1


def _drip_header(request, received) -> None:
    with contextlib.suppress(OSError):
        for character in b"HTTP/1.1 204 No Content\r\n" * 100:
            request.wfile.write(bytes([character]))
            request.wfile.flush()
            time.sleep(0.1)


def _without_end(request, received) -> None:
    request.send_response(200)
    request.end_headers()
    with contextlib.suppress(OSError):
        while True:
            request.wfile.write(b"x" * 1_000_000)


def _drip_body(request, received) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    time.sleep(5)


BAD_SERVERS = [
    (lambda request, received: time.sleep(5), Failure.SLOW, None),
    (_drip_header, Failure.SLOW, None),
    (lambda request, received: request.wfile.write(b"nonsense\r\n\r\n"), Failure.NONSENSE, None),
    (lambda request, received: None, Failure.AWAY, None),  # closes without an answer
    (lambda request, received: reply(request, 500, b"a\0b"), Failure.STATUS, 500),
    (_without_end, None, 200),
    (_drip_body, None, 200),
]


@pytest.mark.proof
@pytest.mark.parametrize(("answer", "failure", "status"), BAD_SERVERS)
def test_a_bad_server_costs_bounded_time_and_bytes(receiver, network, answer, failure, status):
    receiver.answer = answer
    began = time.monotonic()
    given = network.post(url_of(receiver), {}, b"{}")
    assert time.monotonic() - began < 4
    assert (given.failure, given.status) == (failure, status)
    assert len(given.text) <= exchange.KEPT_BYTES
    assert "\0" not in given.text


def test_malformed_headers_do_not_bring_the_url_into_the_log(receiver, network, caplog):
    answer = b"HTTP/1.1 204 No Content\r\nno colon here\r\n\r\n"
    receiver.answer = lambda request, received: request.wfile.write(answer)
    with caplog.at_level("DEBUG"):
        assert network.post(url_of(receiver), {}, b"{}") == Answer(None, 204)
    assert "/hook" not in caplog.text


def test_a_proxy_of_the_environment_is_not_asked(receiver, network, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    assert network.post(url_of(receiver), {}, b"{}") == Answer(None, 204)
    assert receiver.received[0].path == "/hook?a=b"


def test_the_next_address_is_asked_where_one_is_away(receiver, network):
    several = Network(lambda host: ["127.0.0.2", LOCAL], network.allowed)
    assert several.post(url_of(receiver), {}, b"{}") == Answer(None, 204)


def test_a_server_that_never_says_a_word_of_tls_is_slow(receiver, network, monkeypatch):
    monkeypatch.setattr(exchange, "CONNECT_WITHIN", 0.3)
    with silent_server() as port:
        allowed = parse_allowed_networks(f"127.0.0.0/8:{port}")
        silent = Network(network.resolve, allowed)
        given = silent.post(f"https://crm.example:{port}/", {}, b"{}")
    assert given.failure is Failure.SLOW


def test_nobody_listens(network, receiver):
    with receiving() as gone:
        port = gone.port
    allowed = parse_allowed_networks(f"127.0.0.0/8:{port}")
    closed = Network(network.resolve, allowed)
    assert closed.post(f"http://crm.example:{port}/", {}, b"").failure is Failure.AWAY


def test_tls_is_verified_for_the_name(certificate, monkeypatch):
    monkeypatch.setattr(exchange, "ANSWER_WITHIN", 5.0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server((LOCAL, 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with contextlib.suppress(OSError), context.wrap_socket(plain, True) as connected:
                    # Headers and body come in two pieces. Whoever closes with one of them unread
                    # resets the connection, and the answer may be lost with it.
                    asked = b""
                    while not asked.endswith(b"\r\n\r\n{}") and (piece := connected.recv(65536)):
                        asked += piece
                    connected.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    port = listener.getsockname()[1]
    monkeypatch.setattr(allowed_networks, "is_public", lambda address: address == LOCAL)
    trusting = ssl.create_default_context(cafile=certificate)
    allowed = parse_allowed_networks(f"public:{port}")
    network = Network(lambda host: [LOCAL], allowed, trusting)
    assert network.post(f"https://crm.example:{port}/", {}, b"{}") == Answer(None, 204)
    other = network.post(f"https://other.example:{port}/", {}, b"{}")
    assert other.failure is Failure.UNTRUSTED
    untrusting = Network(lambda host: [LOCAL], allowed)
    assert untrusting.post(f"https://crm.example:{port}/", {}, b"").failure is Failure.UNTRUSTED
    listener.close()


def test_public_addresses_are_reached():
    for address in ("93.184.216.34", "2606:2800:220:1::1"):
        assert public_addresses.is_public(address)
        assert may_reach([], address, 443, "https")
