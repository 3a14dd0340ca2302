"""YAML without its surprises: no aliases, no tags, and only true, false, null and decimals are anything but text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tenants.transfer.reading.objects import MAX_DEPTH, MAX_DIGITS, TOO_DEEP, Object, Unreadable

_TAG = "tag:yaml.org,2002:"
_CONTROL = yaml.reader.Reader.NON_PRINTABLE


class Loader(yaml.CSafeLoader):
    """The core schema of YAML 1.2: `no`, 0815, 12:30 and 2024-01-01 are the texts that they look like."""

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


def _object(loader: Loader, node: yaml.MappingNode) -> Object:
    return Object(
        (_key(key), loader.construct_object(value, deep=True)) for key, value in node.value
    )


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise Unreadable(f"{_where(node.start_mark)}: a key is a text.")
    return str(node.value)


Loader.add_constructor(_TAG + "map", _object)


def parse(text: str) -> Any:
    """Raises Unreadable."""
    if control := _CONTROL.search(text):
        raise Unreadable(f"{_position(text, control.start())}: this character is not allowed here.")
    try:
        _check_events(text)
        return yaml.load(text, Loader=Loader)  # noqa: S506 - it is a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # libyaml's sentences are constants; PyYAML's own, which quote the file, belong to what is refused before.
        raise Unreadable(f"{_where(mark)}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, ValueError, OverflowError):  # among others an escape beyond Unicode
        raise Unreadable("This is not YAML.") from None


def _check_events(text: str) -> None:
    """Before anything is built: libyaml's composer nests as deeply as the file does, on the C stack."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=Loader):
        _refuse_indirection(event)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > MAX_DEPTH:
            raise Unreadable(f"{_where(event.start_mark)}: {TOO_DEEP}.")
        if documents > 1:
            raise Unreadable(
                f"{_where(event.start_mark)}: a second document begins; one file holds one."
            )


def _refuse_indirection(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Unreadable(
            f"{_where(event.start_mark)}: anchors (&) and aliases (*) are refused; "
            "a text that begins with one of them needs quotes."
        )
    if getattr(event, "tag", None):
        raise Unreadable(
            f"{_where(event.start_mark)}: tags (!) are refused; a text that begins with ! needs quotes."
        )


def _where(mark: Any) -> str:
    return f"Line {mark.line + 1}, column {mark.column + 1}" if mark else "Somewhere"


def _position(text: str, index: int) -> str:
    line_start = text.rfind("\n", 0, index) + 1
    return f"Line {text.count(chr(10), 0, index) + 1}, column {index - line_start + 1}"
