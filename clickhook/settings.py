"""All settings, from the environment alone; the README's table lists them. Defaults are secure."""

from __future__ import annotations

import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from clickhook import datadir, postgres
from clickhook.addresses import (
    LOOPBACK,
    Address,
    is_every_address,
    make_origins,
    parse_bind,
    parse_hosts,
    parse_public_url,
)
from clickhook.button import websdk
from clickhook.database_url import UNREADABLE, parse_database_url, with_our_options
from clickhook.email_url import parse_email_url
from clickhook.environment import Environment
from clickhook.metrics.access import Network, parse_networks
from clickhook.secret_key import find_weakness
from clickhook.served_paths import EVERYTHING, SIDES
from clickhook.served_url import read_served_url
from clickhook.single_sign_on import read_single_sign_on
from tenants.secrets.encryption import KeyRing, KeyRingError
from tenants.webhooks.allowed_networks import AllowedNetwork, parse_allowed_networks

BASE_DIR = Path(__file__).resolve().parent.parent
_MINUTE, _HOUR, _DAY, _YEAR = 60, 60 * 60, 24 * 60 * 60, 365 * 24 * 60 * 60  # seconds
_env = Environment(os.environ)

CLICKHOOK_DATA_DIR = _env.path("CLICKHOOK_DATA_DIR", BASE_DIR / ".data")
_default_url = "http://localhost:8000"
_written_url = _env.text("CLICKHOOK_PUBLIC_URL", _default_url)
CLICKHOOK_PUBLIC_URL = _env.parsed(
    "CLICKHOOK_PUBLIC_URL", _written_url, parse_public_url, _default_url
)
# Where wcs_config and rehearse find the gateway: `up` may run, and serve another address.
CLICKHOOK_GATEWAY_URL = CLICKHOOK_PUBLIC_URL
CLICKHOOK_ENCRYPTION_KEYS = _env.text("CLICKHOOK_ENCRYPTION_KEYS")
try:
    if CLICKHOOK_ENCRYPTION_KEYS:
        KeyRing.parse(CLICKHOOK_ENCRYPTION_KEYS)
except (KeyRingError, ValueError):
    _env.refuse(
        "CLICKHOOK_ENCRYPTION_KEYS", "takes id:key entries, key in base64 of 32 random bytes"
    )
# Read again when it changes; keys from the environment stay what they are until the next start.
CLICKHOOK_KEY_FILE = None if CLICKHOOK_ENCRYPTION_KEYS else datadir.key_file(CLICKHOOK_DATA_DIR)
SECRET_KEY = _env.text("CLICKHOOK_SECRET_KEY")
if SECRET_KEY and (_weakness := find_weakness(SECRET_KEY)):
    _env.refuse("CLICKHOOK_SECRET_KEY", _weakness)
try:
    CLICKHOOK_ENCRYPTION_KEYS = CLICKHOOK_ENCRYPTION_KEYS or datadir.encryption_keys(
        CLICKHOOK_DATA_DIR
    )
    SECRET_KEY = SECRET_KEY or datadir.django_key(CLICKHOOK_DATA_DIR)
    if not _env.is_set("CLICKHOOK_PUBLIC_URL"):
        CLICKHOOK_GATEWAY_URL = read_served_url(CLICKHOOK_DATA_DIR) or CLICKHOOK_PUBLIC_URL
except OSError as error:
    _env.refuse("CLICKHOOK_DATA_DIR", f"cannot be used: {error.filename}: {error.strerror}")
except ValueError:
    _env.refuse("CLICKHOOK_DATA_DIR", "holds a file that is not text")

CLICKHOOK_HOOK_DEADLINE = _env.number("CLICKHOOK_HOOK_DEADLINE", 0.8, 0.05, 14)
CLICKHOOK_SPOOL_LIMIT = _env.whole_number(
    "CLICKHOOK_SPOOL_LIMIT", 64 * 1024 * 1024, least=512, most=10**12
)
CLICKHOOK_RING_LEASE = _env.whole_number("CLICKHOOK_RING_LEASE", 10 * _MINUTE, 10, _DAY)
CLICKHOOK_CALL_LEASE = _env.whole_number("CLICKHOOK_CALL_LEASE", 4 * _HOUR, _MINUTE, 30 * _DAY)
CLICKHOOK_SESSION_LEASE = _env.whole_number("CLICKHOOK_SESSION_LEASE", _DAY, _MINUTE, 30 * _DAY)
CLICKHOOK_CELL = _env.whole_number("CLICKHOOK_CELL", 0, 0, 8191)  # see hooks/cells/id_ranges.py
CLICKHOOK_KEEP_EVENTS = _env.whole_number("CLICKHOOK_KEEP_EVENTS", 90, 0, 36500)  # days
CLICKHOOK_KEEP_CALLS = _env.whole_number("CLICKHOOK_KEEP_CALLS", 730, 0, 36500)  # days
CLICKHOOK_API_REQUESTS = _env.whole_number("CLICKHOOK_API_REQUESTS", 300, 1, 1_000_000)
CLICKHOOK_SIGN_IN_IDLE = _env.whole_number("CLICKHOOK_SIGN_IN_IDLE", 30 * _MINUTE, _MINUTE, _YEAR)
CLICKHOOK_SIGN_IN_AGE = _env.whole_number("CLICKHOOK_SIGN_IN_AGE", 12 * _HOUR, _MINUTE, _YEAR)
CLICKHOOK_TRUSTED_PROXIES = _env.whole_number("CLICKHOOK_TRUSTED_PROXIES", 0, 0, 100)
CLICKHOOK_SERVES = _env.choice(
    "CLICKHOOK_SERVES", EVERYTHING.upper(), [side.upper() for side in (EVERYTHING, *SIDES)]
).lower()
_loopback = "127.0.0.0/8, ::1/128"
_written_networks = _env.text("CLICKHOOK_METRICS_ALLOW", _loopback)
CLICKHOOK_METRICS_ALLOW: list[Network] = _env.parsed(
    "CLICKHOOK_METRICS_ALLOW", _written_networks, parse_networks, []
)
_written_allowed = _env.text("CLICKHOOK_WEBHOOK_ALLOW")
CLICKHOOK_WEBHOOK_ALLOW: list[AllowedNetwork] = _env.parsed(
    "CLICKHOOK_WEBHOOK_ALLOW", _written_allowed, parse_allowed_networks, []
)
CLICKHOOK_DOMAIN_PROOF = _env.choice("CLICKHOOK_DOMAIN_PROOF", "OFF", ["OFF", "REQUIRED"]).lower()
CLICKHOOK_OIDC = read_single_sign_on(_env)
CLICKHOOK_ALARM_MAIL = [
    address.strip() for address in _env.text("CLICKHOOK_ALARM_MAIL").split(",") if address.strip()
]
_email_url = _env.text("EMAIL_URL")
if CLICKHOOK_ALARM_MAIL and not _email_url:
    _env.refuse("CLICKHOOK_ALARM_MAIL", "needs EMAIL_URL, the server that takes the mail")
if not all("@" in address for address in CLICKHOOK_ALARM_MAIL):
    _env.refuse("CLICKHOOK_ALARM_MAIL", "takes mail addresses with commas between")
_no_mail: dict[str, Any] = {}
globals().update(_env.parsed("EMAIL_URL", _email_url, parse_email_url, _no_mail))
EMAIL_TIMEOUT = 10  # seconds
# docker/gunicorn.conf.py reads these, and CLICKHOOK_BIND; here they are checked.
CLICKHOOK_GATEWAY_PROCESSES = _env.processes("WEB_CONCURRENCY", os.cpu_count() or 1, most=1024)
_env.whole_number("CLICKHOOK_CONNECTIONS", 4000, 16, 1_000_000)
_env.number("CLICKHOOK_REQUEST_DEADLINE", 10.0, 0.05, 600)
_default_bind = "127.0.0.1:8000"
_written_bind = _env.plain_text("CLICKHOOK_BIND", _default_bind)
_bind = _env.parsed("CLICKHOOK_BIND", _written_bind, parse_bind, parse_bind(_default_bind))

_is_https = CLICKHOOK_PUBLIC_URL.startswith("https:")
_public_host = parse_hosts(CLICKHOOK_PUBLIC_URL.partition("://")[2])
_written_hosts = _env.text("CLICKHOOK_ALLOWED_HOSTS")
_further_hosts: list[Address] = _env.parsed(
    "CLICKHOOK_ALLOWED_HOSTS", _written_hosts, parse_hosts, []
)

DEBUG = False
ALLOWED_HOSTS = [*(address.host for address in _public_host + _further_hosts), *LOOPBACK]
if not is_every_address(_bind.host):  # else the address that `up` prints would answer 400
    ALLOWED_HOSTS.append(_bind.host)
# Behind a proxy, Django itself does not know that a host is reached by https.
CSRF_TRUSTED_ORIGINS = make_origins(CLICKHOOK_PUBLIC_URL, _further_hosts)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SESSION_COOKIE_AGE = CLICKHOOK_SIGN_IN_AGE
SECURE_HSTS_SECONDS = _YEAR if _is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {  # as Django 6 names it
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether the host's subdomains speak https is not for this gateway to say,
    "security.W021",  # nor whether browsers shall have it built in
    "security.W008",  # a proxy in front ends TLS; a hook is never redirected
]

ROOT_URLCONF = "clickhook.urls"
ASGI_APPLICATION = "clickhook.asgi.application"
INSTALLED_APPS = [
    "clickhook",
    "hooks",
    "tenants",
    "rest_framework",
    "django_otp",
    "axes",
    "tenants.sign_in.apps.SignInAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "clickhook.content_security_policy.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.audit.middleware.audit",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tenants.sign_in.ending.SessionEndMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # tenants has a template for selects
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}

_database_url = _env.text("DATABASE_URL")
CLICKHOOK_EMBEDDED_DATABASE = not _database_url
_database = (
    _env.parsed("DATABASE_URL", _database_url, parse_database_url, UNREADABLE)
    if _database_url
    else postgres.database(CLICKHOOK_DATA_DIR)
)
DATABASES = {"default": with_our_options(_database) | {"CONN_HEALTH_CHECKS": True}}
if _replica_url := _env.text("DATABASE_REPLICA_URL"):
    _replica = _env.parsed("DATABASE_REPLICA_URL", _replica_url, parse_database_url, UNREADABLE)
    DATABASES["replica"] = with_our_options(_replica, "standby")
DATABASE_ROUTERS = ["hooks.calls.replica.ReplicaRouter"]

# libpq asks each connection for dates that the driver reads, whatever is set for the role. A
# startup option would do so too, but older poolers refuse those.
os.environ["PGDATESTYLE"] = "ISO"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "tenants.sign_in.backend.PasswordBackend",
]
AXES_LOCKOUT_PARAMETERS = [
    ["username", "ip_address"]
]  # nobody locks another out from elsewhere, nor a whole site
AXES_CLIENT_IP_CALLABLE = "tenants.sign_in.client_address.lockout_address"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "tenants.sign_in.locked_out.locked_out"
AXES_VERBOSE = AXES_ENABLE_ADMIN = False  # its pages are our own

PASSWORD_HASHERS = ["clickhook.door.password_hashing.YieldingPasswordHasher"]
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "clickhook.formats"
STATIC_URL = "static/"
STATIC_ROOT = _env.path("CLICKHOOK_STATIC_DIR", CLICKHOOK_DATA_DIR / "static")
WHITENOISE_IMMUTABLE_FILE_TEST = websdk.IMMUTABLE
WHITENOISE_ADD_HEADERS_FUNCTION = websdk.add_headers

_log_level = _env.choice("CLICKHOOK_LOG_LEVEL", "INFO", list(logging.getLevelNamesMapping()))
_log_format = _env.choice("CLICKHOOK_LOG_FORMAT", "TEXT", ["TEXT", "JSON"]).lower()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "clickhook.log_lines.JsonLine"},
    },
    "filters": {"strangers": {"()": "clickhook.log_lines.OneLineForStrangers"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": _log_format,
            "filters": ["strangers"],
        }
    },
    "root": {"handlers": ["stderr"], "level": _log_level},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Anybody can have a path refused; with a mistake in it, a hook URL shows the key here.
        "django.request": {"level": "ERROR"},
        "gunicorn.error": {"handlers": [], "propagate": True},
        # It would tell of an answer's malformed headers with the whole URL, which may be a secret.
        "urllib3.connection": {"level": "ERROR"},
        "axes": {"level": "WARNING"},  # it tells of each sign-in in four lines, and names nobody
    },
}

for _warning in _env.unknown_names():
    sys.stderr.write(f"{_warning}\n")
if _env.problems:  # not an exception: whoever starts this needs the sentences and no traceback
    sys.exit("\n".join(_env.problems))
