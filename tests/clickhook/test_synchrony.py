"""The start and doctor say when what was acknowledged is on one server only."""

from __future__ import annotations

import pytest

from clickhook.doctor.checks.replication import _judge_synchronous
from clickhook.synchrony import GONE, OFF, UNSEEN, Standbys, judge
from tests.conftest import Gateway
from tests.environment import SERVER

pytestmark = pytest.mark.proof


@pytest.mark.parametrize(
    ("standbys", "hosts", "problem"),
    [
        (Standbys(False, 0, 0, 0), 1, ""),  # nobody counts on a second server
        (Standbys(False, 0, 0, 0), 2, OFF),
        (Standbys(False, 1, 1, 0), 1, OFF),
        (Standbys(True, 1, 1, 1), 2, ""),
        (Standbys(True, 2, 1, 1), 2, ""),
        (Standbys(True, 1, 0, 0), 2, UNSEEN),
        (Standbys(True, 0, 0, 0), 2, GONE),
        (Standbys(True, 1, 1, 0), 2, GONE),
    ],
)
def test_what_it_says_of_the_standbys(standbys, hosts, problem):
    assert judge(standbys, hosts) == problem
    found = _judge_synchronous(standbys, hosts)
    assert found.is_well is not bool(problem)
    assert f"{found.sentence} {found.remedy}".strip() == problem or found.is_well


def test_a_start_with_several_hosts_and_no_standby_says_so(django_db_setup):
    places = f"host={SERVER.socket},{SERVER.socket}&port=5432,5432"
    url = f"postgresql:///clickhook?{places}&user=clickhook"
    gateway = Gateway({"DATABASE_URL": url}, workers=1).start()
    gateway.stop()
    assert gateway.log.count(OFF) == 1


def test_a_start_with_one_host_says_nothing(gateway):
    assert OFF not in gateway.log
