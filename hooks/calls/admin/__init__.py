"""What people see in the admin of hooks, and do there: a file for each table.

In come requests of people who signed in; out goes HTML about the tenants they may see. `lists` is
how millions of rows are listed, `pages` what is no table. From outside, hooks/admin.py registers
the classes, and the API and the start page use `lists`.
"""
