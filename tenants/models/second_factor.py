"""The authenticator app of one person, and the recovery codes for the day it is lost."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
MOST_COUNTED = 11  # wrong codes: then 1024 s between two, so that whoever knows the password keeps nobody out for days
STEPS_OFF = 1  # of 30 s: how far the clock of a phone may be off


def new_id() -> int:
    return secrets.randbits(63)


def new_secret() -> Secret:
    return Secret(b32encode(secrets.token_bytes(20)).decode())


def new_recovery_code() -> str:
    """16 characters of 31: 79 bits, so that its digest needs no salt and no slow hash."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def _digest(recovery_code: str) -> str:
    return hashlib.sha256(recovery_code.encode()).hexdigest()


class SecondFactor(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    # The id is part of what the secret is sealed to, so it is known before the row is saved. Sessions name it: never reused.
    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    name = None  # somebody has one, so it needs none
    secret = SecretField(default=new_secret)
    last_step = models.BigIntegerField(default=-1, help_text="Of 30 s: a code is good once.")
    recovery_digests = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="second_factor_once")
        ]

    def __str__(self) -> str:
        return f"second factor of {self.user}"

    def get_throttle_factor(self) -> int:
        return 1  # seconds to wait after the first wrong code, doubled by each further one

    def throttle_increment(self, commit: bool = True) -> None:
        super().throttle_increment(commit=False)
        self.throttling_failure_count: int = min(self.throttling_failure_count, MOST_COUNTED)
        if commit:
            self.save()

    def verify_token(self, token: str) -> bool:
        """In a transaction that holds the row. A recovery code, which nobody guesses, never waits.

        Raises SecretUnreadable.
        """
        code = token.replace(" ", "").lower()
        if not (self._is_recovery_code(code) or self._is_of_the_app_in_time(code)):
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def _is_recovery_code(self, code: str) -> bool:
        if (digest := _digest(code)) not in self.recovery_digests:
            return False
        self.recovery_digests.remove(digest)
        return True

    def _is_of_the_app_in_time(self, code: str) -> bool:
        if not self.verify_is_allowed()[0]:
            return False  # and not counted, or it would never be allowed again
        if not self._is_of_the_app(code):
            self.throttle_increment()
            return False
        return True

    def _is_of_the_app(self, code: str) -> bool:
        if not (len(code) == 6 and code.isascii() and code.isdecimal()):
            return False
        totp = TOTP(b32decode(self.secret.reveal()))
        if not totp.verify(int(code), tolerance=STEPS_OFF, min_t=self.last_step + 1):
            return False
        self.last_step = totp.t()
        return True

    def new_recovery_codes(self) -> list[str]:
        """They are shown once; what stays is their digests."""
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        self.recovery_digests = [_digest(code) for code in codes]
        return codes

    @property
    def key_to_type(self) -> str:
        text = self.secret.reveal()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    @property
    def for_the_app(self) -> str:
        """otpauth URI, as authenticator apps read it from a QR code."""
        issuer = f"clickhook {settings.CLICKHOOK_PUBLIC_URL.partition('://')[2]}".replace(":", " ")
        query = urlencode({"secret": self.secret.reveal(), "issuer": issuer}, quote_via=quote)
        return f"otpauth://totp/{quote(issuer)}:{quote(self.user.get_username())}?{query}"
