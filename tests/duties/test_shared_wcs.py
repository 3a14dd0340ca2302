"""Messages of several tenants, and more than there is time for, at one WCS."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hooks.models import DataMessage, DataRecipient
from hooks.wcs.messages.attempt import Chunk, TakenRecipient, hand_over
from hooks.wcs.messages.sending import send_to_session
from hooks.wcs.rest_api.access import open_rest_api
from tests.duties.pages import PATH, make_page, work


@pytest.mark.proof
def test_a_flood_of_one_tenant_delays_no_other_at_the_same_wcs(cast, pages, rest, wcs_with_rest):
    """Whose messages come after hundreds of another's, are told second."""
    theirs = make_page(cast.globex, wcs_with_rest, rest)
    flood = DataMessage.objects.bulk_create(
        DataMessage(tenant=cast.acme, goes_to="everybody", text=str(number), by="flood")
        for number in range(200)
    )
    for page in pages:
        DataRecipient.objects.bulk_create(
            DataRecipient(tenant=cast.acme, message=message, session=page, instance=wcs_with_rest)
            for message in flood
        )
    send_to_session(cast.globex, theirs.pk, "Hello.", "joe")
    work()
    texts = [one["payload"]["text"] for one in rest.asked_for(PATH)]
    assert texts.index("Hello.") <= 1
    assert {*texts} == {"Hello.", *map(str, range(200))}
    assert not DataRecipient.objects.exclude(state="taken").exists()


def test_what_there_is_no_time_for_waits_before_its_lease_ends(pages, rest, wcs_with_rest):
    api = open_rest_api(wcs_with_rest.pk, rest.url, "", "")
    recipients = [
        TakenRecipient(number, uuid4(), "Hello.", pages[0].wcs_session_id, True, False)
        for number in range(3)
    ]
    handed = hand_over(Chunk(wcs_with_rest.pk, api, recipients), takes_lists=True, within=0)
    results = [(one.state, one.result) for one in handed.noted]
    assert results == [("taken", ""), ("waiting", "slow"), ("waiting", "slow")]
    assert len(rest.asked_for(PATH)) == 1
