"""No hook writes a row of another tenant: PostgreSQL would refuse it, and refuses nothing."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction

from hooks.models import Call, Session, Stream
from tests.hooks.cells.test_one_tenant_at_a_time import alone, cast  # noqa: F401 - fixtures
from tests.hooks.hot_statements import HOT, ROW

pytestmark = pytest.mark.proof
WRITES = [what for what in HOT if what.startswith("writing")]
# What a statement reports on; the others bring something new.
OLD = {"an end": Session, "a report": Call, "a stream's report": Stream}
WRITTEN = """
SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
 WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""


def of(tenant, what: str) -> list[str]:
    """The values of the statement, about rows of the tenant."""
    session, call = (model.objects.filter(tenant=tenant)[0] for model in (Session, Call))
    model = OLD.get(what.removeprefix("writing "))
    row = model.objects.filter(tenant=tenant)[0].pk if model else uuid.uuid4()
    ids = {
        "id": row,
        "session_id": session.pk,
        "call_id": call.pk,
        "instance_id": session.instance_id,
        "sip_account_id": session.sip_account_id,
    }

    told = []
    for value in HOT[what][1]:
        for name, id_ in ids.items():
            value = value.replace(f'"{name}":"{ROW}"', f'"{name}":"{id_}"')
        for nobody in ("1", "null"):
            value = value.replace(f'"tenant_id":{nobody}', f'"tenant_id":{tenant.pk}')
        told.append(str(tenant.pk) if value == "1" else value)
    return told


def count_writes(what: str, values: list[str]) -> Counter[tuple[str, str]]:
    """Rows that were inserted, updated and deleted, by table; all is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        before = read_counts(cursor)
        cursor.execute(HOT[what][0], values)
        cursor.fetchall()
        written = read_counts(cursor) - before
        transaction.set_rollback(True)
    return written


def read_counts(cursor) -> Counter[tuple[str, str]]:
    cursor.execute(WRITTEN)
    counts: Counter[tuple[str, str]] = Counter()
    for table, *numbers in cursor.fetchall():
        counts += Counter(
            {(table, verb): n for verb, n in zip(("new", "changed", "gone"), numbers, strict=True)}
        )
    return counts


@pytest.mark.parametrize("what", WRITES)
def test_nothing_that_a_hook_writes_is_anothers(alone, cast, what):  # noqa: F811
    values = of(cast.acme, what)
    written = count_writes(what, values)
    assert written, "it writes nothing, so it shows nothing"
    with alone():
        assert count_writes(what, values) == written


@pytest.mark.parametrize("what", [what for what in WRITES if "request" not in what])
def test_what_is_anothers_is_refused(alone, cast, what):  # noqa: F811
    """The positive control."""
    values = of(cast.globex, what)
    assert count_writes(what, values)
    with alone(), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        count_writes(what, values)
