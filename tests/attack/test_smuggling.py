"""No bytes are two requests to one server and one to another: direct, and through a real nginx."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hooks.models import Event, Session
from hooks.reasons import Decision
from tests.attack import forms
from tests.attack.forms import DOUBTFUL, FIRST, METRICS, PATHS, SECOND, UNDERSTOOD, post
from tests.attack.wire import PROBE, Answers, exchange, read_answers
from tests.clickhook.nginx import PROGRAM, Nginx
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

OK = PROBED = 200
REFUSALS = {400, 404, 408, 413, 501, 505}
needs_nginx = pytest.mark.skipif(not PROGRAM, reason="needs nginx")


class Outcome(NamedTuple):
    statuses: tuple[int, ...]
    opened: frozenset[str]


class Door(NamedTuple):
    port: int
    context: ssl.SSLContext | None = None

    def ask(self, sent: bytes) -> Answers:
        return read_answers(asyncio.run(exchange(self.port, sent, self.context)))

    def try_out(self, sent: bytes) -> Outcome:
        """What it opened is gone afterwards, so that the next form can open it again."""
        answers = self.ask(sent + PROBE)
        opened = frozenset(Session.objects.values_list("wcs_session_id", flat=True))
        assert Event.objects.filter(decision=Decision.ALLOWED).count() == len(opened)
        Event.objects.all().delete()
        Session.objects.all().delete()
        return Outcome(answers.statuses, opened)

    def try_all(self, sent: dict[str, bytes]) -> dict[str, Outcome]:
        return {name: self.try_out(one) for name, one in sent.items()}


@pytest.fixture(scope="module")
def impatient(django_db_setup) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_REQUEST_DEADLINE": "0.5"}, workers=1).start()
    yield running
    running.stop()


@pytest.fixture
def direct(cast, impatient) -> Door:
    return Door(impatient.port)


@pytest.fixture
def nginx(cast, impatient, tmp_path) -> Iterator[Door]:
    yield from through_nginx(impatient, tmp_path)


@pytest.fixture
def nginx_for_others(cast, impatient, tmp_path) -> Iterator[Door]:
    """Only another address than ours may post hooks."""
    yield from through_nginx(impatient, tmp_path, "#wcs")


def through_nginx(gateway: Gateway, directory: Path, *marks: str) -> Iterator[Door]:
    running = Nginx(directory, [gateway, gateway], *marks)
    file = directory / "nginx.conf"
    file.write_text(file.read_text().replace("_timeout 10s", "_timeout 500ms"))
    running.start()
    yield Door(running.port, ssl._create_unverified_context())
    running.stop()


def test_each_whole_request_is_taken_once(direct):
    assert direct.try_all(UNDERSTOOD) == dict.fromkeys(
        UNDERSTOOD, Outcome((OK, PROBED), frozenset({FIRST}))
    )


def test_two_requests_in_one_piece_are_two(direct):
    both = direct.try_out(post(forms.LENGTH) + forms.INNER)

    assert both == ((OK, OK, PROBED), {FIRST, SECOND})


def test_what_is_doubtful_is_refused_and_the_connection_closed(direct):
    taken = {
        name: outcome
        for name, outcome in direct.try_all(DOUBTFUL).items()
        if outcome.opened or len(outcome.statuses) != 1 or outcome.statuses[0] not in REFUSALS
    }
    assert taken == {}


@needs_nginx
def test_nginx_and_the_gateway_count_alike(nginx):
    """nginx may mend what is doubtful, or refuse it; the second request is never one."""
    allowed = [Outcome((OK, PROBED), frozenset({FIRST})), Outcome((400, PROBED), frozenset())]
    allowed += [Outcome((status,), frozenset()) for status in REFUSALS]
    allowed += [Outcome((), frozenset())]  # an answer to HTTP/0.9 has no head
    taken = {
        name: outcome
        for name, outcome in nginx.try_all(UNDERSTOOD | DOUBTFUL).items()
        if outcome not in allowed
    }
    assert taken == {}


def to(path: str) -> bytes:
    return post(forms.LENGTH, line=f"POST {path} HTTP/1.1")


def test_a_hook_has_one_path(direct):
    found = {path: bool(direct.try_out(to(path)).opened) for path in PATHS}

    assert found == PATHS


@needs_nginx
def test_a_path_is_the_same_to_nginx_and_to_the_gateway(nginx, nginx_for_others):
    found = {path: bool(nginx.try_out(to(path)).opened) for path in PATHS}
    for_others = {path: nginx_for_others.try_out(to(path)) for path in PATHS}

    assert found == PATHS
    assert not any(outcome.opened for outcome in for_others.values())
    assert {for_others[path].statuses[0] for path, is_hook in PATHS.items() if is_hook} == {403}


@needs_nginx
def test_no_spelling_of_the_path_reads_metrics_through_nginx(nginx):
    for path in METRICS:
        sent = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        assert nginx.ask(sent + PROBE).statuses in [(404, PROBED), (400,)], path
