"""The kill switch: what is off, switching calls off, and on again."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.authentication import key_of
from clickhook.api.fields import TEXT, read_fields
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.records import BY_TIME, RecordsView, one_of
from hooks.calls.admin.switch_form import NOT_YOURS, may_switch, may_switch_on
from hooks.models import Switch
from hooks.wcs.kill_switch.switching import switch_off, switch_on_again
from hooks.wcs.kill_switch.targets import KINDS, Target, UnknownTarget, find_target
from tenants.scope import scope_of

FIELDS = {"kind": TEXT, "name": TEXT, "state": TEXT, "because": TEXT}
ON, OFF = STATES = ["on", "off"]  # on: no call is allowed
LONGEST = {"name": 300, "because": 400}  # characters
SOMEBODY_ELSES = "Somebody else switched this off, and has to switch it on again."


class KillSwitches(RecordsView):
    """GET lists. POST switches: a repetition changes nothing, and takes no Idempotency-Key."""

    resource, model, time_field, related = "kill-switches", Switch, "on_at", ("tenant",)
    has_tenant_index = False
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": BY_TIME}

    def shown(self, row: Switch) -> dict[str, Any]:
        names = ("id", "name", "because", "by", "on_at", "off_by", "off_at")
        shown = {name: getattr(row, name) for name in names}
        return {**shown, "tenant": row.tenant and row.tenant.slug}

    def post(self, request: Request) -> Response:
        """Not in one transaction: living calls and streams are ended when it is stored."""
        given = _read(self.given)
        target = _find(request, given)
        by = key_of(request).shown_id
        with self.acting():
            if given["state"] == ON:
                was_on, calls, streams = switch_off(target, given["because"], by)
            else:
                _require_own(request, target)
                was_on, calls, streams = switch_on_again(target, given["because"], by), (), ()
        shown = {
            "name": target.name,
            "state": given["state"],
            "was_on": was_on,
            "calls": [call._asdict() for call in calls],
            "streams": [stream._asdict() for stream in streams],
        }
        return Response(shown)


def _read(body: Any) -> dict[str, Any]:
    given = read_fields(body, FIELDS, required=("kind", "state", "because"))
    one_of("/kind", given["kind"], [*KINDS])
    one_of("/state", given["state"], STATES)
    given.setdefault("name", "")
    for name, longest in LONGEST.items():
        if len(given[name]) > longest or (name == "because" and not given[name].strip()):
            detail = f"1 to {longest} characters."
            raise Problem(Kind.INVALID, errors=[FieldError(f"/{name}", detail)])
    return given


def _find(request: Request, given: dict[str, Any]) -> Target:
    """A key of one tenant does not learn what others have."""
    changeable = scope_of(request.user).changeable
    try:
        target = find_target(given["kind"], given["name"])
    except UnknownTarget as error:
        detail = str(error) if changeable is None else NOT_YOURS
        raise Problem(Kind.INVALID, errors=[FieldError("/name", detail)]) from None
    if not may_switch(changeable, target.owner.pk if target.owner else None):
        raise Problem(Kind.INVALID, errors=[FieldError("/name", NOT_YOURS)])
    return target


def _require_own(request: Request, target: Target) -> None:
    switch = Switch.objects.filter(key=target.key, off_at=None).first()
    if switch and not may_switch_on(scope_of(request.user).changeable, switch):
        raise Problem(Kind.SCOPE_MISSING, SOMEBODY_ELSES)
