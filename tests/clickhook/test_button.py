"""GET /button.js and the Web SDK beside it, as a customer's page gets them."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from clickhook.button import script, websdk
from tests.conftest import Gateway
from tests.environment import DATA_DIR

BUDGET = 115_000  # bytes on the wire for a first call: button.js and the Web SDK
# The Web SDK gzipped, as manage.py websdk puts it there; a test in tests/e2e measures the real one.
SDK_BYTES = 92_059
SDK = b"// an SDK\n" * 100


def forget() -> None:
    """As if this were the first request."""
    script.text.cache_clear()
    script.etag.cache_clear()


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def browser(settings, tmp_path) -> Client:
    settings.STATIC_ROOT = tmp_path
    return Client(headers={"host": "localhost"})


def test_any_page_may_load_it(browser):
    answer = browser.get("/button.js", headers={"origin": "https://www.acme.example"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.content.decode().rstrip().endswith("})();")


def test_it_is_cached_and_asked_for_again(browser):
    first = browser.get("/button.js")
    assert first.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    for encoding in ("", "gzip"):
        tag = browser.get("/button.js", headers={"accept-encoding": encoding}).headers["ETag"]
        again = browser.get(
            "/button.js", headers={"accept-encoding": encoding, "if-none-match": tag}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert browser.get("/button.js", headers={"if-none-match": '"older"'}).status_code == 200


def test_its_etag_says_what_it_holds(browser, monkeypatch):
    before = browser.get("/button.js").headers["ETag"]
    monkeypatch.setattr(websdk, "state", lambda static_root: websdk.State.HERE)
    forget()
    assert browser.get("/button.js").headers["ETag"] != before


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_it_is_only_read(browser, method):
    assert getattr(browser, method)("/button.js").status_code == 405


def test_a_call_loads_little(browser):
    answer = browser.get("/button.js", headers={"accept-encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).decode() == script.text()
    assert len(answer.content) + SDK_BYTES <= BUDGET


def test_it_holds_every_source(browser):
    text = browser.get("/button.js").content.decode()
    sources = {path.name for path in script.SOURCE.iterdir()}
    assert sources == {*script.PARTS, script.LOOK}
    lines = set(text.splitlines())
    for part in script.PARTS:
        own = (script.SOURCE / part).read_text().splitlines()
        code = [line.lstrip() for line in own if not line.lstrip().startswith(("//", "/*", "*"))]
        assert lines.issuperset(code), part


def test_without_the_web_sdk_it_knows_that_there_is_none(browser):
    assert "const SDK = null;" in browser.get("/button.js").content.decode()


def test_a_damaged_web_sdk_is_none(browser, tmp_path):
    file = tmp_path / websdk.FOLDER / websdk.FILE
    file.parent.mkdir(parents=True)
    file.write_text("something else")
    assert "const SDK = null;" in browser.get("/button.js").content.decode()


@pytest.fixture(scope="module")
def gateway_with_something_for_an_sdk(django_db_setup) -> Iterator[Gateway]:
    folder = DATA_DIR / "static-of-the-button" / websdk.FOLDER
    folder.mkdir(parents=True)
    (folder / websdk.FILE).write_bytes(SDK)
    (folder / f"{websdk.FILE}.gz").write_bytes(gzip.compress(SDK))
    (folder / "NOTICE.txt").write_text("a notice")
    running = Gateway({"CLICKHOOK_STATIC_DIR": str(folder.parent.parent)}, workers=1).start()
    yield running
    running.stop()


def get(gateway: Gateway, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def test_the_web_sdk_lies_beside_it(gateway_with_something_for_an_sdk):
    status, headers, content = get(
        gateway_with_something_for_an_sdk, f"/{websdk.URL_PATH}", **{"Accept-Encoding": "gzip"}
    )
    assert (status, gzip.decompress(content)) == (200, SDK)
    assert headers["content-type"] == 'text/javascript; charset="utf-8"'
    assert headers["cache-control"] == "max-age=315360000, public, immutable"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    notice = str(Path(websdk.URL_PATH).with_name("NOTICE.txt"))
    assert get(gateway_with_something_for_an_sdk, f"/{notice}")[2] == b"a notice"


def test_the_real_server_gives_the_button(gateway_with_something_for_an_sdk):
    status, headers, content = get(gateway_with_something_for_an_sdk, "/button.js")
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert b"const SDK = null;" in content
    assert (
        get(gateway_with_something_for_an_sdk, "/button.js", **{"If-None-Match": headers["etag"]})[
            0
        ]
        == 304
    )
