"""The addresses of the API, below /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path

from clickhook.api.nothing import Nothing
from clickhook.api.resources.callees import Callees, OneCallee
from clickhook.api.resources.domains import Domains, OneDomain
from clickhook.api.resources.sip_accounts import OneSipAccount, SipAccounts
from clickhook.api.resources.tenants import OneTenant, Tenants
from clickhook.api.resources.wcs_instances import OneWcsInstance, WcsInstances
from clickhook.api.resources.webhook_endpoints import OneWebhookEndpoint, WebhookEndpoints

urlpatterns = [
    path("tenants", Tenants.as_view()),
    path("tenants/<slug:key>", OneTenant.as_view()),
    path("domains", Domains.as_view()),
    path("domains/<int:key>", OneDomain.as_view()),
    path("callees", Callees.as_view()),
    path("callees/<int:key>", OneCallee.as_view()),
    path("sip-accounts", SipAccounts.as_view()),
    path("sip-accounts/<uuid:key>", OneSipAccount.as_view()),
    path("wcs-instances", WcsInstances.as_view()),
    path("wcs-instances/<uuid:key>", OneWcsInstance.as_view()),
    path("webhook-endpoints", WebhookEndpoints.as_view()),
    path("webhook-endpoints/<uuid:key>", OneWebhookEndpoint.as_view()),
    re_path(r"", Nothing.as_view()),
]
