"""Cells: ids of their own, and tenants that move."""
