"""What the doctor says of a tenant that moves to another cell, and after it has gone there."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from hooks.cells.freezing import freeze
from hooks.cells.stub import let_go
from hooks.models import Event, TenantMove
from tests.clickhook.test_doctor import in_order, wrong  # noqa: F401 - a fixture
from tests.duties.conftest import rest, wcs_with_rest  # noqa: F401 - fixtures


def test_a_tenant_that_moves_is_named_until_the_other_cell_serves_it(in_order):  # noqa: F811
    move = TenantMove.objects.create(
        tenant=in_order.acme, slug="acme", other_cell=2, phase=TenantMove.Phase.EXPORTED
    )
    freeze(in_order.acme, "alice")
    assert wrong() == {"switches": ["No call is allowed while they move to another cell: acme."]}

    let_go(in_order.acme.pk)
    move.reach(TenantMove.Phase.HANDED_OVER)
    Event.objects.update(received_at=timezone.now() - timedelta(days=2))
    assert wrong() == {}
