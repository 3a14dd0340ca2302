"""Cells: installations that share no database, and how a tenant moves from one to another.

Each cell hands out ids of its own (`id_ranges`), so a row keeps its id wherever it goes, and its
sealed secrets keep their place. A move is a sealed bundle (`bundle`) of the rows of one tenant
(`moved_tables`): one cell writes it (`leaving`), the other reads it (`arriving`), and each proves
to the other what it has done, by the key of the move (`move_key`). What is left of the tenant in
the first cell is a `stub`. Nothing here opens a connection to another cell.
"""
