"""What a file would leave unclear: whose app connects to a WCS instance."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tenants.models.domain import UNAVAILABLE
from tenants.models.served_apps import find_app_problems
from tenants.origins import EVERY_APPS
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.whole_file import WholeFile
from tenants.transfer.problems import Problems
from tenants.transfer.tables import WCS_INSTANCE

# The instances that serve other tenants than before, or tenants with a new origin of an app.
CONCERNED = """
SELECT key::uuid FROM import_staging
 WHERE "table" = 'tenants_wcsinstance' AND after ? 'tenants'
UNION
SELECT served.wcsinstance_id
  FROM import_staging staged
  JOIN tenants_wcsinstance_tenants served
    ON served.tenant_id = (staged.after->>'tenant_id')::bigint
 WHERE staged."table" = 'tenants_domain' AND staged.before IS NULL
   AND staged.after->>'origin' = ANY(%s)
"""


def refuse_unclear_apps(
    allowed: Allowed, problems: Problems, whole: WholeFile | None = None
) -> None:
    """To be called when everything is written; with the file, if there is one."""
    for problem in find_app_problems(_concerned_instances()):
        may_name = all(allowed.may_name(slug) for slug in problem.slugs)
        is_told = allowed.everything or (problem.slugs and may_name)
        place = whole.place_of_apps(problem) if whole else ""
        place = place or f"{WCS_INSTANCE.kind} {problem.instance}"
        problems.add(place, problem.sentence if is_told else UNAVAILABLE)


def _concerned_instances() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED, [list(EVERY_APPS)])
        return [key for (key,) in cursor.fetchall()]
