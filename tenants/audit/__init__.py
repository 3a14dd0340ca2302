"""Who changed what, when, from where, before and after: kept by the database itself, so that no path can forget it.

Triggers of PostgreSQL on every table that people and commands change (`watched`) write the entries (`capture.sql`). So
forms, inlines, bulk writes, cascades, commands and SQL by hand are all recorded; calls at each write would be forgotten, and
Django's signals do not see bulk writes. They work once for each statement, not for each row.

Who acts travels in front of each statement as a comment (`acting`), because that needs no state of the connection: it
holds outside of transactions, after a rollback to a savepoint, and costs no round trip. Without it, the database's own
user is who acted.

Entries are chained when their transaction commits, not before: the one lock of the chain is held for that moment alone, so
a long import holds up nobody. Hooks write no watched table and never meet the lock.

An import is one entry (`recording.as_one_entry`): the triggers then count instead, and put their own counts into that entry.
"""
