"""Texts to the pages of connected visitors: which texts, to whom, and how WCS is given them.

Somebody sends a message (`sending`): it becomes a row for each visitor who is connected then. The
worker's duty takes those rows, and `attempt` hands them to the WCS instance of each visitor.
"""
