"""Every table moves with its tenant, or stays for a reason; none refers to what comes later."""

from __future__ import annotations

from django.apps import apps

from hooks.cells.moved_tables import MOVED, STAYS
from tenants.models import WebhookEndpoint

OURS = {
    model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in ("tenants", "hooks")
}
MOVES = [table.model for table in MOVED]


def references(table):
    """The models that its rows name, by the columns that move."""
    return [
        field.related_model
        for field in table.model._meta.local_concrete_fields
        if field.is_relation and field.column in table.columns
    ]


def test_every_table_moves_or_stays():
    assert {*MOVES, *STAYS} == OURS
    assert set(MOVES) & set(STAYS) == set()
    assert len(MOVES) == len(set(MOVES))
    assert all(STAYS.values())


def test_what_a_row_names_has_arrived_before():
    for number, table in enumerate(MOVED):
        assert set(references(table)) <= set(MOVES[:number]), table.name


def test_what_happened_arrives_before_those_who_want_to_be_told():
    told = {"hooks_session", "hooks_call", "hooks_stream", "hooks_eventlog", "hooks_alarm"}
    told |= {"hooks_limitnotice"}
    before = {table.name for table in MOVED[: MOVES.index(WebhookEndpoint)]}
    assert told <= before


def test_every_secret_goes_when_the_tenant_has_left():
    """But the one by which the instances' hooks are known, to refuse them."""
    kept = {table.name for table in MOVED if table.secrets and not table.serves}
    assert kept == {"tenants_wcsinstance"}
