"""The demo's administrator: she has no password, only a session that the demo's own page begins."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

NAME = "demo"


def sign_in() -> str:
    """A new session of the admin; its cookie's value."""
    users = get_user_model().objects
    user = users.filter(username=NAME).first() or users.create_superuser(NAME)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
