"""The form of a honey alias: like an alias of a callee, so that nobody tells it from one."""

from __future__ import annotations

from django.core.validators import RegexValidator

HONEY_ALIAS = RegexValidator(
    r"\A[a-z][a-z0-9_-]{0,62}\Z",
    "An alias begins with a lower-case letter, then letters, digits, - and _, like director.",
)
