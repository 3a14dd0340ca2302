"""Reading: bytes become rows.

In comes a `Source`: a file's name and content, and for a table which one it is. Out come `Row`
objects with typed values, and a `Problem` for each value that cannot be used. This room knows
encodings, CSV, JSON, YAML and types; it knows nothing of what is stored, of checking or writing.
Others use `source.Source` and `source.read_content`, `csv_table.column_names`, and for exports
`cells` and `yaml_document.Loader`, so that what is written is read back the same.
"""
