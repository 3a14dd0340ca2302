"""Streams: who may publish or play one, how many at once, and what becomes of it.

A page names an alias; WCS gets the real name. `policy` decides by the facts, `weighing` by the
limits and the `ledger`, `lifecycle` reads what WCS reports; `settling` puts answer and record
together. All but that one know no database and no clock.
"""
