"""What the document says of each operation: made from the views, with what only people know."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from clickhook.api.problems import MEDIA_TYPE, Kind
from tests.api.schema_parts import a_list_of, ref
from tests.api.schemas import RAISING

BODIES = {
    ("Tenants", "POST"): "NewTenant",
    ("OneTenant", "PATCH"): "ChangedTenant",
    ("Domains", "POST"): "NewDomain",
    ("OneDomain", "PATCH"): "ChangedDomain",
    ("Callees", "POST"): "NewCallee",
    ("OneCallee", "PATCH"): "ChangedCallee",
    ("Streams", "POST"): "NewStream",
    ("OneStream", "PATCH"): "ChangedStream",
    ("SipAccounts", "POST"): "NewSipAccount",
    ("OneSipAccount", "PATCH"): "ChangedSipAccount",
    ("WcsInstances", "POST"): "NewWcsInstance",
    ("OneWcsInstance", "PATCH"): "ChangedWcsInstance",
    ("WebhookEndpoints", "POST"): "NewWebhookEndpoint",
    ("OneWebhookEndpoint", "PATCH"): "ChangedWebhookEndpoint",
    ("Replay", "POST"): "Replay",
    ("RotateSecret", "POST"): "Rotation",
    ("VisitorBlocks", "POST"): "NewVisitorBlock",
    ("KillSwitches", "POST"): "Switching",
    ("Messages", "POST"): "NewMessage",
    ("TicketKeys", "POST"): "NewTicketKey",
}
# Of the view: what it shows, and the status and the schema of a POST.
SHOWN = {
    "Tenants": ("Tenant", 201, "Tenant"),
    "OneTenant": ("Tenant",),
    "Domains": ("Domain", 201, "Domain"),
    "OneDomain": ("Domain",),
    "Callees": ("Callee", 201, "Callee"),
    "OneCallee": ("Callee",),
    "SipAccounts": ("SipAccount", 201, "SipAccount"),
    "OneSipAccount": ("SipAccount",),
    "WcsInstances": ("WcsInstance", 201, "WcsInstance"),
    "OneWcsInstance": ("WcsInstance",),
    "WebhookEndpoints": ("WebhookEndpoint", 201, "WebhookEndpointWithSecret"),
    "OneWebhookEndpoint": ("WebhookEndpoint",),
    "RotateSecret": ("", 200, "WebhookEndpointWithSecret"),
    "ForgetPreviousSecret": ("", 200, "WebhookEndpoint"),
    "SendTest": ("", 202, "TestSent"),
    "Replay": ("", 202, "Replayed"),
    "VisitorBlocks": ("VisitorBlock", 201, "VisitorBlock"),
    "OneVisitorBlock": ("VisitorBlock",),
    "Messages": ("Message", 202, "Message"),
    "OneMessage": ("Message",),
    "KillSwitches": ("KillSwitch", 200, "Switched"),
    "TicketKeys": ("TicketKey", 201, "TicketKeyWithSecret"),
    "OneTicketKey": ("TicketKey",),
    "Rates": ("Rate",),
    "Calls": ("Call",),
    "OneCall": ("Call",),
    "Sessions": ("Session",),
    "OneSession": ("Session",),
    "Events": ("Event",),
    "OneEvent": ("Event",),
    "Imports": ("Import", 200, "Report"),
    "Streams": ("Stream", 201, "Stream"),
    "OneStream": ("Stream",),
}
VERSIONED = {
    "OneTenant",
    "OneDomain",
    "OneCallee",
    "OneSipAccount",
    "OneStream",
    "OneWcsInstance",
    "OneWebhookEndpoint",
}
NOT_ONCE = {"KillSwitches", "Imports"}  # a repetition of these changes nothing
DO = {"GET": "get", "POST": "add", "PATCH": "change", "DELETE": "remove"}
ABOUT = {
    "tenant": "The short name of a tenant.",
    "cursor": "As `next` of the page before has it.",
    "since": "From this time on, like 2026-11-27T18:30:00Z.",
    "until": "Before this time.",
    "dry_run": "`true`: nothing is written; the answer says what would be.",
    "table": "Which table a CSV holds.",
}


class OperationSchema(AutoSchema):
    @property
    def name(self) -> str:
        return type(self.view).__name__

    @property
    def shows_list(self) -> bool:
        return "cursor" in self.view.parameters.get("GET", ())

    def get_operation_id(self) -> str:
        verb = "list" if self.method == "GET" and self.shows_list else DO[self.method]
        return f"{verb}_{self.name}"

    def get_tags(self) -> list[str]:
        return [self.view.resource]

    def get_description(self) -> str:
        return (type(self.view).__doc__ or "").strip()

    def get_summary(self) -> str:
        return self.get_operation_id().replace("_", " ")

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"key": []}]

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        kinds = {
            "OneTenant": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
            **{
                name: {"type": "integer", "minimum": 0}
                for name in (
                    "OneDomain",
                    "OneCallee",
                    "OneStream",
                    "OneEvent",
                    "OneVisitorBlock",
                )
            },
        }
        schema = kinds.get(self.name, {"type": "string", "format": "uuid"})
        return [
            {"name": name, "in": "path", "required": True, "schema": schema} for name in variables
        ]

    def get_override_parameters(self) -> list[Any]:
        found = [
            OpenApiParameter(name, str, description=ABOUT.get(name, ""))
            for name in self.view.parameters.get(self.method, ())
        ]
        header = OpenApiParameter.HEADER
        if self._needs_version:
            about = "The ETag of the version that is changed, or `*` for any."
            found.append(OpenApiParameter("If-Match", str, header, True, about))
        if self._is_done_once:
            about = "A text of your choice: within 24 hours, the same request is done once."
            found.append(OpenApiParameter("Idempotency-Key", str, header, False, about))
        return found

    def get_request_serializer(self) -> Any:
        if self.name == "Imports" and self.method == "POST":
            whole: dict[str, Any] = {"type": "object"}
            text = {"type": "string"}
            return {"application/json": whole, "application/yaml": text, "text/csv": text}
        body = BODIES.get((self.name, self.method))
        return {"application/json": ref(body)} if body else None

    def get_response_serializers(self) -> Any:
        answers: dict[Any, Any] = {}
        for kind in Kind:
            if self._may_refuse(kind):
                answers.setdefault(kind.status.value, []).append(kind.sentence)
        problems = {
            (status, MEDIA_TYPE): OpenApiResponse(ref("Problem"), " ".join(sentences))
            for status, sentences in answers.items()
        }
        status, schema = self._success()
        good = OpenApiResponse(schema, "Done." if schema is None else "")
        in_part = {}
        if self.method in ("POST", "PATCH") and schema and self._may_wait:
            about = "The rest of it is done: these raises wait for a second person."
            shown = ref(f"{SHOWN[self.name][0]}InPart")
            in_part = {(202, "application/json"): OpenApiResponse(shown, about)}
        return {(status, "application/json") if schema else status: good, **in_part, **problems}

    def _success(self) -> tuple[int, Any]:
        what, *of_post = SHOWN[self.name]
        if self.method == "POST":
            return of_post[0], ref(of_post[1])
        if self.method == "DELETE":
            return 204, None
        return 200, a_list_of(ref(what)) if self.shows_list else ref(what)

    def _may_refuse(self, kind: Any) -> bool:
        writes = self.method != "GET"
        only_where = {
            Kind.FAULT: False,
            Kind.METHOD: False,
            **dict.fromkeys((Kind.CONFLICT, Kind.TOO_LARGE, Kind.MEDIA_TYPE), writes),
            **dict.fromkeys((Kind.RUNNING, Kind.OTHER_REQUEST), self._is_done_once),
            **dict.fromkeys((Kind.VERSION_CHANGED, Kind.VERSION_MISSING), self._needs_version),
        }
        return only_where.get(kind, True)

    @property
    def _may_wait(self) -> bool:
        return getattr(self.view, "table", None) in RAISING

    @property
    def _is_done_once(self) -> bool:
        return self.method == "POST" and self.name not in NOT_ONCE

    @property
    def _needs_version(self) -> bool:
        return self.name in VERSIONED and self.method in ("PATCH", "DELETE")
