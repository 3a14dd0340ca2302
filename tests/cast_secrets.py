"""The secrets of the cast. SECRETS lists them all, to search for leaks."""

from __future__ import annotations

ACME_PASSWORD = "acme-sip-pässword-7f3a"
GLOBEX_PASSWORD = "globex-sip-password-91c4"
ACME_SIGNING = "acme-signing-secret-5d2e"
GLOBEX_SIGNING = "globex-signing-secret-c0ff"
SHARED_SIGNING = "shared-signing-secret-88aa"
SECRETS = (ACME_PASSWORD, GLOBEX_PASSWORD, ACME_SIGNING, GLOBEX_SIGNING, SHARED_SIGNING)
