"""More hooks wait than find room: what has happened is kept on disk, all else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from itertools import islice

import psycopg
import pytest

from hooks.models import Call, Event
from tests.cast import ACME_SIGNING
from tests.clickhook.running_up import eventually
from tests.conftest import Gateway
from tests.environment import DATA_DIR, SERVER
from tests.faults.one.small_queue import MOST_WAITING

BEYOND = 6
WAITS_FOR_A_LOCK = "SELECT count(*) FROM pg_locks WHERE NOT granted"
# A gateway of one process, whose lane of events waits for a lock as long as the test takes.
SMALL = {"DJANGO_SETTINGS_MODULE": "tests.faults.one.small_queue", "CLICKHOOK_HOOK_DEADLINE": "14"}


@pytest.fixture
def small(django_db_setup) -> Iterator[Gateway]:
    running = Gateway(SMALL, workers=1).start()
    yield running
    running.stop()


@pytest.mark.proof
def test_events_that_find_no_room_are_recorded_later_and_once(small, cast):
    wcs = small.wcs(cast.acme_1.key, ACME_SIGNING).connected()
    wcs.post("call")

    def post(method: str, file: str | None = None) -> int:
        posting = small.wcs(cast.acme_1.key, ACME_SIGNING)
        posting.session = wcs.session
        try:
            return posting.post(method, file).status
        finally:
            posting.close()

    with ThreadPoolExecutor(MOST_WAITING + BEYOND + 1) as pool:
        with connect() as locking, connect() as looking:
            locking.execute("SELECT FROM hooks_call FOR UPDATE")
            posts: list[Future[int]] = [pool.submit(post, "CallStatusEvent", "call_ring")]
            eventually(lambda: looking.execute(WAITS_FOR_A_LOCK).fetchone() == (1,))
            for _ in range(MOST_WAITING + BEYOND):
                posts.append(pool.submit(post, "CallStatusEvent", "call_ring"))

            kept = [done.result() for done in islice(as_completed(posts), BEYOND)]
            assert kept == [200] * BEYOND
            assert post("CallStatusEvent", "call_finish") == 200
            assert post("hangup") == 200
            assert post("sendDtmf") == 503
            assert len(list(kept_lines())) == BEYOND + 2
        assert [done.result() for done in posts] == [200] * len(posts)

    eventually(lambda: Call.objects.get().ended_by == "finish")
    eventually(lambda: not list((DATA_DIR / "spool").glob("*")))
    recorded = Event.objects.filter(method="CallStatusEvent")
    assert recorded.count() == 1 + MOST_WAITING + BEYOND + 1
    assert Event.objects.filter(method="hangup").count() == 1
    assert Call.objects.get().ringing_at < Call.objects.get().ended_at
    wcs.close()


def connect() -> psycopg.Connection:
    return psycopg.connect(host=str(SERVER.socket), user="clickhook", dbname="clickhook")


def kept_lines() -> Iterator[bytes]:
    for file in (DATA_DIR / "spool").glob("*.jsonl"):
        yield from file.read_bytes().splitlines()
