"""The demo's administrator, who has no password, only sessions that the demo's page begins."""

from __future__ import annotations

import time
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import connection
from django_otp import DEVICE_ID_SESSION_KEY

from tenants.models import SecondFactor
from tenants.sign_in.confirmation import CONFIRMED_AT
from tenants.sign_in.ending import SEEN_AT, SIGNED_IN_AT

NAME = "demo"


def somebody_else_is_here() -> bool:
    """Then the database belongs to somebody. A new one has no tables yet."""
    users = get_user_model()
    return (
        users._meta.db_table in connection.introspection.table_names()
        and users.objects.exclude(username=NAME).exists()
    )


def sign_in() -> str:
    """A new session of the admin; its cookie's value."""
    users = get_user_model().objects
    user = users.filter(username=NAME).first() or users.create_superuser(NAME)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    factor, _ = SecondFactor.objects.get_or_create(user=user, defaults={"confirmed": True})
    session[DEVICE_ID_SESSION_KEY] = factor.persistent_id
    session[SIGNED_IN_AT] = session[SEEN_AT] = session[CONFIRMED_AT] = time.time()
    session.create()
    return str(session.session_key)
