"""The table of checks; each is made whatever the others find."""

from __future__ import annotations

import inspect

from django.db import DatabaseError

from clickhook.doctor.checks import (
    alarms,
    clock,
    disk,
    hook_traffic,
    instances,
    payload_fields,
    postgres,
    public_url,
    replication,
    rest_apis,
    secrets,
    settings,
    statistics,
    switches,
    tenants,
    worker,
)
from clickhook.doctor.finding import Finding, Findings

CHECKS = (
    settings.check_settings,
    secrets.check_secrets,
    worker.check_worker,
    postgres.check_postgres,
    statistics.check_statistics,
    replication.check_replication,
    clock.check_clock,
    disk.check_disk,
    public_url.check_public_url,
    instances.check_instances,
    hook_traffic.check_traffic,
    payload_fields.check_payload_fields,
    rest_apis.check_rest_apis,
    alarms.check_alarms,
    switches.check_switches,
    tenants.check_tenants,
)


def check_everything() -> Findings:
    for check in CHECKS:
        name = inspect.getmodule(check).__name__.rpartition(".")[2]  # type: ignore[union-attr]
        try:
            yield from check()
        except DatabaseError as error:
            sentence = f"The database cannot be read: {str(error).partition(chr(10))[0]}"
            yield Finding(name, False, sentence, "See DATABASE_URL, and PostgreSQL's own log.")
