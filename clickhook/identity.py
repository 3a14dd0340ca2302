"""Shows `doctor` that an address leads to this installation, and through how many proxies.

The question is signed with the secret key, and so is the answer: strangers learn nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.core.signing import BadSignature, Signer, TimestampSigner

HEADER, FORWARDED = "clickhook-doctor", b"x-forwarded-for"
LONGEST_QUESTION = 200  # characters
ASKED_WITHIN = 60  # seconds
_QUESTIONS, _ANSWERS = "clickhook.doctor.question", "clickhook.doctor.answer"


def ask() -> str:
    return TimestampSigner(salt=_QUESTIONS).sign(secrets.token_hex(16))


def answer(question: str, proxies: int) -> str:
    """Empty where the question is not of this installation."""
    if len(question) > LONGEST_QUESTION:
        return ""
    try:
        nonce = TimestampSigner(salt=_QUESTIONS).unsign(question, max_age=ASKED_WITHIN)
    except BadSignature:
        return ""
    return Signer(salt=_ANSWERS).sign(f"{nonce} {proxies}")


def answer_doctor(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Of a request; empty for everybody else."""
    given = list(headers)
    question = next((value for name, value in given if name == HEADER.encode()), b"")
    proxies = sum(value.count(b",") + 1 for name, value in given if name == FORWARDED)
    return answer(question.decode("latin-1"), proxies) if question else ""


def read_answer(question: str, text: str) -> int | None:
    """How many proxies were passed; None for an answer of somebody else."""
    try:
        nonce, _, proxies = Signer(salt=_ANSWERS).unsign(text.strip()).partition(" ")
    except BadSignature:
        return None
    return int(proxies) if nonce == question.partition(":")[0] else None
