"""Of tickets, tokens, logins and blocks: what happened, and what account managers can do."""

from hooks.reasons.advice import Advice

ADVICE = {
    "ticket_missing": Advice(
        "The connection brought no ticket, and the tenant requires one.",
        "Nothing to do if a program made it. Otherwise give the button the tenant's key in "
        "data-tickets, or have the page's back end make tickets.",
    ),
    "ticket_malformed": Advice(
        "The ticket is not a JWT with the claims of a ticket, or is longer than 2 KiB.",
        "Compare the page's back end with the recipe in the README.",
    ),
    "ticket_signature": Advice(
        "The ticket's signature does not fit the key that it names.",
        "Give the back end the secret that make_ticket_key printed with this key id. If it has "
        "it, somebody forges tickets: nothing to do.",
    ),
    "ticket_expired": Advice(
        "The ticket has expired.",
        "Make the ticket when the visitor presses the button, and set the clock of the machine "
        "that makes it: half a minute is tolerated.",
    ),
    "ticket_future": Advice(
        "The ticket was made in the future.",
        "Set the clock of the machine that makes tickets: half a minute is tolerated.",
    ),
    "ticket_too_long_lived": Advice(
        "The ticket lives longer than two minutes.",
        "Set exp to at most 120 seconds after iat.",
    ),
    "ticket_origin": Advice(
        "The ticket was made for another origin than the page's.",
        "Set the claim origin to the scheme, host and port of the page that has the button.",
    ),
    "ticket_key_unknown": Advice(
        "The ticket names a key that the tenant does not have, or that was retired.",
        "Make a key with make_ticket_key, and give it to the back end.",
    ),
    "ticket_replayed": Advice(
        "The ticket was used before: it is good for one connection.",
        "Nothing to do if somebody copied it. The page asks for a new ticket for each call.",
    ),
    "ticket_alias": Advice(
        "The call asks for another callee than the one the ticket was made for.",
        "Set the ticket's alias to the callee that the button calls.",
    ),
    "token_invalid": Advice(
        "The token is not a JWT with sub, exp and aud, or its signature does not hold.",
        "Compare the tenant's token key with the one that signs the tokens.",
    ),
    "token_expired": Advice(
        "The token has expired.",
        "The page gets a new token before it calls.",
    ),
    "token_origin": Advice(
        "The token was made for another origin than the page's.",
        "Set the claim aud to the scheme, host and port of the page.",
    ),
    "token_key_unknown": Advice(
        "The tenant has no key for such a token.",
        "Enter the key or the JWKS on the tenant's page. HS256, RS256 and EdDSA are taken.",
    ),
    "member_missing": Advice(
        "Only members may call, and the connection brought no login, token or ticket of the "
        "customer's own.",
        "Let the page sign its visitors in, or open the tenant to anyone.",
    ),
    "login_wrong": Advice(
        "The login or the password is wrong.",
        "Set a new password if the member has forgotten it.",
    ),
    "login_throttled": Advice(
        "Five passwords for this login were wrong; it is blocked for 15 minutes.",
        "Wait, or set a new password, which unblocks it.",
    ),
    "visitor_blocked": Advice(
        "The visitor is on the block list.",
        "Lift the block if the calls were wanted.",
    ),
}
