"""Sessions end: after some time without a click, after a day, and at once where needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"
NOTED_EVERY = 30  # seconds, so that not every click writes a row
IDLE = "You were signed out because nothing happened for a while."
TOO_OLD = "You were signed out because you signed in long ago."

View = TypeVar("View", bound=Callable[..., Any])


def note_sign_in(request: HttpRequest, **kwargs: Any) -> None:
    """For the signal `user_logged_in`."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()


def unattended(view: View) -> View:
    """Marks a page that sends requests by itself, like a live one: they keep no session alive."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


class SessionEndMiddleware(MiddlewareMixin):
    """Stands after the middleware for messages, because it adds one."""

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            # Reading the session would make the answer depend on the cookie, and button.js
            # must be the same for everybody.
            return None
        session, now = request.session, time.time()
        if SESSION_KEY not in session:
            return None

        if reason := _end_reason(session, now):
            logout(request)
            messages.info(request, reason)
        elif not getattr(view, "is_unattended", False) and now - session[SEEN_AT] > NOTED_EVERY:
            session[SEEN_AT] = now
        return None


def _end_reason(session: Any, now: float) -> str:
    """A session that does not tell when it began has ended."""
    if now - session.get(SIGNED_IN_AT, 0) > settings.CLICKHOOK_SIGN_IN_AGE:
        return TOO_OLD
    return IDLE if now - session.get(SEEN_AT, 0) > settings.CLICKHOOK_SIGN_IN_IDLE else ""


def end_sessions(user: AbstractBaseUser, except_key: str | None = None) -> int:
    """Signs a person out everywhere, or in all sessions except one; gives their number."""
    live, ended = Session.objects.filter(expire_date__gt=timezone.now()), 0
    for session in live.exclude(session_key=except_key):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended
