"""Charts of calls, drawn as SVG that needs neither a script nor an inline style.

In come calls and the hours that were added up before; out go figures and shapes with their places.
`hour_counting` is the SQL that counts calls by the hour, `call_hours` reads hours, `figures` groups
them into bars and `drawing` places shapes. From outside, hooks/duties adds hours up with
`hour_counting`; the page itself is hooks/calls/admin/pages/charts.py.
"""
