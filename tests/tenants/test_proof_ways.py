"""The two ways of a proof, and addresses inside our own network, which are never asked."""

from __future__ import annotations

import ssl
import time

import pytest

from tenants import public_addresses
from tenants.proof import txt_records, web_file
from tenants.proof.txt_records import LookUpFailed
from tenants.proof.web_file import PATH, WebSite
from tests.tenants.web_site import LOCAL, make_certificate, serving, silent_server

HOST = "www.acme.example"
LINE = "clickhook-verify=5eed"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), HOST)


@pytest.fixture
def site(certificate, monkeypatch):
    """The web site of www.acme.example, at an address that counts as public here."""
    monkeypatch.setattr(public_addresses, "is_public", lambda address: address == LOCAL)
    with serving(certificate) as running:
        running.body = f"{LINE}\n".encode()
        yield running


@pytest.fixture
def look(site, certificate):
    context = ssl.create_default_context(cafile=certificate)
    return lambda host=HOST: WebSite(lambda name: [LOCAL], site.port, context).look(host, LINE)


def test_a_file_with_our_line_proves(site, look):
    assert look() == ""
    assert site.hits == [(PATH, f"{HOST}:{site.port}")]


def test_our_line_may_stand_among_others(site, look):
    site.body = f"hello\r\n  {LINE}  \r\nclickhook-verify=other".encode()

    assert look() == ""


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"clickhook-verify=other", 200, "does not hold our line"),
        (f"{LINE}00".encode(), 200, "does not hold our line"),
        (f"<p>{LINE}</p>".encode(), 200, "does not hold our line"),
        (b"x\n" * 5000 + LINE.encode(), 200, "does not hold our line"),
        (b"\xff\xfe\x00", 200, "does not hold our line"),
        (LINE.encode(), 404, "answers 404"),
        (LINE.encode(), 301, "redirects"),
        (LINE.encode(), 308, "redirects"),
    ],
)
def test_anything_else_proves_nothing(site, look, body, status, problem):
    site.body, site.status = body, status
    site.headers = {"Location": f"https://{HOST}/elsewhere"}

    assert problem in look()
    assert len(site.hits) == 1


def test_the_certificate_is_of_the_host(look):
    assert "no valid TLS certificate" in look("other.example")


def test_a_certificate_that_nobody_trusts_proves_nothing(site):
    own = WebSite(lambda name: [LOCAL], site.port)

    assert "no valid TLS certificate" in own.look(HOST, LINE)
    assert site.hits == []


def test_a_site_that_drips_is_left(site, look, monkeypatch):
    monkeypatch.setattr(web_file, "ANSWER_WITHIN", 0.5)
    site.seconds_a_byte, site.body = 0.2, b"x" * 100
    begin = time.monotonic()

    assert look()
    assert time.monotonic() - begin < 2


def test_a_site_that_never_begins_tls_is_left(site, monkeypatch):
    monkeypatch.setattr(web_file, "ANSWER_WITHIN", 0.3)
    with silent_server() as port:
        assert "did not answer" in WebSite(lambda name: [LOCAL], port).look(HOST, LINE)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "2001:0:a00:1::1",
        "nonsense",
    ],
)
def test_no_address_inside_is_asked(site, monkeypatch, address):
    monkeypatch.undo()
    for addresses in ([address], ["93.184.216.34", address]):
        problem = WebSite(lambda name, found=addresses: found, site.port).look(HOST, LINE)
        assert problem == f"{HOST} has the address {address}, which is not a public one."
    assert site.hits == []


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses_are_asked(address):
    assert public_addresses.is_public(address)


def test_a_name_is_resolved_once(site, certificate):
    """A second answer might lead inside."""
    asked = []
    context = ssl.create_default_context(cafile=certificate)

    def resolve(name):
        asked.append(name)
        return [LOCAL]

    assert WebSite(resolve, site.port, context).look(HOST, LINE) == ""
    assert asked == [HOST]


def no_address(name):
    raise OSError


def test_a_name_without_an_address(site):
    for resolve in (no_address, lambda name: []):
        assert WebSite(resolve).look(HOST, LINE) == f"The name {HOST} has no address."


def fail_to_read(name):
    raise LookUpFailed("The name servers gave no answer.")


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ([LINE], ""),
        (["v=spf1", f" {LINE} "], ""),
        ([], "_clickhook.www.acme.example has no TXT record."),
        (["v=spf1"], "_clickhook.www.acme.example has other TXT records than ours."),
    ],
)
def test_a_record_with_our_line_proves(texts, problem):
    assert txt_records.look(HOST, LINE, {f"_clickhook.{HOST}": texts}.__getitem__) == problem


def test_name_servers_that_do_not_answer_prove_nothing():
    assert txt_records.look(HOST, LINE, fail_to_read) == "The name servers gave no answer."


def test_without_the_library_there_are_files_alone(monkeypatch):
    monkeypatch.setattr(txt_records, "HAS_RESOLVER", False)

    assert txt_records.look(HOST, LINE) == txt_records.MISSING
