"""Is this installation in order, and if not, what to do? `checks/` has a file for each thing.

A check gives findings and changes nothing. `checkup` is the table of them; `manage.py doctor` and a
page of the admin show what they find.
"""
