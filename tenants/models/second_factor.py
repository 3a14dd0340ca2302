"""A person's authenticator app, and recovery codes for when the app is lost."""

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
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that look alike
# Wrong codes that are counted. Then 1024 s pass between two attempts: a person who knows the
# password cannot keep its owner out for days.
MOST_COUNTED = 11
STEPS_OFF = 1  # steps of 30 s: how far the clock of a phone may be off


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
    # The secret is sealed to the id, so the id is known before the row is saved. Sessions name it,
    # so it is never reused.
    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    name = None  # a person has one factor, which needs no name
    secret = SecretField(default=new_secret)
    last_step = models.BigIntegerField(default=-1, help_text="Steps of 30 s. A code works once.")
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
        """Inside a transaction that holds the row.

        A recovery code never waits: it is too long to be guessed.

        Raises SecretUnreadable.
        """
        code = token.replace(" ", "").lower()
        if not (self._spend_recovery_code(code) or self._check_app_code(code)):
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def _spend_recovery_code(self, code: str) -> bool:
        if (digest := _digest(code)) not in self.recovery_digests:
            return False
        self.recovery_digests.remove(digest)
        return True

    def _check_app_code(self, code: str) -> bool:
        if not self.verify_is_allowed()[0]:
            return False  # not counted, otherwise the wait would grow with each attempt
        if not self._is_app_code(code):
            self.throttle_increment()
            return False
        return True

    def _is_app_code(self, code: str) -> bool:
        if not (len(code) == 6 and code.isascii() and code.isdecimal()):
            return False
        totp = TOTP(b32decode(self.secret.reveal()))
        if not totp.verify(int(code), tolerance=STEPS_OFF, min_t=self.last_step + 1):
            return False
        self.last_step = totp.t()
        return True

    def new_recovery_codes(self) -> list[str]:
        """They are shown once; only their digests are stored."""
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        self.recovery_digests = [_digest(code) for code in codes]
        return codes

    @property
    def key_to_type(self) -> str:
        text = self.secret.reveal()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    @property
    def provisioning_uri(self) -> str:
        """The otpauth URI that authenticator apps read from a QR code."""
        issuer = f"clickhook {settings.CLICKHOOK_PUBLIC_URL.partition('://')[2]}".replace(":", " ")
        query = urlencode({"secret": self.secret.reveal(), "issuer": issuer}, quote_via=quote)
        return f"otpauth://totp/{quote(issuer)}:{quote(self.user.get_username())}?{query}"
