"""The admin's pages that do not show a table: exports, uploads, undoing, an entry's changes.

In comes a request of a signed-in person; `tenants.transfer` does the work, within what that
person's role allows. The admin classes of the tables link to these pages and call them.
"""
