"""The WCS instance that an operator names on the command line, and its signing secret."""

from __future__ import annotations

import difflib

from django.core.management.base import CommandError
from django.db import DatabaseError

from tenants.models import WcsInstance

_MOST_NAMES = 20


def find_named_instance(name: str) -> WcsInstance:
    """Raises CommandError."""
    try:
        return WcsInstance.objects.get(name=name)
    except WcsInstance.DoesNotExist as error:
        names = list(WcsInstance.objects.order_by("name").values_list("name", flat=True))
        raise CommandError(_explain_unknown(name, names), returncode=2) from error
    except DatabaseError as error:
        first_line = str(error).partition("\n")[0]
        raise CommandError(f"The database cannot be read: {first_line}", returncode=2) from error


def reveal_signing_secret(instance: WcsInstance) -> str | None:
    """None if the instance has none. Raises SecretUnreadable."""
    return instance.signing_secret.reveal() if instance.signing_secret else None


def _explain_unknown(name: str, names: list[str]) -> str:
    if not names:
        return (
            f"There is no WCS instance {name!r}, nor any other yet. Add one in the admin or with "
            "import_tenants."
        )
    near = difflib.get_close_matches(name, names, n=1)
    suggestion = f" Did you mean {near[0]}?" if near else ""
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    listed = ", ".join(names[:_MOST_NAMES]) + rest
    return f"There is no WCS instance {name!r}.{suggestion} There is: {listed}."
