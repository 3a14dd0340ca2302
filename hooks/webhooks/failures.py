"""What can go wrong with an attempt, as the endpoint's page says it."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    sentence: str

    def __new__(cls, word: str, sentence: str) -> Failure:
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = sentence
        return member

    @classmethod
    def sentence_of(cls, word: str) -> str:
        """The word itself where only a later version knows it."""
        return {failure.value: failure.sentence for failure in cls}.get(word, word)

    BAD_URL = "bad_url", "The URL cannot be used any more; enter it again."
    UNREADABLE = "unreadable", "The stored secret does not open: make a new one (Rotate)."
    NO_ADDRESS = "no_address", "The name in the URL has no address."
    NOT_ALLOWED = (
        "not_allowed",
        "The name leads to an address that is not public, or to another port than 443, and the "
        "operator has not opened it (CLICKHOOK_WEBHOOK_ALLOW). Nothing was sent.",
    )
    AWAY = "away", "The server cannot be reached, or broke the connection off."
    UNTRUSTED = "untrusted", "The server has no valid TLS certificate of its name."
    SLOW = "slow", "The server did not answer in time."
    NONSENSE = "nonsense", "What the server answered is not HTTP."
    REDIRECTED = "redirected", "The server redirects, which is not followed: enter the final URL."
    GONE = "gone", "The server answered 410 Gone, so the endpoint was disabled."
    STATUS = "status", "The server answered with another status than 2xx."
