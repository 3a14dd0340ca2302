"""Targets of callees: what people and spreadsheets write, read as what will be dialled."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

MAX_LENGTH = 330  # characters
SENTENCE = "A number or extension like +4930123456, or a SIP URI like sip:sales@pbx.example."
SHORTENED = (
    "A spreadsheet has shortened this long number to the form 4.93E+11, and its last digits are "
    "lost: format the column as text and enter the number again."
)
CONVERTED = f"{SENTENCE} A spreadsheet has made this {{}}: format the column as text."
TRUNK_ZERO = "The (0) is not dialled after a country code."

_USER = r"[A-Za-z0-9+*#][A-Za-z0-9+*#._-]{0,63}"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?"
_PARAMETERS = r"(?:;[A-Za-z0-9_.~-]+(?:=[A-Za-z0-9_.~%:+-]+)?)*"
_NAME = re.compile(_USER)
_URI = re.compile(rf"(sips?):({_USER})@{_HOST}{_PARAMETERS}", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9*#]{1,64}")

_QUOTED = re.compile(r'="([^"]*)"')  # how a spreadsheet is made to keep a number as text
_MARKS = re.compile(r"[ ().-]")
_OTHER_BLANKS = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_OTHER_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe63\uff0d]")
_REVERSING = "\u202e"  # shows the digits in the wrong order, so nobody saw the right number
_ONLY_NUMBER = re.compile(r"[0-9+*# ().-]+")

_EXPONENT = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_MONTH = "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|ene|abr|ago|dic"
_DATE = re.compile(
    r"(0?[1-9]|[12][0-9]|3[01])([./-])(0?[1-9]|[12][0-9]|3[01])\2((19|20)[0-9]{2}|[0-9]{2})"
    r"|(19|20)[0-9]{2}([./-])(0?[1-9]|1[0-2])\7(0?[1-9]|[12][0-9]|3[01])"
    rf"|[0-9]{{1,2}}[. -]+({_MONTH})([. -]+[0-9]{{2,4}})?"
    rf"|({_MONTH})[. -]+[0-9]{{2,4}}",
    re.IGNORECASE,
)
# A dot of a decimal number; after a leading + or 0 it separates groups of digits.
_DECIMAL = re.compile(r"[+-]?[0-9]+[.,]0*|-?(0|[1-9][0-9]*)[.,][0-9]+")
_EMPTY_WORDS = re.compile(
    r"#?(nan|none|null|nil|n/?a|nv|inf|infinity|nat|undefined|true|false|wahr|falsch)",
    re.IGNORECASE,
)


class BadTarget(ValueError):
    """The text is nothing to dial; the message says why, for the person who typed it."""


def normalise_target(text: str) -> str:
    """Without the marks between digits. Raises BadTarget."""
    if len(text) > MAX_LENGTH:
        return text  # the model says how long it may be
    text = _strip_wrapping(text)

    if text.lower().startswith(("sip:", "sips:")):
        return _normalise_uri(text)
    if text.lower().startswith("tel:"):
        return _normalise_number(_strip_wrapping(text[4:]))
    _refuse_converted(text)
    return _normalise_number(text) if _is_number(text) else _require_name(text)


def _strip_wrapping(text: str) -> str:
    quoted = _QUOTED.fullmatch(_strip_invisible(text))
    return _strip_invisible(quoted[1] if quoted else text)


def _strip_invisible(text: str) -> str:
    """Copied from a web page or an address book, a number often has these around it."""
    begin, end = 0, len(text)
    while begin < end and _is_harmless(text[begin]):
        begin += 1
    while begin < end and _is_harmless(text[end - 1]):
        end -= 1
    return text[begin:end]


def _is_harmless(character: str) -> bool:
    is_invisible = character.isspace() or unicodedata.category(character) == "Cf"
    return is_invisible and character != _REVERSING


def _with_plain_marks(text: str) -> str:
    return _OTHER_DASHES.sub("-", _OTHER_BLANKS.sub(" ", text))


def _is_number(text: str) -> bool:
    return bool(_ONLY_NUMBER.fullmatch(_with_plain_marks(text)))


def _normalise_number(text: str) -> str:
    _refuse_converted(text)
    plain = _with_plain_marks(text)
    _refuse_hidden(plain)

    number = _MARKS.sub("", plain)
    if plain.startswith(("+", "00")) and re.search(r"[0-9 ]\( *0 *\)", plain):
        raise BadTarget(f"{TRUNK_ZERO} Write {_MARKS.sub('', re.sub(r'[(] *0 *[)]', '', plain))}.")
    is_whole = re.match(r"[0-9*#(]|\+ *[(0-9]", plain) and not plain.endswith(("-", ".", "("))
    if not (is_whole and _are_brackets_paired(plain) and _NUMBER.fullmatch(number)):
        raise BadTarget(SENTENCE)
    if not any(character.isdigit() for character in number):
        raise BadTarget(SENTENCE)
    return number


def _are_brackets_paired(text: str) -> bool:
    outside = re.sub(r"\([^()]*\)", "", text)
    return "(" not in outside and ")" not in outside


def _normalise_uri(text: str) -> str:
    match = _URI.fullmatch(text)
    if match is None or (match[3] and not 0 < int(match[3]) < 65536):
        _refuse_hidden(text)
        raise BadTarget(SENTENCE)

    _refuse_converted(match[2])
    return match[1].lower() + text[len(match[1]) :]


def _require_name(text: str) -> str:
    _refuse_hidden(text)
    if not _NAME.fullmatch(text) or not any(character.isalnum() for character in text):
        raise BadTarget(SENTENCE)
    return text


def _refuse_converted(text: str) -> None:
    """Numbers whose digits a spreadsheet or a program has changed."""
    if _EXPONENT.fullmatch(text):
        raise BadTarget(SHORTENED)
    if _DATE.fullmatch(_with_plain_marks(text)):
        raise BadTarget(CONVERTED.format("a date"))
    if _DECIMAL.fullmatch(text):
        raise BadTarget(CONVERTED.format("a decimal number"))
    if _EMPTY_WORDS.fullmatch(text) or not text or _is_ip_address(text):
        raise BadTarget(SENTENCE)


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _refuse_hidden(text: str) -> None:
    strange = next((character for character in text if not character.isascii()), "")
    if not strange:
        return

    name = unicodedata.name(strange, "without a name")
    sentence = f"It holds the character U+{ord(strange):04X} ({name.lower()})."
    rest = "".join(
        str(unicodedata.digit(character, "")) or character * character.isascii()
        for character in text
    )
    number = _MARKS.sub("", rest)
    advice = f" Write {number}." if _NUMBER.fullmatch(number) and _REVERSING not in text else ""
    raise BadTarget(sentence + (advice or f" {SENTENCE}"))
