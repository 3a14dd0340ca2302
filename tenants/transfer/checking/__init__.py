"""Checking: rows become changes, or problems.

In come the rows of a file, in batches, and `Allowed`: whose rows this import may touch. Each row
gets its record, changed in memory as the file says, and its differences; every problem is noted
with its place. The database is read here and not written, apart from locks on WCS instances.
`importing` calls `comparison.compare_rows` for each batch and `whole_file.WholeFile.check` at the
end; others use only `allowed`.
"""
