"""The WCS instance that an operator names on the command line."""

from __future__ import annotations

import difflib

from django.core.management.base import CommandError
from django.db import DatabaseError

from tenants.models import WcsInstance


def named_instance(name: str) -> WcsInstance:
    """Raises CommandError."""
    try:
        return WcsInstance.objects.get(name=name)
    except WcsInstance.DoesNotExist as error:
        names = list(WcsInstance.objects.order_by("name").values_list("name", flat=True))
        raise CommandError(_unknown(name, names), returncode=2) from error
    except DatabaseError as error:
        said = str(error).partition("\n")[0]
        raise CommandError(f"The database cannot be read: {said}", returncode=2) from error


def _unknown(name: str, names: list[str]) -> str:
    if not names:
        return f"There is no WCS instance {name!r}, nor any other yet. Add one in the admin or with import_tenants."
    near = difflib.get_close_matches(name, names, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"There is no WCS instance {name!r}.{meant} There is: {shown}."
