"""The addresses of the API, below /api/v1/."""

from __future__ import annotations

from django.urls import path, register_converter

from clickhook.api.nothing import AnyText, Nothing
from clickhook.api.openapi import openapi
from clickhook.api.page import page
from clickhook.api.resources.callees import Callees, OneCallee
from clickhook.api.resources.calls import Calls, OneCall
from clickhook.api.resources.domains import Domains, OneDomain
from clickhook.api.resources.events import Events, OneEvent
from clickhook.api.resources.imports import Imports
from clickhook.api.resources.kill_switches import KillSwitches
from clickhook.api.resources.messages import Messages, OneMessage
from clickhook.api.resources.rates import Rates
from clickhook.api.resources.sessions import OneSession, Sessions
from clickhook.api.resources.sip_accounts import OneSipAccount, SipAccounts
from clickhook.api.resources.streams import OneStream, Streams
from clickhook.api.resources.tenants import OneTenant, Tenants
from clickhook.api.resources.ticket_keys import OneTicketKey, TicketKeys
from clickhook.api.resources.visitor_blocks import OneVisitorBlock, VisitorBlocks
from clickhook.api.resources.wcs_instances import OneWcsInstance, WcsInstances
from clickhook.api.resources.webhook_actions import (
    ForgetPreviousSecret,
    Replay,
    RotateSecret,
    SendTest,
)
from clickhook.api.resources.webhook_endpoints import OneWebhookEndpoint, WebhookEndpoints

register_converter(AnyText, "any_text")

urlpatterns = [
    path("", page),
    path("openapi.json", openapi),
    path("tenants", Tenants.as_view()),
    path("tenants/<slug:key>", OneTenant.as_view()),
    path("domains", Domains.as_view()),
    path("domains/<int:key>", OneDomain.as_view()),
    path("callees", Callees.as_view()),
    path("callees/<int:key>", OneCallee.as_view()),
    path("streams", Streams.as_view()),
    path("streams/<int:key>", OneStream.as_view()),
    path("sip-accounts", SipAccounts.as_view()),
    path("sip-accounts/<uuid:key>", OneSipAccount.as_view()),
    path("wcs-instances", WcsInstances.as_view()),
    path("wcs-instances/<uuid:key>", OneWcsInstance.as_view()),
    path("webhook-endpoints", WebhookEndpoints.as_view()),
    path("webhook-endpoints/<uuid:key>", OneWebhookEndpoint.as_view()),
    path("webhook-endpoints/<uuid:key>/rotate", RotateSecret.as_view()),
    path("webhook-endpoints/<uuid:key>/forget-previous", ForgetPreviousSecret.as_view()),
    path("webhook-endpoints/<uuid:key>/test", SendTest.as_view()),
    path("webhook-endpoints/<uuid:key>/replay", Replay.as_view()),
    path("rates", Rates.as_view()),
    path("imports", Imports.as_view()),
    path("calls", Calls.as_view()),
    path("calls/<uuid:key>", OneCall.as_view()),
    path("sessions", Sessions.as_view()),
    path("sessions/<uuid:key>", OneSession.as_view()),
    path("events", Events.as_view()),
    path("events/<int:key>", OneEvent.as_view()),
    path("messages", Messages.as_view()),
    path("messages/<uuid:key>", OneMessage.as_view()),
    path("visitor-blocks", VisitorBlocks.as_view()),
    path("visitor-blocks/<int:key>", OneVisitorBlock.as_view()),
    path("kill-switches", KillSwitches.as_view()),
    path("ticket-keys", TicketKeys.as_view()),
    path("ticket-keys/<uuid:key>", OneTicketKey.as_view()),
    path("<any_text:address>", Nothing.as_view()),
]
