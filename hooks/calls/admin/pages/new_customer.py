"""The guided page: everything a new customer needs before the first call, in one form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from tenants.admin.raising import settle_raises
from tenants.admin.scoped import forget_scope, scope
from tenants.admin.secret_input import SecretInput
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tenants.models.served_apps import find_app_problem
from tenants.origins import EVERY_APPS
from tenants.raising.holding_back import hold_back
from tenants.scope import ALL_TENANTS

ALREADY_TAKEN = "Somebody took this short name or this origin at the same moment. Save again."
# The fields of each row, as the form names them and as the row does.
CUSTOMER = {name: name for name in ("slug", "name", "country", "currency", "time_zone")}
DOMAIN = {"origin": "origin"}
CALLEE = {"alias": "alias", "number": "target"}
ACCOUNT = {
    "login": "login",
    "password": "password",
    "sip_domain": "domain",
    "outbound_proxy": "outbound_proxy",
    "internal_rate": "internal_rate",
}


class NewCustomerForm(forms.Form):
    required_css_class = "required"
    STEPS = (
        ("1. The customer", ("name", "slug", "country", "currency", "time_zone")),
        ("2. The web site that may connect", ("origin",)),
        ("3. Whom its visitors call", ("alias", "number")),
        (
            "4. The SIP account that calls",
            ("login", "password", "sip_domain", "outbound_proxy", "internal_rate"),
        ),
        ("5. The WCS that serves the web site", ("instance",)),
    )

    name = forms.CharField(max_length=200)
    slug = forms.CharField(label="Short name", max_length=50, help_text="Like acme.")
    country = forms.CharField(
        max_length=2,
        help_text="Two capital letters, like DE: calls may go there, and nowhere else at first.",
    )
    currency = forms.CharField(max_length=3, initial="EUR", help_text="Of limits and rates.")
    time_zone = forms.CharField(
        max_length=64,
        initial="UTC",
        help_text="Like Europe/Berlin: where a day of the limits begins.",
    )
    origin = forms.CharField(help_text="Like https://www.example.com, as the browser shows it.")
    alias = forms.CharField(initial="sales", help_text="What the page calls; the default callee.")
    number = forms.CharField(
        label="Number or SIP URI", help_text="What is dialled. The page never sees it."
    )
    login = forms.CharField(help_text="The user part, like 10001.")
    password = SecretInput(strip=False, help_text="It is never shown again.")
    sip_domain = forms.CharField(label="SIP domain", help_text="Like sip.example.com.")
    outbound_proxy = forms.CharField(
        required=False, help_text="If it is not the SIP domain itself."
    )
    internal_rate = forms.DecimalField(
        label="Price of an extension",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=4,
        help_text="A minute; 0 if it costs nothing. Without a price, extensions and SIP URIs are "
        "not called; public numbers need rates (Imports).",
    )
    instance = forms.ModelChoiceField(
        WcsInstance.objects.none(),
        label="WCS instance",
        required=False,
        empty_label="later",
        help_text="An administrator connects an instance that is not listed here.",
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        self._request = request
        instance: Any = self.fields["instance"]
        instance.queryset = WcsInstance.objects.changeable_by(request.user).order_by("name")
        self.fields["password"].required = True

    @property
    def steps(self) -> list[tuple[str, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in self.STEPS]

    def clean(self) -> dict[str, Any]:
        self._rows = [
            self._checked_row(Tenant(), CUSTOMER),
            self._checked_row(Domain(), DOMAIN),
            self._checked_row(Callee(default=True), CALLEE),
            self._checked_row(SipAccount(), ACCOUNT),
        ]
        self._check_app()
        return self.cleaned_data

    def _check_app(self) -> None:
        """The instance must tell whose app connects. It is one that this person may change."""
        tenant, domain, *_ = self._rows
        if instance := self.cleaned_data.get("instance"):
            instances = WcsInstance.objects.filter(pk=instance.pk)
            origins = [domain.origin] if domain.origin in EVERY_APPS else []
            if problem := find_app_problem(instances, tenant.slug, origins):
                self.add_error("instance", problem.sentence)

    def _checked_row(self, row: Any, fields: dict[str, str]) -> Any:
        """The row with what was typed; what is wrong with it stands beside its fields."""
        typed = {name: self.cleaned_data[name] for name in fields if name in self.cleaned_data}
        for name, value in typed.items():
            setattr(row, fields[name], value)

        unknown = {"tenant", *(fields[name] for name in fields if name not in typed)}
        try:
            row.full_clean(exclude=unknown)
        except ValidationError as error:
            names = {column: name for name, column in fields.items()}
            for column, problems in error.error_dict.items():
                self.add_error(names.get(column), problems)
        return row

    def save(self) -> Tenant | None:
        """None where somebody was faster: then the form says so."""
        try:
            with transaction.atomic():
                return self._save_rows()
        except IntegrityError:
            self.add_error(None, ALREADY_TAKEN)
            return None

    def _save_rows(self) -> Tenant:
        tenant: Tenant
        tenant, *owned = self._rows
        tenant.save()
        for row in owned:
            row.tenant = tenant
            raised, _ = hold_back(row)
            row.save()
            settle_raises(self._request, row, raised, [])

        if instance := self.cleaned_data["instance"]:
            instance.tenants.add(tenant)
        if scope(self._request) != ALL_TENANTS:
            user: Any = self._request.user
            tenant.assignments.create(user=user, may_change=True)
            forget_scope(self._request)
        return tenant
