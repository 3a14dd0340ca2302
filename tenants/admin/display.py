"""How values are displayed: what must not be overlooked, and whether a secret is set."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants.secrets.encryption import Secret

STYLE = {"all": ["tenants/admin.css"]}


def alarm(text: str) -> SafeString:
    return format_html('<strong class="alarm">{}</strong>', text)


def set_or_not(secret: Secret | None) -> str:
    return "not set" if secret is None else "set"
