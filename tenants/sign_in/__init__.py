"""Signing in: password, second factor, lockout, and sessions that end.

`site.Site` is the admin site, which lets nobody in without a second factor; `pages` are the pages
of the second factor. `ending` ends sessions, `confirmation` asks for a code again before something
dangerous, `client_address` says where a request comes from. Admin pages use `confirmation` and
`ending`, the audit uses `client_address`; the settings name the backend, the middleware and the
lockout page. This room knows models and secrets, and nothing of the admin's tables.
"""
