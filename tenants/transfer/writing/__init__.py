"""Writing: changes become rows of the tables, in one transaction.

In come rows that are new or differ, or an earlier import that is undone: `staging` holds them in
a temporary table, each as it was and as it is to be. `applying.apply_staged` locks the stored
rows, compares them with what was read before, keeps them for an undo, and then changes them table
by table. `importing` and `undoing` call both; what `applying` says about columns serves them too.
"""
