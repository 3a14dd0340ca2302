"""What is done between hooks: ending calls, comparing with WCS, raising alarms, adding up hours.

Each duty is a function that may run in any number of processes at once, and again after a kill.
It may use the pipeline; the pipeline knows nothing of it. `worker` is the table of them; a gateway
itself only replays its spool (`running`).
"""
