"""Makes clickhook/api/openapi.json: `python -m tests.api.document`. A test says when it differs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parents[2] / "clickhook" / "api" / "openapi.json"
INTRODUCTION = """\
What account managers do on pages, for programs. Send a key as `Authorization: Bearer ck_…`.

A body is a JSON object with the keys of the import file. Amounts of money are texts with a decimal
point. Lists have pages of 50; `next` is the address of the following one. A refusal is a problem
(RFC 9457) whose `errors` tell each wrong value by a JSON pointer.
"""


def make_document() -> dict[str, Any]:
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.settings import patched_settings

    from clickhook.api.view import ApiView
    from tests.api.operations import OperationSchema
    from tests.api.schemas import components

    settings = {
        "OAS_VERSION": "3.1.0",
        "TITLE": "clickhook",
        "VERSION": "1",
        "DESCRIPTION": INTRODUCTION,
        "APPEND_COMPONENTS": {
            "schemas": components(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SORT_OPERATIONS": False,
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
        "POSTPROCESSING_HOOKS": [],
    }
    ApiView.schema = OperationSchema()
    with patched_settings(settings):
        return SchemaGenerator().get_schema(request=None, public=True)


def write(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clickhook.settings")
    import django

    django.setup()
    PLACE.write_text(write(make_document()))
