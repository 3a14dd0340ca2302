"""Countries as ISO 3166 writes them, with the code that begins their numbers."""

from __future__ import annotations

import phonenumbers

COUNTRIES: frozenset[str] = frozenset(phonenumbers.SUPPORTED_REGIONS)


def country_code(country: str) -> str:
    """The digits that begin the numbers of this country; +1 and +7 are shared by several."""
    return str(phonenumbers.country_code_for_region(country))
