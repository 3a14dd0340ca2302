"""Sessions end: after a while without a click, after a day's work, and everywhere at once when it matters."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"
NOTED_EVERY = 30  # seconds: a row is not written for each click
IDLE = "You were signed out because nothing happened for a while."
TOO_OLD = "You were signed out because you signed in long ago."

View = TypeVar("View", bound=Callable[..., Any])


@receiver(user_logged_in)
def _begins(request: HttpRequest, **kwargs: Any) -> None:
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()


def unattended(view: View) -> View:
    """A page that asks by itself, like a live one: its requests keep no session alive."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


class SessionEndMiddleware(MiddlewareMixin):
    """After the middleware for messages, since it leaves one."""

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None  # whoever looked would make the answer depend on the cookie: button.js is the same for everybody
        session, now = request.session, time.time()
        if SESSION_KEY not in session:
            return None
        if ended := _why_ended(session, now):
            logout(request)
            messages.info(request, ended)
        elif not getattr(view, "is_unattended", False) and now - session[SEEN_AT] > NOTED_EVERY:
            session[SEEN_AT] = now
        return None


def _why_ended(session: Any, now: float) -> str:
    """A session that does not say when it began is over."""
    if now - session.get(SIGNED_IN_AT, 0) > settings.CLICKHOOK_SIGN_IN_AGE:
        return TOO_OLD
    return IDLE if now - session.get(SEEN_AT, 0) > settings.CLICKHOOK_SIGN_IN_IDLE else ""


def end_sessions_of(user: AbstractBaseUser, but: str | None = None) -> int:
    """Signs her out everywhere, or everywhere but in one session; says in how many."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended
