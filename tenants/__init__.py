"""The tenants: who may call whom, who may see and change that, and what was changed.

`models` are the tables, `scope` and `roles` say who sees and changes which rows, `origins` parses
web origins. Rooms: `secrets` (whatever is encrypted), `audit` (the record of changes), `sign_in`
(password, second factor, single sign-on), `raising` (higher limits wait for a second person),
`proof` (whose a domain is), `webhooks` (what an endpoint may be told, and where it may be),
`transfer` (files in and out), `admin` (the pages). Imports go admin -> transfer -> audit, models ->
secrets. `hooks` and `clickhook` use this app, never the
other way round.
"""
