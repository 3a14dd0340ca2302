"""The audit: who changed what, when, from where, before and after.

The database itself keeps it, so that no code path can forget it. Triggers (`triggers`,
`capture.sql`) on every table that people and commands change (`watched`) write the entries, once
for each statement. Forms, cascades, bulk writes, commands and SQL by hand are all recorded.

Who acts travels in front of each statement as a comment (`acting`): this needs no state of the
connection, holds after a rollback to a savepoint, and costs no round trip. Without it, the
database's own user is recorded.

Entries are chained when their transaction commits: the chain's one lock is held for that moment
alone, so a long import blocks nobody. Hooks write no watched table and never meet the lock.

An import is one entry (`recording.as_one_entry`): the triggers then count instead, and put their
counts into that entry. Others call `acting` and `recording`; `chain` serves `verify_audit`.
"""
