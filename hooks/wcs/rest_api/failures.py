"""What can go wrong between the gateway and a WCS's REST API, and what to do about it."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    sentence: str
    remedy: str

    def __new__(cls, word: str, sentence: str, remedy: str) -> Failure:
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence, member.remedy = sentence, remedy
        return member

    @property
    def advice(self) -> str:
        return f"{self.sentence} {self.remedy}"

    @classmethod
    def advice_on(cls, word: str) -> str:
        """The word itself where only a later version knows it."""
        known = {failure.value: failure.advice for failure in cls}
        return known.get(word, word)

    NOT_SET = (
        "not_set",
        "This WCS instance has no REST API entered, so no call can be ended there.",
        "Enter the URL, user and password of its REST API on the instance's page.",
    )
    UNREADABLE = (
        "unreadable",
        "The stored password of the REST API does not open: the key ring lacks its key.",
        "Restore the key (the operator), or enter the password again on the instance's page.",
    )
    AWAY = (
        "away",
        "The REST API cannot be reached.",
        "See that WCS runs, and that the gateway reaches the URL's host and port.",
    )
    UNTRUSTED = (
        "untrusted",
        "The certificate of the REST API is not trusted, so nothing was sent.",
        "Give WCS a certificate that this machine trusts for the host in the URL.",
    )
    SLOW = (
        "slow",
        "The REST API did not answer in time.",
        "See the load of that WCS and the network to it.",
    )
    CREDENTIALS = (
        "credentials",
        "The REST API refused the user or the password.",
        "Enter the REST user of that WCS again on the instance's page.",
    )
    REDIRECTED = (
        "redirected",
        "The REST API redirects to another address, which is not followed.",
        "Enter the final URL of the REST API on the instance's page.",
    )
    NOT_FOUND = (
        "not_found",
        "The REST API does not know this.",
        "If WCS still has the call, the path in the URL is wrong: it ends in /rest-api.",
    )
    NONSENSE = (
        "nonsense",
        "The answer is not one of WCS's REST API.",
        "See that the URL on the instance's page is the one of WCS's REST API.",
    )
    FAULT = (
        "fault",
        "The REST API reports a fault of its own.",
        "See the log of that WCS.",
    )


# Nothing else that is asked of that WCS now would fare better.
UNREACHABLE = {
    Failure.NOT_SET,
    Failure.UNREADABLE,
    Failure.AWAY,
    Failure.UNTRUSTED,
    Failure.SLOW,
    Failure.CREDENTIALS,
    Failure.REDIRECTED,
}
