"""The rules, in the order in which they are asked. The first that refuses gives the Reason."""

from __future__ import annotations

from collections.abc import Callable

from hooks.limits.asked import Asked
from hooks.limits.meter import Meter
from hooks.limits.rules.calls_in_time import limit_calls_in_time
from hooks.limits.rules.concurrent_calls import limit_concurrent_calls
from hooks.limits.rules.cool_down import require_cooled_down
from hooks.limits.rules.destination import limit_destination
from hooks.limits.rules.money import limit_money
from hooks.limits.rules.opening_hours import require_open
from hooks.limits.rules.price import limit_price
from hooks.limits.rules.ringing import limit_ringing
from hooks.limits.rules.talk_time import limit_talk_time
from hooks.limits.rules.visitor import limit_visitor
from hooks.limits.rules.worker import require_worker
from hooks.reasons import Reason
from tenants.limits import Limits, VisitorLimits

# Of the call alone.
CALL_RULES: tuple[Callable[[Asked], Reason | None], ...] = (
    require_open,
    limit_destination,
    limit_price,
    require_worker,
)
# Of the call and what one visitor has used.
VISITOR_RULES: tuple[Callable[[Asked, Meter, VisitorLimits], Reason | None], ...] = (limit_visitor,)
# Of the call and what its callee has used.
CALLEE_RULES: tuple[Callable[[Asked, Meter], Reason | None], ...] = (
    limit_ringing,
    require_cooled_down,
)
# Of the call and what a tenant, domain, SIP account or callee has used.
SCOPE_RULES: tuple[Callable[[Asked, Meter, Limits], Reason | None], ...] = (
    limit_concurrent_calls,
    limit_calls_in_time,
    limit_talk_time,
    limit_money,
)
