"""Of the hook itself and of the gateway: what happened, and what account managers can do."""

from hooks.reasons.advice import Advice

ADVICE = {
    "spooled": Advice(
        "The database was away or had too much to do; kept on disk, recorded later.",
    ),
    "instance_unknown": Advice(
        "No WCS instance has the key in the hook URL.",
        "Compare the URL at the WCS with the one on the instance's page; wcs_config prints it.",
    ),
    "signature_missing": Advice(
        "The hook was not signed.",
        "Set rest_hook_send_hash=true on that WCS and restart it. If it is set, either a proxy "
        "before the gateway takes the Authorization header away, or somebody else posted this.",
    ),
    "signature_wrong": Advice(
        "The signature fits no live secret of this instance.",
        "Make rest_hook_secret_key on that WCS the instance's signing secret (wcs_config prints "
        "it) and restart it. If it is the same, somebody else posted this: nothing to do.",
    ),
    "secret_missing": Advice(
        "The instance has no signing secret and is not marked as unsigned, so nobody is answered.",
        "Enter a signing secret on the instance's page, and the same one at the WCS.",
    ),
    "malformed": Advice(
        "The body is not what WCS sends.",
        "The detail says what was wrong. If a WCS sent it, report it with the WCS's version.",
    ),
    "content_type": Advice(
        "The body is not JSON.",
        "WCS sends application/json: look for a proxy between it and the gateway that changes "
        "the Content-Type.",
    ),
    "secret_unreadable": Advice(
        "A stored secret does not open: the key ring lacks its key.",
        "Restore the key (the operator), or enter the SIP password or signing secret again.",
    ),
    "database_away": Advice(
        "The database did not answer in time.",
        "Tell the operator: see the PostgreSQL and the network between it and the gateway.",
    ),
    "overloaded": Advice(
        "More hooks waited than can be answered in time.",
        "Tell the operator: the gateway or its PostgreSQL needs more machine, or somebody floods "
        "it.",
    ),
    "gateway_fault": Advice(
        "A fault of the gateway itself.",
        "Tell the operator: the gateway's log says more.",
    ),
}
