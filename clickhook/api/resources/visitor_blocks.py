"""The block list: visitors who may not connect or call; added, read, lifted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.fields import TEXT, read_fields, read_time
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.records import BY_TIME, RecordsView
from clickhook.api.rows import changeable_tenant
from clickhook.api.view import ApiView
from hooks.models import VisitorBlock
from tenants.audit.actions import Action
from tenants.audit.recording import record

NEW = {"tenant": TEXT, "visitor": TEXT, "because": TEXT, "until": TEXT}
LONGEST = 400  # characters
PAST = "It is over already."
WRONG_LENGTH = f"1 to {LONGEST} characters."


class VisitorBlocks(RecordsView):
    resource, model, time_field, related = "visitor-blocks", VisitorBlock, "since", ("tenant",)
    has_tenant_index = False
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": BY_TIME}

    def shown(self, row: VisitorBlock) -> dict[str, Any]:
        return shown_block(row)

    def post(self, request: Request) -> Response:
        return self.write(lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        given = read_fields(self.given, NEW, required=("tenant", "visitor", "because"))
        tenant = changeable_tenant(request, given)
        for name in ("visitor", "because"):
            if not 1 <= len(given[name].strip()) <= LONGEST:
                raise Problem(Kind.INVALID, errors=[FieldError(f"/{name}", WRONG_LENGTH)])
        until = read_time("/until", given["until"]) if "until" in given else None
        if until is not None and until <= timezone.now():
            raise Problem(Kind.INVALID, errors=[FieldError("/until", PAST)])

        block = VisitorBlock.objects.block(tenant.pk, given["visitor"], given["because"], until)
        record(Action.VISITOR_BLOCKED, block, tenant=tenant, after={"because": block.because})
        return Response(shown_block(block), 201)


class OneVisitorBlock(ApiView):
    """GET shows, DELETE lifts: the record of the block stays."""

    resource = "visitor-blocks"

    def get(self, request: Request, key: int) -> Response:
        return Response(shown_block(_find(VisitorBlock.objects.visible_to(request.user), key)))

    def delete(self, request: Request, key: int) -> Response:
        return self.write(lambda: self._lift(request, key))

    def _lift(self, request: Request, key: int) -> Response:
        block = _find(VisitorBlock.objects.changeable_by(request.user), key)
        if VisitorBlock.objects.filter(pk=block.pk).lift(str(request.auth)):
            record(Action.VISITOR_UNBLOCKED, block, tenant=block.tenant)
        return Response(status=204)


def shown_block(block: VisitorBlock) -> dict[str, Any]:
    names = ("id", "visitor", "display", "since", "until", "because", "lifted_at", "lifted_by")
    return {**{name: getattr(block, name) for name in names}, "tenant": block.tenant.slug}


def _find(rows: Any, key: int) -> VisitorBlock:
    block: VisitorBlock | None = rows.select_related("tenant").filter(pk=key).first()
    if block is None:
        raise Http404
    return block
