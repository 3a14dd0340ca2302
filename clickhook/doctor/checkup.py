"""The table of checks; each is made whatever the others find."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from clickhook.doctor.checks import (
    alarms,
    api_keys,
    button,
    cells,
    clock,
    disk,
    event_weeks,
    hook_traffic,
    instances,
    payload_fields,
    postgres,
    public_url,
    replica,
    replication,
    rest_apis,
    secrets,
    settings,
    single_sign_on,
    statistics,
    switches,
    tenants,
    webhooks,
    worker,
)
from clickhook.doctor.finding import Finding, Findings
from tenants.secrets.encryption import KeyRingError

CHECKS: dict[str, Callable[[], Findings]] = {
    "settings": settings.check_settings,
    "secrets": secrets.check_secrets,
    "weeks": event_weeks.check_event_weeks,
    "worker": worker.check_worker,
    "postgres": postgres.check_postgres,
    "statistics": statistics.check_statistics,
    "cell": cells.check_cell,
    "replication": replication.check_replication,
    "replica": replica.check_replica,
    "clock": clock.check_clock,
    "disk": disk.check_disk,
    "public url": public_url.check_public_url,
    "button": button.check_button,
    "instances": instances.check_instances,
    "traffic": hook_traffic.check_traffic,
    "payloads": payload_fields.check_payload_fields,
    "rest api": rest_apis.check_rest_apis,
    "alarms": alarms.check_alarms,
    "switches": switches.check_switches,
    "tenants": tenants.check_tenants,
    "api keys": api_keys.check_api_keys,
    "webhooks": webhooks.check_webhooks,
    "single sign-on": single_sign_on.check_single_sign_on,
}
KEYS = (
    "See CLICKHOOK_SECRET_KEY and CLICKHOOK_ENCRYPTION_KEYS, or give this command the gateway's "
    "CLICKHOOK_DATA_DIR."
)


def check_everything() -> Findings:
    for name, check in CHECKS.items():
        try:
            yield from check()
        except DatabaseError as error:
            sentence = f"The database cannot be read: {str(error).partition(chr(10))[0]}"
            yield Finding(name, False, sentence, "See DATABASE_URL, and PostgreSQL's own log.")
        except OSError as error:
            sentence = f"{error.filename} cannot be looked at: {error.strerror}."
            yield Finding(name, False, sentence, "See CLICKHOOK_DATA_DIR, and as whom this runs.")
        except (KeyRingError, ImproperlyConfigured):  # its words may hold a piece of a key
            sentence = "The keys of this installation are missing or malformed."
            yield Finding(name, False, sentence, KEYS)
