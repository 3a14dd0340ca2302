"""Visits to pages of the site: what each of them leaks, and which rows it changed."""

from __future__ import annotations

import html
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.messages import get_messages

from tenants.models import Assignment, AuditEntry, Upload, WcsInstance

REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class Visit:
    status: int
    location: str  # where it redirects to; empty: nowhere
    messages: list[str]
    text: str  # with the headers, the messages, and the page it redirects to


class Walker:
    """Follows a redirect to a page once: most redirects lead to the same few pages.

    What differs is the messages, which are read without the page that would show them.
    """

    def __init__(self, client):
        self._client, self._followed = client, set()

    def get(self, path) -> Visit:
        return self._visit(path, self._client.get(path))

    def post(self, path, data) -> Visit:
        return self._visit(path, self._client.post(path, data))

    def _visit(self, path, answer) -> Visit:
        messages = list(map(str, get_messages(answer.wsgi_request)))
        self._client.cookies.pop("messages", None)  # the next page would show them

        location = ""
        if answer.status_code in REDIRECTS:
            location = urljoin(path, answer.headers["Location"])
        visit = Visit(answer.status_code, location, messages, text_of(answer) + " ".join(messages))

        if location and location not in self._followed:
            assert not urlsplit(location).netloc, f"{path} leads to another site"
            self._followed.add(location)
            followed = self.get(location)
            assert followed.status < 500, location
            visit.text += followed.text
        return visit


def text_of(response) -> str:
    if response.streaming:
        assert not response.is_async, (
            "The walk reads no endless stream: give its page a test of its own, and skip it here."
        )
        content = b"".join(response.streaming_content)
    else:
        content = response.content
    chain = " ".join(target for target, _ in getattr(response, "redirect_chain", []))
    return html.unescape(content.decode(errors="replace")) + chain + str(response.headers)


def leaked(text, private, asked) -> set[str]:
    """The private texts in a text, but those the visitor asked with: an error may repeat them."""
    text, asked = unquote(text).lower(), unquote(asked).lower()
    return {one for one in private if one in text and one.strip('<>"') not in asked}


def snapshot():
    """Every row that somebody without a right to it could have changed."""
    scoped = [
        model for model in apps.get_models() if hasattr(model._default_manager.all(), "visible_to")
    ]
    scoped.remove(AuditEntry)  # what people do to their own account is audited
    tables = [*scoped, Upload, Assignment, WcsInstance.tenants.through]
    people = list(
        User.objects.order_by("pk").values(
            "pk", "username", "password", "is_active", "is_staff", "is_superuser"
        )
    )
    return people, {model.__name__: list(model.objects.order_by("pk").values()) for model in tables}
