"""All settings, from the environment alone; the README's table lists them. Nothing here opens anything by default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from clickhook import datadir, postgres
from clickhook.button import websdk

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()  # NAME_FILE names a file that holds NAME

CLICKHOOK_DATA_DIR = Path(env.str("CLICKHOOK_DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
CLICKHOOK_PUBLIC_URL = env.str("CLICKHOOK_PUBLIC_URL", default="http://localhost:8000").rstrip("/")
CLICKHOOK_ENCRYPTION_KEYS = env.str("CLICKHOOK_ENCRYPTION_KEYS", default="")
# Read again when it changes; keys from the environment stay what they are until the next start.
CLICKHOOK_KEY_FILE = None if CLICKHOOK_ENCRYPTION_KEYS else datadir.key_file(CLICKHOOK_DATA_DIR)
CLICKHOOK_ENCRYPTION_KEYS = CLICKHOOK_ENCRYPTION_KEYS or datadir.encryption_keys(CLICKHOOK_DATA_DIR)
SECRET_KEY = env.str("CLICKHOOK_SECRET_KEY", default="") or datadir.django_key(CLICKHOOK_DATA_DIR)

CLICKHOOK_HOOK_DEADLINE = env.float("CLICKHOOK_HOOK_DEADLINE", default=1.0)
CLICKHOOK_SPOOL_LIMIT = env.int("CLICKHOOK_SPOOL_LIMIT", default=64 * 1024 * 1024)
CLICKHOOK_RING_LEASE = env.int("CLICKHOOK_RING_LEASE", default=10 * 60)
CLICKHOOK_CALL_LEASE = env.int("CLICKHOOK_CALL_LEASE", default=4 * 60 * 60)
CLICKHOOK_SESSION_LEASE = env.int("CLICKHOOK_SESSION_LEASE", default=24 * 60 * 60)
CLICKHOOK_SIGN_IN_IDLE = env.int("CLICKHOOK_SIGN_IN_IDLE", default=30 * 60)
CLICKHOOK_SIGN_IN_AGE = env.int("CLICKHOOK_SIGN_IN_AGE", default=12 * 60 * 60)
CLICKHOOK_TRUSTED_PROXIES = env.int("CLICKHOOK_TRUSTED_PROXIES", default=0)
if CLICKHOOK_TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("CLICKHOOK_TRUSTED_PROXIES is a number of proxies, 0 or more.")

_public = urlsplit(CLICKHOOK_PUBLIC_URL)
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
_is_https = _public.scheme == "https"
if not _public.hostname or not (
    _is_https or (_public.scheme == "http" and _public.netloc.split(":")[0] in _LOOPBACK)
):
    raise ImproperlyConfigured(
        "CLICKHOOK_PUBLIC_URL is https://…; http:// is for this machine alone (localhost)."
    )

DEBUG = False
ALLOWED_HOSTS = [_public.hostname, *_LOOPBACK, *env.list("CLICKHOOK_ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [CLICKHOOK_PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SESSION_COOKIE_AGE = CLICKHOOK_SIGN_IN_AGE
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _is_https else 0
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
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}

CLICKHOOK_EMBEDDED_DATABASE = not env.str("DATABASE_URL", default="")
_database: dict[str, Any] = (
    postgres.database(CLICKHOOK_DATA_DIR)
    if CLICKHOOK_EMBEDDED_DATABASE
    else env.db_url("DATABASE_URL")
)
# Every connection gives up within seconds on a server that does not answer, and wants one that
# takes writes; the URL may say otherwise.
_options = {
    "connect_timeout": 2,  # seconds, for each host
    "tcp_user_timeout": 5000,  # milliseconds
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 2,  # seconds
    "keepalives_count": 3,
    "target_session_attrs": "read-write",
}
DATABASES = {"default": _database | {"OPTIONS": _options | _database.get("OPTIONS", {})}}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL names a PostgreSQL: postgresql://user:password@host/name"
    )
# A socket's directory stands in a URL percent-encoded, as libpq wants it.
DATABASES["default"] |= {
    "HOST": unquote(str(DATABASES["default"].get("HOST", ""))),
    "CONN_HEALTH_CHECKS": True,
}

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
STATIC_ROOT = Path(env.str("CLICKHOOK_STATIC_DIR", default=str(CLICKHOOK_DATA_DIR / "static")))
WHITENOISE_IMMUTABLE_FILE_TEST = websdk.IMMUTABLE
WHITENOISE_ADD_HEADERS_FUNCTION = websdk.add_headers

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("CLICKHOOK_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "axes": {"level": "WARNING"},  # it tells of each sign-in in four lines, and names nobody
    },
}
