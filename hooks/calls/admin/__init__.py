"""The admin's pages: calls, sessions and events, charts, the live page and the tenant's page.

In come requests of people who signed in; out goes HTML about the tenants they may see. `call`,
`session` and `event` are the three lists, `columns` what they show, `huge_table` and `paging` how
millions of rows are listed. From outside, hooks/admin.py registers the page classes, and the start
page uses `paging`.
"""
