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
from tenants.admin.tenant_forms import country_select, currency_select, time_zone_select
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

    name = forms.CharField(
        max_length=200,
        help_text="Like Initech Ltd.",
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    slug = forms.CharField(
        label="Short name",
        max_length=50,
        help_text="Lower-case letters, digits and hyphens, like acme-uk.",
    )
    country = forms.CharField(
        widget=country_select("choose"),
        help_text="Calls may go to numbers of this country, and nowhere else at first.",
    )
    currency = forms.CharField(
        widget=currency_select(), initial="EUR", help_text="Of limits and rates."
    )
    time_zone = forms.CharField(
        widget=time_zone_select(),
        initial="UTC",
        help_text="Of opening hours, and of the limits per day and month.",
    )
    origin = forms.CharField(
        help_text="The beginning of the page's address, up to the host, like "
        "https://www.example.com."
    )
    alias = forms.CharField(
        initial="sales",
        help_text="The name under which the page asks for the callee. A page that names nobody "
        "gets this one.",
    )
    number = forms.CharField(
        label="Number or SIP URI",
        help_text="What is dialled: +442079460000, an extension like 10002, or "
        "sip:sales@pbx.example. The page never sees it.",
    )
    login = forms.CharField(help_text="The user part, like 10001.")
    password = SecretInput(strip=False, help_text="It is never shown again.")
    sip_domain = forms.CharField(label="SIP domain", help_text="Like sip.example.com.")
    outbound_proxy = forms.CharField(
        required=False,
        help_text="Only if another host takes the calls of this domain, like 203.0.113.5.",
    )
    internal_rate = forms.DecimalField(
        label="Price of extensions, a minute",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=4,
        help_text="In the currency above; 0 if they cost nothing. Without a price no extension and "
        "no SIP URI is called. Public numbers need rates instead: see Imports.",
    )
    instance = forms.ModelChoiceField(
        WcsInstance.objects.none(),
        label="WCS instance",
        required=False,
        empty_label="later",
        help_text="The media server of the web site. An administrator adds one that is missing.",
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
