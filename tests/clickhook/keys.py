"""The file of encryption keys in a test, and which key has sealed what."""

from __future__ import annotations

import os
import time

from django.db import connection

from tests.environment import DATA_DIR

FILE = DATA_DIR / "encryption.keys"
TOKENS = """
SELECT split_part(token, '.', 2), count(*)
  FROM (SELECT password AS token FROM tenants_sipaccount
        UNION ALL SELECT signing_secret FROM tenants_wcsinstance
        UNION ALL SELECT previous_signing_secret FROM tenants_wcsinstance
        UNION ALL SELECT secret FROM tenants_secondfactor) AS stored
 WHERE token <> '' GROUP BY 1
"""


def sealed():
    """How many secrets each key has sealed."""
    with connection.cursor() as cursor:
        cursor.execute(TOKENS)
        return dict(cursor.fetchall())


def keys():
    return [entry.partition(":")[0] for entry in FILE.read_text().split()]


def let_time_pass():
    os.utime(FILE, (time.time() - 700, time.time() - 700))
