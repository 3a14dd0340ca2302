"""Of connections and sessions: what happened, and what account managers can do."""

from hooks.reasons.advice import Advice

ADVICE = {
    "session_id_recurs": Advice(
        "Allowed. The same connect was answered before, under a session id that recurs.",
        "Nothing to do for a WCS that names sessions by address and port. A captured hook would "
        "look the same: use TLS between that WCS and the gateway.",
    ),
    "session_not_ours": Advice(
        "An event of a session that was never accepted here; only recorded.",
    ),
    "app_key": Advice(
        "The browser named another WCS application (appKey) than this instance's.",
        "Name the instance's application in the page's createSession({appKey: …}), or change the "
        "instance's appKey.",
    ),
    "origin_missing": Advice(
        "The connection named no origin: no browser page made it.",
        "Nothing to do if a program made it. A visitor's browser always names its page's origin.",
    ),
    "origin_malformed": Advice(
        "Neither a browser nor an app sends this origin: it is a local file's, a sandboxed "
        "frame's, or a forgery.",
        "Serve the page from a web server, by http:// or https://, and not from a file or in a "
        "sandboxed frame. A mobile app has an origin of its own, like capacitor://localhost, "
        "ionic://localhost or https://localhost; one that opens a file has none.",
    ),
    "origin_unknown": Advice(
        "No tenant has this origin, or it is an app's and not exactly one tenant of the WCS "
        "instance has it.",
        "If it is a customer's page or app, add the domain to the tenant: scheme, host and port "
        "must be the same. An app's is capacitor://localhost, ionic://localhost or "
        "https://localhost; two customers whose apps have the same one need an instance each.",
    ),
    "connect_replayed": Advice(
        "This very connect was answered before, and its session id never recurs: somebody "
        "repeats a hook they captured.",
        "Use TLS between the WCS and the gateway, and give the WCS a new signing secret.",
    ),
    "tenant_not_served": Advice(
        "The WCS instance may not speak for the tenant.",
        "Add the instance on the tenant's page if it should.",
    ),
    "tenant_moves": Advice(
        "The tenant moves to another installation, or has moved there.",
        "Tell the operator if it lasts: the WCS must post its hooks where the tenant is now.",
    ),
    "tenant_suspended": Advice(
        "The tenant is suspended.",
        "Set the tenant's status to active if its visitors may call again.",
    ),
    "sip_account_missing": Advice(
        "The tenant has no enabled SIP account, or the session's account was disabled or deleted.",
        "Add or enable a SIP account on the tenant's page. A visitor of a disabled account "
        "reloads the page.",
    ),
    "session_unknown": Advice(
        "This instance and node opened no such session.",
        "The connect of this visitor was refused, or the connect hook is not attached: look for "
        "it under Events.",
    ),
    "session_ended": Advice(
        "The session has ended.",
        "The visitor reloads the page. If it happens often, have the page connect anew when its "
        "connection broke.",
    ),
    "origin_revoked": Advice(
        "The domain the session came from was removed since.",
        "Add the domain again if its visitors may call.",
    ),
    "domain_unproved": Advice(
        "Nobody has proved yet that this domain is the customer's.",
        "Open the proof on the domain's page: it says which DNS record or which file to publish.",
    ),
}
