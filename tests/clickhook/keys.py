"""Keys in a test: a strong one for Django, the file of encryption keys, and what each sealed."""

from __future__ import annotations

import os
import time

from django.db import connection

from tests.environment import DATA_DIR

STRONG_KEY = "a-key-of-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
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
