"""Whether the gateway has the Web SDK that its button loads."""

from __future__ import annotations

from django.conf import settings

from clickhook.button import websdk
from clickhook.doctor.finding import Finding, Findings


def check_button() -> Findings:
    """A page may name another copy, so a missing one is told and is no fault; a damaged one is."""
    state = websdk.state(settings.STATIC_ROOT)
    if state == websdk.State.DAMAGED:
        sentence = f"The Web SDK in {settings.STATIC_ROOT} is damaged, so no button can call."
        yield Finding("button", False, sentence, "Run manage.py websdk, and restart the gateway.")
    elif state == websdk.State.MISSING:
        sentence = (
            "The Web SDK is missing: a button without data-sdk cannot call. "
            "manage.py websdk fetches it; restart the gateway then."
        )
        yield Finding("button", True, sentence)
    else:
        yield Finding("button", True, "The Web SDK is there.")
