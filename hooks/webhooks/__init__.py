"""Telling a tenant's own systems what happens: Standard Webhooks, at least once, in a call's order.

Triggers write the outbox (hooks/migrations/0016_outbox.py), so a message exists if and only if what
it tells was committed. `hooks.duties.delivering` takes what is due; here stands what one attempt
is: `body` and `signing` make the request, `destination` says whether the address may be reached,
`exchange` sends it, `schedule` says what follows. `replaying` makes messages due again.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""
