"""What is done between hooks: ending what nobody ended, replaying the spool, adding up hours.

Each duty is a function that may run in any number of processes at once, and again after a kill.
It may use the pipeline; the pipeline knows nothing of it. `running` starts them beside a gateway.
"""
