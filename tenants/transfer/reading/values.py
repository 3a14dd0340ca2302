"""Values of the right type: what a document may give for a field, and which texts are taken."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from tenants.money import BadMoney, read_money
from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField

TYPE_NAMES = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a decimal number",
    str: "text",
    list: "a list",
}
_QUOTES = "; put it in quotes"


class WrongValue(Exception):
    """Its message says what is expected, and never what was given: that may be a secret."""


def document_value(field: models.Field[Any, Any], value: Any) -> Any:
    """Raises WrongValue."""
    if value is None and field.null:
        return None

    if isinstance(field, models.BooleanField):
        return require_type(bool, value, "true or false")
    if isinstance(field, models.IntegerField):
        return require_type(int, value, "a whole number")
    if isinstance(field, models.DecimalField):
        return amount_value(value)

    text = checked_text(value)
    return Secret(text) if isinstance(field, SecretField) else _require_trimmed(text)


def amount_value(value: Any) -> Decimal:
    """Raises WrongValue."""
    try:
        read_money(value)
    except BadMoney as error:
        raise WrongValue(str(error)) from None
    return Decimal(value)


def require_type(kind: type, value: Any, expected: str) -> Any:
    """Raises WrongValue."""
    if type(value) is not kind:  # True is an int to isinstance
        raise WrongValue(f"Expected {expected}, not {type_name(value)}.")
    return value


def checked_text(value: Any) -> str:
    """Raises WrongValue for texts that the database cannot store, and for control characters."""
    if type(value) is not str:
        advice = _QUOTES if type(value) in (bool, int, float) else ""
        raise WrongValue(f"Expected text, not {type_name(value)}{advice}.")
    if value.isprintable():
        return value

    categories = {unicodedata.category(character) for character in value}
    if "Cs" in categories:
        raise WrongValue("It holds half of a surrogate pair, which is not a character.")
    if "Cc" in categories:
        raise WrongValue("It holds a control character, such as NUL, a tab or the end of a line.")
    return value


def type_name(value: Any) -> str:
    return "an object" if isinstance(value, Mapping) else TYPE_NAMES[type(value)]


def _require_trimmed(text: str) -> str:
    if text != text.strip():
        raise WrongValue("It begins or ends with white space.")
    return text
