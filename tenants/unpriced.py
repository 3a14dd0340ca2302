"""Callees whose calls are refused because nobody has said what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from tenants.limits import MONEY

# Of a tenant's enabled SIP accounts any may place the call, so each one needs a price.
UNPRICED = """
SELECT tenant.slug, callee.alias, callee.target, callee.number, tenant.currency, account.name
  FROM tenants_callee callee
  JOIN tenants_tenant tenant ON tenant.id = callee.tenant_id
  LEFT JOIN LATERAL (
       SELECT login || '@' || domain AS name FROM tenants_sipaccount
        WHERE tenant_id = tenant.id AND enabled AND internal_rate IS NULL AND callee.number = ''
        ORDER BY login, domain LIMIT 1) account ON true
 WHERE {which} = ANY(%(keys)s)
   AND (tenant.limits ?| %(money)s OR callee.limits ?| %(money)s
        OR EXISTS (SELECT FROM tenants_domain
                    WHERE tenant_id = tenant.id AND limits ?| %(money)s)
        OR EXISTS (SELECT FROM tenants_sipaccount
                    WHERE tenant_id = tenant.id AND enabled AND limits ?| %(money)s))
   AND CASE WHEN callee.number = '' THEN account.name IS NOT NULL
            ELSE NOT EXISTS (
                 SELECT FROM tenants_rate
                  WHERE tenant_id = tenant.id AND currency = tenant.currency
                    AND prefix IN (SELECT left(callee.number, length)
                                     FROM generate_series(1, length(callee.number)) AS length)) END
 ORDER BY tenant.slug, callee.alias LIMIT %(most)s
"""
INTERNAL = (
    "callee {slug}/{alias}: money is limited and the call to {target} has no price, so it is "
    'refused. Give the SIP account {account} an "internal_rate", such as "0.00".'
)
PUBLIC = (
    "callee {slug}/{alias}: money is limited and no rate in {currency} covers {target}, so the "
    "call is refused. Import one: manage.py import_rates {slug} FILE.csv."
)


class UnpricedCallee(NamedTuple):
    slug: str
    alias: str
    target: str
    number: str  # empty: an extension or a SIP URI
    currency: str
    account: str | None  # that has no price for extensions

    @property
    def sentence(self) -> str:
        """For the log of an import: why, and which key to set."""
        return (PUBLIC if self.number else INTERNAL).format(**self._asdict())


def unpriced_callees(tenants: Iterable[int], most: int) -> Iterator[UnpricedCallee]:
    """Of these tenants, at most so many callees."""
    return _find("tenant.id", tenants, most)


def unpriced_among(callees: Sequence[int]) -> Iterator[UnpricedCallee]:
    return _find("callee.id", callees, len(callees))


def _find(which: str, keys: Iterable[int], most: int) -> Iterator[UnpricedCallee]:
    values: dict[str, Any] = {"keys": list(keys), "money": sorted(MONEY), "most": most}
    with connection.cursor() as cursor:
        cursor.execute(UNPRICED.replace("{which}", which), values)
        yield from map(UnpricedCallee._make, cursor.fetchall())
