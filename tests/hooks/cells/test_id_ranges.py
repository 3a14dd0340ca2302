"""Every table that has numbers for ids hands out those of its cell, and goes on with them."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models

from clickhook.doctor.checks.cells import check_cell
from hooks.cells.id_ranges import MOST_CELLS, SIZE, IdRange, keep_to_range, sequences
from tenants.models import Tenant, WcsInstance

JAVASCRIPTS_LAST = 2**53 - 1


def numbered_tables() -> set[str]:
    """From the models, so that a new table is missed if its sequence is not found."""
    links = {WcsInstance.tenants.through}  # integers of Django's; nothing names them, none moves
    return {
        model._meta.db_table
        for model in {*apps.get_models(include_auto_created=True)} - links
        if isinstance(model._meta.pk, models.AutoField | models.BigAutoField)
        and model._meta.app_label in ("tenants", "hooks")
    }


@pytest.fixture
def cell_7(db):
    """The sequences are put back with the test's transaction."""
    return list(keep_to_range(7))


def test_ranges_follow_each_other_up_to_what_javascript_counts():
    assert IdRange.of(0) == (1, SIZE - 1)
    assert all(IdRange.of(cell + 1).first == IdRange.of(cell).last + 1 for cell in range(20))
    assert IdRange.of(MOST_CELLS - 1).last == JAVASCRIPTS_LAST


def test_every_numbered_table_keeps_to_the_range(cell_7):
    assert {sequence.table for sequence in cell_7} == numbered_tables()
    assert all(sequence.keeps_to(IdRange.of(7)) for sequence in sequences())
    assert list(keep_to_range(7)) == []

    tenant = Tenant.objects.create(slug="acme")
    assert tenant.pk == 7 * SIZE
    assert Tenant.objects.create(slug="globex").pk == 7 * SIZE + 1


def test_a_cell_that_comes_back_goes_on_behind_its_rows(cell_7):
    Tenant.objects.create(slug="acme")
    list(keep_to_range(8))
    assert Tenant.objects.create(slug="globex").pk == 8 * SIZE

    list(keep_to_range(7))
    assert Tenant.objects.create(slug="initech").pk == 7 * SIZE + 1


def test_an_installation_of_before_goes_on_with_its_ids(db):
    before = Tenant.objects.create(slug="acme").pk
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER SEQUENCE tenants_tenant_id_seq MAXVALUE 9223372036854775807"
        )  # as Django makes it
    list(keep_to_range(0))

    assert Tenant.objects.create(slug="globex").pk == before + 1


def test_the_setting_and_the_sequences_disagree(db, settings):
    assert [finding.is_well for finding in check_cell()] == [True]

    settings.CLICKHOOK_CELL = 3
    [finding] = check_cell()
    assert not finding.is_well
    assert "are not of cell 3" in finding.sentence
    assert "migrate" in finding.remedy


@pytest.mark.proof
def test_the_setting_takes_the_cells_there_are(manage):
    assert settings.CLICKHOOK_CELL == 0
    done = manage("doctor", "--json", CLICKHOOK_CELL=str(MOST_CELLS))
    assert done.returncode != 0
    assert "CLICKHOOK_CELL" in done.stderr
    assert str(MOST_CELLS - 1) in done.stderr


@pytest.mark.proof
def test_migrate_gives_the_range(transactional_db, settings, capsys):
    settings.CLICKHOOK_CELL = 5
    try:
        call_command("migrate", verbosity=0)
        assert "are of cell 5" in capsys.readouterr().out
        assert json.loads(json.dumps(Tenant.objects.create(slug="acme").pk)) == 5 * SIZE
    finally:
        settings.CLICKHOOK_CELL = 0
        call_command("migrate", verbosity=0)
