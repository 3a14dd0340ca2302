"""What a refusal tells the visitor: that something is not available, and never why."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from hooks.reasons import Decision, Reason
from hooks.reasons.neutral import Subject, refusal


@pytest.mark.parametrize(
    ("subject", "what"),
    [(Subject.CALLS, "Calls"), (Subject.STREAMS, "Streams"), (Subject.MESSAGES, "Messages")],
)
def test_a_refusal_names_what_was_asked_for(subject, what):
    here = refusal(HTTPStatus.FORBIDDEN, subject)
    assert here == {"status": 403, "reason": f"{what} are not available here"}
    now = refusal(HTTPStatus.SERVICE_UNAVAILABLE, subject)
    assert now == {"status": 503, "reason": f"{what} are not available now"}


def test_whatever_is_refused_has_its_neutral_sentence():
    refused = {reason.status for reason in Reason if reason.decision is Decision.REFUSED}
    told = [refusal(status, subject)["reason"] for status in refused for subject in Subject]
    assert all(told)
    assert not set(told) & {reason.sentence for reason in Reason}


def test_a_status_of_an_error_is_a_refusal_and_no_other_is():
    for reason in Reason:
        assert (reason.decision is Decision.REFUSED) == (reason.status != HTTPStatus.OK)
