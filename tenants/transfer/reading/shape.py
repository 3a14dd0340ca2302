"""From plain values to rows of typed values: unknown keys, wrong types and texts no database takes end here."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models

from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField
from tenants.transfer.problems import Problems
from tenants.transfer.reading.objects import Object
from tenants.transfer.rows import Row
from tenants.transfer.tables import LISTS, Table

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
_WORDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a decimal number",
    str: "text",
    list: "a list",
}
_QUOTES = "; put it in quotes"


class WrongValue(Exception):
    """The message says what is expected, and never what is there: it may be a secret."""


def rows_of(document: Object, problems: Problems) -> Iterator[Row]:
    """Every row that can be made out, in the order of the file."""
    _check_keys(document, "", list(LISTS), problems)
    for name, table in LISTS.items():
        yield from _rows(document, name, table, None, problems)


def _rows(
    holder: Object, name: str, table: Table, parent: Row | None, problems: Problems
) -> Iterator[Row]:
    place = f"{parent.place}.{name}" if parent else name
    items = holder.get(name, [])
    if not isinstance(items, list):
        problems.add(place, f"Expected a list, not {_word(items)}.")
        return
    for index, item in enumerate(items):
        if isinstance(item, Object):
            yield from _row(item, f"{place}[{index}]", table, parent, problems)
        else:
            problems.add(f"{place}[{index}]", f"Expected an object, not {_word(item)}.")


def _row(
    item: Object, place: str, table: Table, parent: Row | None, problems: Problems
) -> Iterator[Row]:
    row = Row(table, place, parent)
    _check_keys(item, place, [*table.fields, *table.lists], problems)
    for name, field in table.fields.items():
        if name in item:
            _read(row, name, field, item[name], problems)
        elif name in table.natural_key:
            problems.add(row.at(name), "This key is required.")
    yield row
    for name, inner in table.lists.items():
        yield from _rows(item, name, inner, row, problems)


def _read(
    row: Row, name: str, field: models.Field[Any, Any], value: Any, problems: Problems
) -> None:
    try:
        if field.many_to_many:
            row.values[name] = list(_texts(row.at(name), value, problems))
        else:
            row.values[name] = _value(field, value)
    except WrongValue as error:
        row.wrong.add(name)
        problems.add(row.at(name), str(error))


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None and field.null:
        return None
    if isinstance(field, models.BooleanField):
        return _of_type(bool, value, "true or false")
    if isinstance(field, models.IntegerField):
        return _of_type(int, value, "a whole number")
    return Secret(text(value)) if isinstance(field, SecretField) else _trimmed(text(value))


def _texts(place: str, value: Any, problems: Problems) -> Iterator[str | None]:
    for index, item in enumerate(_of_type(list, value, "a list of texts")):
        try:
            yield text(item)
        except WrongValue as error:
            problems.add(f"{place}[{index}]", str(error))
            yield None


def _of_type(kind: type, value: Any, expected: str) -> Any:
    if type(value) is not kind:  # True is an int to isinstance
        raise WrongValue(f"Expected {expected}, not {_word(value)}.")
    return value


def text(value: Any) -> str:
    if type(value) is not str:
        raise WrongValue(
            f"Expected text, not {_word(value)}{_QUOTES if type(value) in (bool, int, float) else ''}."
        )
    if value.isprintable():
        return value
    kinds = {unicodedata.category(character) for character in value}
    if "Cs" in kinds:
        raise WrongValue("It holds half of a surrogate pair, which is no character.")
    if "Cc" in kinds:
        raise WrongValue("It holds a control character, such as NUL, a tab or the end of a line.")
    return value


def _trimmed(given: str) -> str:
    if given != given.strip():
        raise WrongValue("It begins or ends with white space.")
    return given


def _check_keys(item: Object, place: str, known: list[str], problems: Problems) -> None:
    for number, (key, value) in enumerate(item.items(), 1):
        if key not in known:
            problems.add(*_unknown(key, number, value, place, known))
    for key in dict.fromkeys(item.repeated):
        if key in known:
            problems.add(f"{place}.{key}".lstrip("."), "This key is given twice.")


def _unknown(key: str, number: int, value: Any, place: str, known: list[str]) -> tuple[str, str]:
    # In YAML, {password: one,two} makes a key without a value of the secret's second half: such a key is not shown.
    if value is None or not _KEY.fullmatch(key):
        return place, f"Its key number {number} is unknown. Possible are {', '.join(known)}."
    close = difflib.get_close_matches(key.lower(), known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"possible are {', '.join(known)}."
    return f"{place}.{key}".lstrip("."), f"This key is unknown; {hint}"


def _word(value: Any) -> str:
    return "an object" if isinstance(value, Mapping) else _WORDS[type(value)]
