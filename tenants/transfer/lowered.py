"""A deck that lowers prices loosens the limits of money, so not everybody may bring one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from tenants.models import Tenant
from tenants.money import write_money
from tenants.raising.lower_prices import Destination, Lowered, Terms, find_lowered
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.problems import Problems
from tenants.transfer.tables import RATE

LOOSENS = (
    "Lower prices loosen the limits of money: an administrator imports them, or an operator by "
    "command."
)
LOWER_PRICE = "{} is lower than {}, which this destination costs so far."
LOWER_FEE = "The connect fee of {} is lower than {}, which this destination costs so far."
LOWER_INCREMENTS = "Increments of {} can bill less of a call than those of {} so far."
NO_PRICE = "It costs {} so far, and would have no price: the next one could be lower."

# Rates in another currency price nothing. A rate that is not staged stays as it is stored.
DESTINATIONS = """
WITH staged AS (
    SELECT key::bigint AS id, given.*
      FROM import_staging
      LEFT JOIN LATERAL jsonb_to_record(coalesce(before, '{}') || after) AS given (
               prefix text, per_minute bigint, connect_fee bigint,
               first_increment integer, next_increment integer, currency text
           ) ON given.currency = %(currency)s
     WHERE "table" = %(table)s
), stored AS (
    SELECT * FROM tenants_rate WHERE tenant_id = %(tenant)s AND currency = %(currency)s
)
SELECT coalesce(stored.prefix, staged.prefix) COLLATE "C" AS prefix, staged.id IS NULL,
       stored.per_minute, stored.connect_fee, stored.first_increment, stored.next_increment,
       staged.per_minute, staged.connect_fee, staged.first_increment, staged.next_increment
  FROM stored FULL JOIN staged USING (id)
 WHERE coalesce(stored.prefix, staged.prefix) IS NOT NULL
 ORDER BY 1
"""


def refuse_lower_prices(tenant: Tenant, allowed: Allowed, problems: Problems) -> None:
    """To be called when the whole deck is staged and nothing is written."""
    if allowed.may_lower_prices or not (tenant.limits_money and tenant.rates.exists()):
        return
    for lowered in find_lowered(_destinations(tenant)):
        place = f"{RATE.kind} {tenant.slug}/{lowered.prefix}"
        problems.add(place, f"{_sentence(lowered)} {LOOSENS}")


def _destinations(tenant: Tenant) -> Iterator[Destination]:
    values: dict[str, Any] = {"tenant": tenant.pk, "currency": tenant.currency, "table": RATE.name}
    with connection.cursor() as cursor:
        cursor.execute(DESTINATIONS, values)
        for prefix, stays, *terms in cursor:
            before = _terms(terms[:4])
            yield Destination(prefix, before, before if stays else _terms(terms[4:]))


def _terms(values: list[Any]) -> Terms | None:
    return None if values[0] is None else Terms._make(values)


def _sentence(lowered: Lowered) -> str:
    before, after = lowered.before, lowered.after
    if after is None:
        return NO_PRICE.format(write_money(before.per_minute))
    if after.per_minute < before.per_minute:
        return LOWER_PRICE.format(write_money(after.per_minute), write_money(before.per_minute))
    if after.connect_fee < before.connect_fee:
        return LOWER_FEE.format(write_money(after.connect_fee), write_money(before.connect_fee))
    return LOWER_INCREMENTS.format(_increments(after), _increments(before))


def _increments(terms: Terms) -> str:
    return f"{terms.first_increment}/{terms.next_increment} seconds"
