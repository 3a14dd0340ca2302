"""The body of a request: one JSON object, read as strictly as an import file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from clickhook.api.problems import Kind, Problem
from tenants.transfer.problems import Unreadable
from tenants.transfer.reading.json_document import Object, parse_json


class ObjectParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read_object(read_bounded(stream, parser_context))


class BytesParser(BaseParser):
    """For files: what they hold is read by whoever takes them."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read_bounded(stream, parser_context)


class CsvParser(BytesParser):
    media_type = "text/csv"


class YamlParser(BytesParser):
    media_type = "application/yaml"


class JsonFileParser(BytesParser):
    media_type = "application/json"


def read_bounded(stream: IO[Any], context: Mapping[str, Any] | None) -> bytes:
    """The view keeps it, because it can be read once only."""
    view: Any = context and context["view"]
    view.body = bytes(stream.read(view.longest_body + 1))
    if len(view.body) > view.longest_body:
        raise Problem(Kind.TOO_LARGE, f"At most {view.longest_body:,} bytes are taken here.")
    return bytes(view.body)


def read_object(body: bytes) -> Object:
    if not body.strip():
        return Object()
    try:
        read = parse_json(body.decode())
    except UnicodeDecodeError:
        raise Problem(Kind.MALFORMED, "The body is not UTF-8.") from None
    except Unreadable as error:
        raise Problem(Kind.MALFORMED, str(error)) from None
    if not isinstance(read, Object):
        raise Problem(Kind.MALFORMED, "The body is a JSON object.")
    return read
