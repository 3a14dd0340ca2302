"""The table of a tenant's SIP accounts: what the SIP server last said to each of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from hooks.calls.admin.lists import cells
from hooks.calls.admin.lists.tables import MAX_ROWS, render_table
from hooks.calls.sip_rotation import read_rotation
from hooks.calls.sip_standing import SipStanding, standings_by_account
from tenants.admin.display import alarm, format_time, set_or_not
from tenants.models import SipAccount, Tenant

MAX_ACCOUNTS = 500  # that are sorted
HEADS = (
    "SIP account",
    "password",
    "last registration",
    "last call answered",
    "last call refused by the SIP server",
)


def sip_account_table(tenant: Tenant) -> str:
    """The accounts with a problem come first."""
    standings, nothing = standings_by_account(tenant), SipStanding()
    accounts = [
        (account, standings.get(account.pk, nothing))
        for account in tenant.sip_accounts.all()[:MAX_ACCOUNTS]
    ]
    accounts.sort(key=lambda pair: not pair[1].has_problem)

    full_list = f"{reverse('admin:tenants_sipaccount_changelist')}?tenant={tenant.slug}"
    return render_table(HEADS, [_row(*pair) for pair in accounts[: MAX_ROWS + 1]], full_list)


def _row(account: SipAccount, standing: SipStanding) -> Sequence[str]:
    return (
        cells.link_row(account) if account.enabled else f"{account} (disabled)",
        _password_cell(account),
        _registration_cell(account, standing),
        format_time(standing.answered_at),
        _refusal_cell(standing),
    )


def _password_cell(account: SipAccount) -> str:
    page = reverse("admin:hooks_sip_rotation", args=[account.pk])
    if account.next_since is None:
        return cells.join(set_or_not(account.password), cells.link(page, "change it"))
    rotation = read_rotation(account)
    sentence = alarm(rotation.sentence) if rotation.state == "failed" else rotation.sentence
    return cells.join(sentence, cells.link(page, "see it"))


def _registration_cell(account: SipAccount, standing: SipStanding) -> str:
    if standing.registered_at is None:
        if account.tenant.sip_register_required:
            return "none reported"
        return "does not register: not needed to call out"

    status = f"{standing.registration} {standing.registration_info}".strip()
    return cells.join(
        alarm(status) if standing.registration_failed else status,
        format_time(standing.registered_at),
    )


def _refusal_cell(standing: SipStanding) -> str:
    if standing.refused_at is None:
        return "-"

    status = f"SIP {standing.refused_with}"
    call = cells.link(
        reverse("admin:hooks_call_change", args=[standing.refused_call]),
        format_time(standing.refused_at),
    )
    if standing.is_refused:
        return cells.join(alarm(status), call, cells.quiet(standing.advice))
    return cells.join(status, call, "Calls were answered since.")
