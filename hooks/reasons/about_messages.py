"""Reasons about messages that pages send."""

from __future__ import annotations

from hooks.reasons.advice import Advice

ADVICE = {
    "messages_off": Advice(
        "The tenant takes no messages of pages.",
        "Name the operations that it takes on the tenant's page, if pages are to send messages.",
    ),
    "message_not_text": Advice(
        "The message is no object with the texts operation and text, or holds a control character.",
        "The page sends {operation, text} and nothing else.",
    ),
    "message_operation": Advice(
        "The tenant does not list the operation of the message.",
        "List it on the tenant's page, or correct it in the page.",
    ),
    "message_too_long": Advice(
        "The message is longer than the tenant takes.",
        "The page sends less, or the tenant's longest message is raised (4,096 bytes at most).",
    ),
    "message_pace": Advice(
        "This connection sent as many messages in this minute as it may.",
        "Nothing to do, or raise the tenant's messages a minute.",
    ),
    "message_pace_of_all": Advice(
        "The tenant's visitors sent as many messages in this minute as they may together.",
        "Look who sends so many, or raise the tenant's messages a minute of all.",
    ),
}
