"""YAML without its surprises: no aliases, no tags, and few things that are not text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tenants.transfer.problems import Unreadable
from tenants.transfer.reading.json_document import MAX_DEPTH, MAX_DIGITS, TOO_DEEP, Object

_TAG = "tag:yaml.org,2002:"
_CONTROL = yaml.reader.Reader.NON_PRINTABLE


class Loader(yaml.CSafeLoader):
    """The core schema of YAML 1.2: `no`, 0815, 12:30 and 2024-01-01 are read as texts."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", rf"[-+]?(0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})", list("-+0123456789")),
    (
        "float",
        r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN",
        list("-+0123456789."),
    ),
):
    Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"\A({_pattern})\Z"), _first)


def _construct_object(loader: Loader, node: yaml.MappingNode) -> Object:
    return Object(
        (_key_text(key), loader.construct_object(value, deep=True)) for key, value in node.value
    )


def _key_text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise Unreadable(f"{_mark_place(node.start_mark)}: a key is a text.")
    return str(node.value)


Loader.add_constructor(_TAG + "map", _construct_object)


def parse_yaml(text: str) -> Any:
    """Raises Unreadable."""
    if control := _CONTROL.search(text):
        place = _index_place(text, control.start())
        raise Unreadable(f"{place}: this character is not allowed here.")

    try:
        _check_events(text)
        return yaml.load(text, Loader=Loader)  # noqa: S506 - it is a safe loader
    except yaml.MarkedYAMLError as error:
        place = _mark_place(error.problem_mark or error.context_mark)
        # libyaml's sentences are constants; PyYAML's own quote the file, but what
        # they complain about is refused before.
        raise Unreadable(f"{place}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, ValueError, OverflowError):  # such as an escape beyond Unicode
        raise Unreadable("This is not YAML.") from None


def _check_events(text: str) -> None:
    """Runs before anything is built: libyaml's composer recurses on the C stack."""
    depth = documents = 0

    for event in yaml.parse(text, Loader=Loader):
        _refuse_indirection(event)

        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(f"{_mark_place(event.start_mark)}: {TOO_DEEP}.")

        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            place = _mark_place(event.start_mark)
            raise Unreadable(f"{place}: a second document begins; one file holds one.")


def _refuse_indirection(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Unreadable(
            f"{_mark_place(event.start_mark)}: anchors (&) and aliases (*) are refused; "
            "a text that begins with one of them needs quotes."
        )

    if getattr(event, "tag", None):
        raise Unreadable(
            f"{_mark_place(event.start_mark)}: tags (!) are refused; "
            "a text that begins with ! needs quotes."
        )


def _mark_place(mark: Any) -> str:
    return f"Line {mark.line + 1}, column {mark.column + 1}" if mark else "Somewhere"


def _index_place(text: str, index: int) -> str:
    line_start = text.rfind("\n", 0, index) + 1
    return f"Line {text.count(chr(10), 0, index) + 1}, column {index - line_start + 1}"
