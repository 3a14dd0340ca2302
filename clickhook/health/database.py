"""What is looked at in the database: its clock, its migrations, and some sealed secrets."""

from __future__ import annotations

from typing import NamedTuple

from django.db.migrations.loader import MigrationLoader

# The secrets are the probe: a gateway with another key ring opens none of them.
LOOK = """
SELECT extract(epoch FROM clock_timestamp()),
       ARRAY(SELECT unnest(%s::text[]) EXCEPT SELECT app || '.' || name FROM django_migrations),
       ARRAY(SELECT ARRAY[id::text, signing_secret] FROM tenants_wcsinstance
              WHERE signing_secret <> '' ORDER BY id LIMIT 10)
"""


class Clocks(NamedTuple):
    """Seconds since 1970: our clock before the question, the database's, ours after the answer."""

    before: float
    database: float
    after: float

    @property
    def offset(self) -> float:
        """Seconds by which the database's clock is ahead, as far as the delay lets one tell."""
        if self.before <= self.database <= self.after:
            return 0.0
        return self.database - (self.before if self.database < self.before else self.after)


class Seen(NamedTuple):
    clocks: Clocks
    missing_migrations: list[str]
    sealed_secrets: list[tuple[str, str]]  # of WCS instances: id and token


def list_migrations() -> list[str]:
    """Those of this version. What replaces others is recorded under their names."""
    loader = MigrationLoader(None)
    return [
        f"{app}.{name}"
        for (app, name), migration in loader.disk_migrations.items()
        if not migration.replaces
    ]
