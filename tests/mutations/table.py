"""All rules of loss prevention that are tried."""

from __future__ import annotations

from tests.mutations.attacks import ATTACK_RULES
from tests.mutations.limits import LIMITS
from tests.mutations.phone import PHONE_RULES
from tests.mutations.visitors import MEMBER_RULES, TICKET_RULES

MUTANTS = [*LIMITS, *PHONE_RULES, *ATTACK_RULES, *TICKET_RULES, *MEMBER_RULES]
