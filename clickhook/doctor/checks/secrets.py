"""The key ring: whether every stored secret opens, and who may read the keys."""

from __future__ import annotations

import stat
from collections import Counter

from django.conf import settings

from clickhook.doctor.finding import Finding, Findings
from tenants.secrets.fields import key_ring
from tenants.secrets.resealing import key_counts


def check_secrets() -> Findings:
    sealing, *old = key_ring().ids
    sealed: Counter[str] = sum((Counter(keys) for keys in key_counts().values()), Counter())

    if lost := sum(number for key, number in sealed.items() if key not in {sealing, *old}):
        remedy = "Restore their keys in CLICKHOOK_ENCRYPTION_KEYS, or enter the secrets again."
        yield Finding("secrets", False, f"{lost} stored secrets do not open.", remedy)
    else:
        yield Finding("secrets", True, "A key is there for every stored secret.")

    if older := sum(sealed[key] for key in old):
        sentence = f"{older} secrets are still sealed with an old key."
        yield Finding("secrets", False, sentence, "Run manage.py rotate_keys.")
    yield from _check_file()


def _check_file() -> Findings:
    file = settings.CLICKHOOK_KEY_FILE
    if file is not None and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        sentence = f"Others on this machine may read {file}."
        yield Finding("secrets", False, sentence, "chmod 600, and then rotate_keys.")
