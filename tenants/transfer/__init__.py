"""Files in and out.

`importing` takes a `reading.source.Source` through the rooms: reading makes rows, checking makes
changes or problems, writing changes the tables; out comes a `report.Report`, or `ImportRefused`
with every problem. `undoing` takes an import back, `exporting` writes files that import again,
`terminal` is what the commands print. Each room knows only those before it, and all know the
vocabulary: `tables` (what may stand in a file), `rows`, `problems`. The admin's pages and the
commands use importing, undoing, exporting, report and terminal.
"""
