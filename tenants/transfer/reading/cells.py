"""What a cell of a spreadsheet means for a field: texts as they are, words for yes and no, and nothing guessed."""

from __future__ import annotations

import re
from typing import Any

from django.db import models

from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField
from tenants.transfer.reading.formulae import bare
from tenants.transfer.reading.shape import WrongValue, text

YES = ("yes", "true", "1", "ja", "wahr")
NO = ("no", "false", "0", "nein", "falsch")
_ROUNDED = re.compile(r"[+-]?[0-9]([.,][0-9]+)?[eE][+-][0-9]{2,3}")
ROUNDED = (
    "A spreadsheet has shortened this long number to the form 4.93E+11, and its last digits are lost: "
    "format the column as text and enter the number again."
)
KEPT = object()  # an empty cell that says nothing


def value(field: models.Field[Any, Any], cell: str) -> Any:
    """Raises WrongValue."""
    if _ROUNDED.fullmatch(cell.strip()):
        raise WrongValue(ROUNDED)
    if isinstance(field, SecretField):
        return (
            Secret(text(cell)) if cell else KEPT
        )  # taken as it stands: an apostrophe may be part of it
    given = text(bare(cell).strip())
    if isinstance(field, models.BooleanField):
        return _truth(given)
    if isinstance(field, models.IntegerField):
        return _whole(given)
    return None if field.null and not given else given


def _truth(given: str) -> Any:
    word = given.lower()
    if not word:
        return KEPT
    if word in YES or word in NO:
        return word in YES
    raise WrongValue(f"Expected yes or no; understood are {', '.join(YES)} and {', '.join(NO)}.")


def _whole(given: str) -> Any:
    if not given:
        return KEPT
    if re.fullmatch(r"[0-9]{1,18}", given):
        return int(given)
    raise WrongValue("Expected a whole number, like 5060.")
