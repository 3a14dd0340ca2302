"""The admin's pages that show no row of a table: charts, the live page, the start page, actions.

The admin classes of the tables link to them and give them their addresses.
"""
