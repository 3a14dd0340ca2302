"""What an entry says was done: `<thing>:<what happened to it>`.

A changed row is `<thing>:added`, `:changed` or `:removed`, with the thing named after its model:
`sip_account:changed`. Other actions are named here and recorded by `recording.record`.
"""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    SIGNED_IN = "user:signed_in"
    SECRET_SHOWN = "wcs_instance:secret_shown"
    EXPORTED = "export:downloaded"
    IMPORTED = "import:done"
    IMPORT_UNDONE = "import:undone"
    DOMAIN_PROVED = "domain:proved"
    DOMAIN_PROOF_LOST = "domain:proof_lost"
    DOMAIN_CLAIM_ENDED = "domain:claim_ended"
    VISITOR_BLOCKED = "visitor_block:added"
    VISITOR_UNBLOCKED = "visitor_block:lifted"
    KEY_ADDED = "encryption_key:added"
    KEY_APPLIED = "encryption_key:applied"  # secrets were resealed with it; none of them changed
    KEY_DROPPED = "encryption_key:dropped"
    SWITCHED_OFF = "kill_switch:switched_off"
    SWITCHED_ON = "kill_switch:switched_on_again"
    HUNG_UP = "call:hung_up"
    ENDED_STREAM = "stream:ended"
    ALARM_CLEARED = "alarm:cleared"
    MESSAGE_SENT = "message:sent"
    WEBHOOK_TESTED = "webhook_endpoint:tested"
    WEBHOOK_REPLAYED = "webhook_endpoint:delivered_again"
    MOVE_BEGAN = "tenant:move_began"
    MOVE_EXPORTED = "tenant:exported_to_move"
    MOVE_HANDED_OVER = "tenant:handed_over"
    MOVE_ARRIVED = "tenant:arrived"
    MOVE_THAWED = "tenant:thawed"
    MOVE_UNDONE = "tenant:move_undone"
    ERASED = "personal_data:erased"


def action_title(action: str) -> str:
    """Like "SIP account changed"."""
    words = action.replace("_", " ").replace(":", " ")
    words = words.replace("sip ", "SIP ").replace("wcs ", "WCS ").replace("totp ", "TOTP ")
    return words[:1].upper() + words[1:]
