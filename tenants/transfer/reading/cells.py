"""A cell of a spreadsheet: which value it gives a field, and how a text is kept from running.

A spreadsheet runs a cell as a formula where the cell begins with = + - @. If it takes another
separator for ours, a formula may also begin after a separator or after the end of a line, since
quotes then enclose nothing. There an export puts an apostrophe before these characters, also
where apostrophes stand already, and an import takes one away: +4930 is written as '+4930,
'+4930 as ''+4930, and each is read back as what it was.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import models

from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField
from tenants.targets import SHORTENED
from tenants.transfer.reading.values import WrongValue, amount_value, checked_text

YES = ("yes", "true", "1", "ja", "wahr")
NO = ("no", "false", "0", "nein", "falsch")
KEPT = object()  # an empty cell that leaves the stored value as it is

_SHORTENED = re.compile(r"[+-]?[0-9]([.,][0-9]+)?[eE][+-][0-9]{2,3}")
_QUOTED = re.compile(r'="([^"]*)"')  # how an export makes a spreadsheet keep a number as text

_START = r'((?:\A|[,;\t|\r\n])[ "]*)'
_TRIGGER = "[=+\\-@\t\r\n＝＋－＠]"
_FORMULA = re.compile(f"{_START}(?='*{_TRIGGER})")
_GUARDED = re.compile(f"{_START}'(?='*{_TRIGGER})")


def cell_value(field: models.Field[Any, Any], cell: str) -> Any:
    """Raises WrongValue."""
    if _SHORTENED.fullmatch(cell.strip()):
        raise WrongValue(SHORTENED)

    if isinstance(field, SecretField):
        # Taken as it is: an apostrophe may be part of the password.
        return Secret(checked_text(cell)) if cell else KEPT

    quoted = _QUOTED.fullmatch(cell.strip())
    text = checked_text((quoted[1] if quoted else remove_guard(cell)).strip())
    if isinstance(field, models.BooleanField):
        return _truth(text)
    if isinstance(field, models.IntegerField):
        return _whole_number(text)
    if isinstance(field, models.DecimalField):
        return amount_value(text) if text else None
    return None if field.null and not text else text


def add_guard(text: str) -> str:
    return _FORMULA.sub(r"\1'", text)


def remove_guard(text: str) -> str:
    return _GUARDED.sub(r"\1", text) if "'" in text else text


def _truth(text: str) -> Any:
    word = text.lower()
    if not word:
        return KEPT
    if word in YES or word in NO:
        return word in YES
    raise WrongValue(f"Expected yes or no; understood are {', '.join(YES)} and {', '.join(NO)}.")


def _whole_number(text: str) -> Any:
    if not text:
        return KEPT
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    raise WrongValue("Expected a whole number, like 5060.")
