"""ETag and If-Match: nobody changes what somebody else has changed meanwhile."""

from __future__ import annotations

from django.db.models import Model
from rest_framework.request import Request

from clickhook.api.problems import Kind, Problem
from tenants.admin.versioned_form import version_of

ANY = "*"
HOW = "Send If-Match with the ETag of your last GET, or If-Match: * for any version."


def etag(row: Model) -> str:
    return f'"{version_of(row)}"'


def require_version(request: Request, row: Model) -> None:
    """`row` is locked."""
    asked = request.headers.get("If-Match", "").strip()
    if not asked:
        raise Problem(Kind.VERSION_MISSING, HOW)
    if asked != ANY and etag(row) not in [part.strip() for part in asked.split(",")]:
        raise Problem(Kind.VERSION_CHANGED, "Get it again, and look at what changed.")
