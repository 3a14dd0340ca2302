"""Encryption keys that cannot be used, in a sentence instead of a traceback."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from tenants.secrets.encryption import KeyRingError

SENTENCE = (
    "The encryption keys are missing or malformed, and nothing is done without them. See "
    "CLICKHOOK_ENCRYPTION_KEYS, or encryption.keys in CLICKHOOK_DATA_DIR."
)


@contextlib.contextmanager
def unusable_keys_in_a_sentence() -> Iterator[None]:
    """Ends the program. The error's own words may hold a piece of a key."""
    try:
        yield
    except KeyRingError:
        sys.exit(SENTENCE)
