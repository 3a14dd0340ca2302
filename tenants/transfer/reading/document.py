"""A document with everything in it, JSON or YAML: from its text to rows of typed values."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import models

from tenants.transfer.problems import Problems, Unreadable
from tenants.transfer.reading.json_document import Object, parse_json
from tenants.transfer.reading.json_value import read_json_value
from tenants.transfer.reading.rest_api import known_keys, spread_rest_api
from tenants.transfer.reading.values import (
    WrongValue,
    checked_text,
    document_value,
    require_type,
    type_name,
)
from tenants.transfer.reading.yaml_document import parse_yaml
from tenants.transfer.rows import Row
from tenants.transfer.tables import LISTS, NO_FIELDS, Table

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")


def document_rows(name: str, content: bytes, problems: Problems) -> Iterator[Row]:
    """Every row that can be made out, in the order of the file. Raises Unreadable."""
    yield from rows_of(_parse(name, content), problems)


def rows_of(document: Object, problems: Problems) -> Iterator[Row]:
    """Of a document that was parsed before."""
    check_keys(document, "", list(LISTS), problems)

    for key, table in LISTS.items():
        yield from _list_rows(document, key, table, None, problems)


def _parse(name: str, content: bytes) -> Object:
    text = _decode(content)
    if not text.strip():
        raise Unreadable("It is empty.")

    document = _parse_text(name, text)
    if not isinstance(document, Object):
        raise Unreadable('The top level is an object with the keys "tenants" and "wcs_instances".')
    return document


def _decode(content: bytes) -> str:
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"It is not UTF-8, first at line {line}.") from None


def _parse_text(name: str, text: str) -> Any:
    """The format is told by the file's name or by its first character."""
    suffix = Path(name).suffix.lower()
    if suffix in {".yaml", ".yml"}:
        return parse_yaml(text)
    if suffix == ".json" or text.lstrip()[0] in "{[":
        return parse_json(text)
    if suffix == ".csv":
        raise Unreadable(
            "This is a table, not JSON or YAML: choose which one, or use manage.py import_csv."
        )
    return parse_yaml(text)


def _list_rows(
    holder: Object, name: str, table: Table, parent: Row | None, problems: Problems
) -> Iterator[Row]:
    place = f"{parent.place}.{name}" if parent else name
    items = holder.get(name, [])
    if not isinstance(items, list):
        problems.add(place, f"Expected a list, not {type_name(items)}.")
        return

    for index, item in enumerate(items):
        if isinstance(item, Object):
            yield from _item_rows(item, f"{place}[{index}]", table, parent, problems)
        else:
            problems.add(f"{place}[{index}]", f"Expected an object, not {type_name(item)}.")


def _item_rows(
    item: Object, place: str, table: Table, parent: Row | None, problems: Problems
) -> Iterator[Row]:
    row = Row(table, place, parent)
    check_keys(item, place, [*known_keys(table.fields), *table.lists], problems)
    item = spread_rest_api(item, place, problems)

    for name, field in table.fields.items():
        if name in item:
            _read_field(row, name, field, item[name], problems)
        elif name in table.natural_key:
            problems.add(row.place_of(name), "This key is required.")
    yield row

    for name, inner in table.lists.items():
        yield from _list_rows(item, name, inner, row, problems)


def _read_field(
    row: Row, name: str, field: models.Field[Any, Any], value: Any, problems: Problems
) -> None:
    try:
        if field.many_to_many:
            row.values[name] = list(_read_texts(row.place_of(name), value, problems))
        elif isinstance(field, models.JSONField):
            _read_levels(row, name, value, problems)
        else:
            row.set_value(name, document_value(field, value))
    except WrongValue as error:
        row.wrong.add(name)
        problems.add(row.place_of(name), str(error))


def _read_levels(row: Row, name: str, value: Any, problems: Problems) -> None:
    noted = problems.total
    row.values[name] = read_json_value(row.place_of(name), value, problems)
    if problems.total > noted:
        row.wrong.add(name)
        del row.values[name]


def _read_texts(place: str, value: Any, problems: Problems) -> Iterator[str | None]:
    for index, item in enumerate(require_type(list, value, "a list of texts")):
        try:
            yield checked_text(item)
        except WrongValue as error:
            problems.add(f"{place}[{index}]", str(error))
            yield None


def check_keys(item: Object, place: str, known: list[str], problems: Problems) -> None:
    for number, (key, value) in enumerate(item.items(), 1):
        if key not in known:
            problems.add(*_unknown_key(key, number, value, place, known))

    for key in dict.fromkeys(item.repeated):
        if key in known:
            problems.add(f"{place}.{key}".lstrip("."), "This key is given twice.")


def _unknown_key(
    key: str, number: int, value: Any, place: str, known: list[str]
) -> tuple[str, str]:
    names = ", ".join(known)
    # In YAML, {password: one,two} makes the secret's second half a key without a value:
    # such a key is not shown.
    if value is None or not _KEY.fullmatch(key):
        return place, f"Its key number {number} is unknown. Possible are {names}."

    if key in NO_FIELDS:
        return f"{place}.{key}".lstrip("."), NO_FIELDS[key]
    close = difflib.get_close_matches(key.lower(), known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"possible are {names}."
    return f"{place}.{key}".lstrip("."), f"This key is unknown; {hint}"
