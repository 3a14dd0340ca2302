"""What makes a commit wait for the synchronous standby, also where it has nothing to say.

PostgreSQL waits only for a transaction that wrote something. A batch that finds everything recorded
already would be answered before the standby has it, and a probe would succeed while no commit does.
"""

from __future__ import annotations

# A word in the write-ahead log, which nobody reads.
WRITES_A_WORD = "pg_logical_emit_message(true, 'clickhook', '')"
