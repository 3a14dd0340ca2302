"""The form of an alias: the name that a page uses for whom it calls."""

from __future__ import annotations

from django.core.validators import RegexValidator

# An alias begins with a letter, so that a number can never be taken for one.
ALIAS = RegexValidator(
    r"\A[a-z][a-z0-9_-]{0,62}\Z",
    "An alias begins with a lower-case letter, then letters, digits, - and _, like sales.",
)
