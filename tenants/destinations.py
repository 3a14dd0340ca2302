"""Where a target leads: inside the customer's system, or to a number of which country and type."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo
from phonenumbers.shortnumberinfo import ShortNumberCost

from tenants.opened import RISKY, WORLDWIDE, Opened, default_destinations

CACHED = 50_000  # targets
LONGEST_EXTENSION = 6  # digits
_TYPES = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal_number",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
# Region 001 of the numbering plan: these codes belong to networks, not to a country.
_NETWORK_CODES = {800, 808, 870, 878, 881, 882, 883, 888, 979}
_EMERGENCY_ANYWHERE = {"112", "911"}

_URI = re.compile(r"sips?:([^@]+)@[^;]*(.*)", re.IGNORECASE)
_USER_IS_PHONE = re.compile(r";user=phone(;|\Z)", re.IGNORECASE)
_DIALLED = re.compile(r"[0-9+*#._-]+")
_SEPARATORS = re.compile(r"[._-]")
_LIKE_A_NUMBER = re.compile(r"\+|0[0-9]{2}")  # 0900CALLNOW: some switches dial letters as digits
_NUMBER = re.compile(r"\+?[0-9]+")
# Directory enquiries of many European countries; the numbering plan knows the price of a few.
_DIRECTORY = re.compile(r"118[0-9]{2,3}")


class Destination(NamedTuple):
    kind: Literal["internal", "public", "invalid"]
    number: str = ""  # with the country code, without +; of what is not internal, if it is known
    country: str = ""  # two letters, or 001
    type: str = "internal"


# Of an emergency number it is the type: nobody can open that one.
Refusal = Literal["country", "type", "invalid"]
INTERNAL = Destination("internal")


@lru_cache(maxsize=CACHED)
def read_destination(target: str, country: str) -> Destination:
    """`country` is the tenant's, or empty. What cannot be told for certain is invalid."""
    uri = _URI.fullmatch(target)
    user = uri[1] if uri else target
    is_phone = bool(uri and _USER_IS_PHONE.search(uri[2]))
    if not _DIALLED.fullmatch(user):
        is_name = not (is_phone or _LIKE_A_NUMBER.match(user))
        return INTERNAL if is_name else _invalid()
    return _read_dialled(_SEPARATORS.sub("", user), country)


def is_opened(
    destination: Destination,
    tenant_destinations: Opened | None,
    callee_destinations: Opened | None,
    country: str,
) -> Refusal | None:
    """What refuses the destination; None where it is open.

    The callee's destinations are opened beside the tenant's, for this callee alone.
    """
    if destination.kind == "internal":
        return None
    if destination.type == "emergency":
        return "type"

    if tenant_destinations is None:
        tenant_destinations = default_destinations(country)
    for_all, for_one = tenant_destinations, callee_destinations or {}
    types = {*for_all.get("types", ())} - RISKY | {*for_one.get("types", ())}
    if destination.kind == "invalid":
        return None if "invalid" in types else "invalid"
    if destination.country not in {*for_all.get("countries", ()), *for_one.get("countries", ())}:
        return "country"
    return None if _needed_types(destination.type) <= types else "type"


def _needed_types(number_type: str) -> set[str]:
    is_either = number_type == "fixed_line_or_mobile"
    return {"fixed_line", "mobile"} if is_either else {number_type}


def _read_dialled(text: str, country: str) -> Destination:
    if "*" in text or "#" in text:
        return _read_code(text, country)
    if not _NUMBER.fullmatch(text):
        return _invalid()
    if _is_extension(text):
        return _read_short(text, country)
    return _read_number(text, country)


def _read_code(text: str, country: str) -> Destination:
    """Such as *31#0301234567, which calls that number and hides the caller's.

    A switch may stop reading at a mark: 0900123456#1 is no extension 1.
    """
    parts = re.split(r"[*#]+", text.rstrip("*#"))
    if "+" in text and not parts[-1].startswith("+"):
        return _invalid()
    # Before any mark stands what is dialled, however short it is.
    numbers = {part for part in parts if not _is_extension(part)} | {parts[0]}
    outside = [
        destination
        for destination in (_read_dialled(number, country) for number in numbers if number)
        if destination.kind != "internal"
    ]
    if len(outside) > 1:
        return _invalid()
    return outside[0] if outside else INTERNAL


def _is_extension(digits: str) -> bool:
    return not digits.startswith(("+", "0")) and len(digits) <= LONGEST_EXTENSION


def _read_short(digits: str, country: str) -> Destination:
    if digits in _EMERGENCY_ANYWHERE:
        return Destination("public", digits, country, "emergency")
    if not country:
        is_directory = _DIRECTORY.fullmatch(digits)
        return Destination("public", "", "", "premium_rate") if is_directory else INTERNAL

    number = _parse(digits, country)
    if number is None:
        return INTERNAL
    if shortnumberinfo.is_emergency_number(digits, country):
        return Destination("public", digits, country, "emergency")
    is_premium = _is_premium(number, digits, country)
    full = f"{number.country_code}{digits}"
    return Destination("public", full, country, "premium_rate") if is_premium else INTERNAL


def _is_premium(number: PhoneNumber, digits: str, country: str) -> bool:
    cost = shortnumberinfo.expected_cost_for_region(number, country)
    if cost == ShortNumberCost.PREMIUM_RATE:
        return True
    is_short = shortnumberinfo.is_valid_short_number_for_region(number, country)
    return is_short and bool(_DIRECTORY.fullmatch(digits))


def _read_number(text: str, country: str) -> Destination:
    number = _parse(f"+{text[2:]}" if text.startswith("00") else text, country)
    if number is None:
        return _invalid()

    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
    if number.country_code in _NETWORK_CODES:
        return Destination("public", digits, WORLDWIDE, "satellite")
    if not phonenumbers.is_valid_number(number):
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
        return Destination("invalid", digits, region, "invalid")

    region = phonenumbers.region_code_for_number(number) or ""
    kind = _TYPES.get(phonenumbers.number_type(number), "unknown")
    return Destination("public", digits, region, kind)


def _parse(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None


def _invalid() -> Destination:
    return Destination("invalid", type="invalid")
