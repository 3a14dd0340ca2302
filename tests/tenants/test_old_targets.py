"""A callee's target that was taken before such targets were refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tenants.models import Callee


def test_it_stays_as_it_is_and_its_page_says_so(cast, manager):
    Callee.objects.filter(alias="sales").update(target="4.93E+11")
    sales = Callee.objects.get(alias="sales")

    sales.full_clean()
    assert "shortened" in sales.target_warning
    page = manager.get(f"/admin/tenants/tenant/{cast.acme.pk}/overview/").content.decode()
    assert "sales: A spreadsheet has shortened this long number" in page


def test_it_cannot_be_entered_anew(cast):
    sales = Callee.objects.get(alias="sales")
    sales.target = "4.93E+11"

    with pytest.raises(ValidationError, match="shortened"):
        sales.full_clean()
