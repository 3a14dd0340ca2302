"""Of sessions that would try a password one is written, and the others leave nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from hooks.models import PasswordTrial, Session, SpentTicket
from hooks.recording import OpenedSession, Record
from hooks.row_id import new_row_id_text
from hooks.statements.parts import Parts
from hooks.statements.writing import write
from tests.wcs import NODE

SINCE = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


@pytest.fixture
def opened(cast):
    def make(session: str, **changes) -> OpenedSession:
        whole: OpenedSession = {
            "id": new_row_id_text(),
            "tenant_id": cast.acme.pk,
            "instance_id": str(cast.acme_1.pk),
            "node_id": NODE,
            "wcs_session_id": session,
            "app_key": "",
            "domain_id": None,
            "origin": "https://www.acme.example",
            "sip_account_id": str(cast.acme_account.pk),
            "sip_login": "10001",
            "connect_digest": "",
            "opened_at": SINCE,
            "node_is_new": False,
            "visitor": "",
            "visitor_display": "",
            "ticketed": True,
            "ticket_alias": "",
            "publish_alias": "",
            "play_alias": "",
            "label": "",
            "context": None,
            "jti": session,
            "spent_until": 1e10,
            "sip_password_since": SINCE,
            "tries_password": True,
        }
        return {**whole, **changes}

    return make


def write_all(*sessions: OpenedSession) -> int:
    made = Parts.of([Record(opened=one) for one in sessions])
    with connection.cursor() as cursor:
        cursor.execute(write(*map(bool, made)).decode(), [part for part in made if part])
        return len(cursor.fetchall())


def stored() -> tuple[list[str], list[str]]:
    sessions = Session.objects.order_by("wcs_session_id").values_list("wcs_session_id", flat=True)
    tickets = SpentTicket.objects.order_by("jti").values_list("jti", flat=True)
    return list(sessions), list(tickets)


def test_of_one_batch_one_tries_and_the_tickets_of_the_others_are_not_spent(opened):
    plain = opened("plain", tries_password=False, sip_password_since=None)
    assert write_all(opened("a"), opened("b"), plain) == 2

    trial = PasswordTrial.objects.get()
    tried = Session.objects.get(pk=trial.session_id)  # by chance: their ids are of one moment
    both = [tried.wcs_session_id, "plain"]
    assert tried.wcs_session_id in ("a", "b")
    assert stored() == (both, both)
    assert (trial.session_id, trial.since, trial.state) == (tried.pk, SINCE, "proving")
    assert tried.sip_password_since == SINCE
    assert Session.objects.get(wcs_session_id="plain").sip_password_since is None


def test_whoever_comes_later_does_not_try(opened):
    assert write_all(opened("a")) == 1
    assert write_all(opened("b")) == 0
    assert write_all(opened("c", tries_password=False)) == 1  # it took over meanwhile

    assert stored() == (["a", "c"], ["a", "c"])


def test_another_password_is_another_trial(opened):
    assert write_all(opened("a")) == 1
    assert write_all(opened("b", sip_password_since=SINCE.replace(hour=6))) == 1
