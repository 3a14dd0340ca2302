"""Messages that pages send: whether a tenant takes them, and how many in a minute.

`policy` decides by the facts, the `ledger` counts those of one batch, `recording` says what is
written; `settling` puts answer and record together. What goes to pages is in hooks.wcs.messages.
"""
