"""Money as whole numbers: millionths of the currency's unit, so that sums are exact."""

from __future__ import annotations

import re
from decimal import Decimal

MICROS = 1_000_000  # of a unit of the currency
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
# ISO 4217: digits after the point, where they are not two.
_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}


class BadMoney(ValueError):
    """The text is no amount; the message says why."""


def digits_of(currency: str) -> int:
    return _DIGITS.get(currency, 2)


def read_money(text: object, digits: int = 6) -> int:
    """Millionths, from an amount with a decimal point and at most `digits` after it.

    Raises BadMoney.
    """
    if not isinstance(text, str):
        raise BadMoney('An amount in quotation marks, with a decimal point, like "20.00".')
    if not _AMOUNT.fullmatch(text):
        raise BadMoney("An amount with a decimal point, like 20.00.")
    if len(text.partition(".")[2].rstrip("0")) > digits:
        raise BadMoney(f"At most {digits} digits after the point.")
    return int(Decimal(text) * MICROS)


def write_money(micros: int, digits: int = 2) -> str:
    """With at least `digits` after the point, and more where the amount has them."""
    whole, rest = divmod(micros, MICROS)
    fraction = f"{rest:06d}"
    return f"{whole}.{fraction[:digits]}{fraction[digits:].rstrip('0')}".rstrip(".")
