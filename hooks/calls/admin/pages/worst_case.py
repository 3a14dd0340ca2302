"""The most that a tenant can lose, on its page, and a check before it is activated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hooks.exposure import worst_case_of
from hooks.limits.worst_case import WorstCase
from tenants.activation import NOT_YOURS, was_suspended_by_manager
from tenants.admin.versioned_form import VersionedForm
from tenants.models import LimitRaise, Tenant
from tenants.money import digits_of, write_money

if TYPE_CHECKING:
    _Form = VersionedForm
else:
    _Form = object

NO_BOUND = "It cannot be activated, because what it can lose has no bound. {}"
PERIODS = ("In an hour", "In a day", "In a month")


class LossLine(NamedTuple):
    period: str
    amount: str  # empty: no bound
    rule: str


class ActivationCheck(_Form):
    """For the form of a tenant."""

    is_administrators = False

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self._activates():
            return
        if not (self.is_administrators or self._may_activate()):
            self.add_error("status", NOT_YOURS)
            return
        worst = worst_case_of(self.instance)
        if worst and worst.missing:
            self.add_error("status", NO_BOUND.format(worst.missing))

    def _activates(self) -> bool:
        active = Tenant.Status.ACTIVE
        was_active = self.instance.pk is not None and self.initial.get("status") == active
        return self.cleaned_data.get("status") == active and not was_active

    def _may_activate(self) -> bool:
        return self.instance.pk is None or was_suspended_by_manager(self.instance.pk)


def with_activation_check(form: Any, *, is_administrators: bool) -> Any:
    members = {"is_administrators": is_administrators}
    return type(form.__name__, (ActivationCheck, form), members)


def worst_case_context(tenant: Tenant) -> dict[str, Any]:
    worst = worst_case_of(tenant)
    return {
        "losses": describe_losses(worst, tenant.currency) if worst else [],
        "waiting_raises": LimitRaise.objects.waiting().filter(tenant=tenant).count(),
    }


def describe_losses(worst: WorstCase, currency: str) -> list[LossLine]:
    return [
        LossLine(period, _amount(loss.micros, currency), loss.rule)
        for period, loss in zip(PERIODS, worst, strict=True)
    ]


def _amount(micros: int | None, currency: str) -> str:
    """Rounded up to what the currency counts."""
    if micros is None:
        return ""
    step = 10 ** (6 - digits_of(currency))
    return f"{write_money(-(-micros // step) * step, digits_of(currency))} {currency}"
