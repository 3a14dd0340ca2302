"""The forms of tenants: a short one for a new tenant, and all of it on the tenant's page."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.admin.destinations_form import TenantDestinationsForm
from tenants.admin.limits_form import EMPTY_IS_NO_LIMIT, LimitsForm, limit_fieldsets
from tenants.admin.text_fields import HoursField, WordsField, country_choices
from tenants.admin.versioned_form import VersionedForm
from tenants.currencies import CURRENCIES
from tenants.models import Tenant
from tenants.models.stored_json import holiday_problems, operation_problems, time_zones

NEW_FIELDS = [
    *("slug", "name", "status", "sip_register_required", "honey_alias"),
    *("tickets", "label_is_shown", "visitors"),
    *("way_out", "way_out_text", "way_out_url"),
]
STREAMS = ["stream_publishers", "stream_players"]
STREAMS_ARE = "Visitors publish and play only what the pages of stream aliases list."
MESSAGE_LIMITS = ["message_bytes", "messages_a_minute", "messages_a_minute_of_all"]
MESSAGES = ["message_operations", *MESSAGE_LIMITS]
MESSAGES_ARE = "What pages send with sendData is told to webhook endpoints as message.received."
PLACE = ["country", "currency", "time_zone"]
CHANGE_FIELDSETS: list[tuple[str, dict[str, Any]]] = [
    ("Country and money", {"fields": PLACE}),
    *limit_fieldsets(EMPTY_IS_NO_LIMIT),
    ("Destinations", {"fields": ["open_everyday", "open_countries", "open_types"]}),
    ("Opening hours", {"fields": ["hours", "holidays"]}),
    ("Streams", {"fields": STREAMS, "description": STREAMS_ARE}),
    ("Messages of visitors", {"fields": MESSAGES, "description": MESSAGES_ARE}),
]
LABELS = {
    "slug": "Short name",
    "messages_a_minute": "Messages a minute of one visitor",
    "messages_a_minute_of_all": "Messages a minute of all visitors",
}
LINK_HELP = {
    "way_out_text": "Where a link is offered: its words, like Write to us.",
    "way_out_url": "Where it leads, like https://www.example.com/contact.",
}


def country_select(empty: str) -> forms.Select:
    return forms.Select(choices=[("", empty), *country_choices()])


def currency_select() -> forms.Select:
    return forms.Select(choices=[(code, code) for code in sorted(CURRENCIES)])


def time_zone_select() -> forms.Select:
    return forms.Select(choices=[(name, name) for name in sorted(time_zones())])


def viewed_fieldset() -> tuple[str, dict[str, Any]]:
    """For people who may not change the tenant."""
    shown = ["limits_are", "destinations_are", "hours_are", "holidays_are"]
    messages = ["operations_are", *MESSAGE_LIMITS]
    return "Limits and opening hours", {"fields": [*PLACE, *shown, *STREAMS, *messages]}


class TenantForm(VersionedForm):
    class Meta:
        model = Tenant
        fields = NEW_FIELDS
        labels = LABELS
        help_texts = LINK_HELP


class TenantPageForm(LimitsForm, TenantDestinationsForm):
    hours = HoursField(
        label="Opening hours",
        required=False,
        help_text="One line for a day, like sat 10:00-14:00, or for several, like "
        "mon-fri 09:00-12:00 13:00-17:00, in the tenant's time zone. A day without a line is "
        "closed. Without any line it is always open.",
    )
    holidays = WordsField(
        holiday_problems,
        label="Holidays",
        required=False,
        help_text="Dates on which it is closed all day, one in a line, like 2026-12-25.",
    )
    message_operations = WordsField(
        operation_problems,
        label="Operations",
        required=False,
        help_text="The messages that pages may send, a line for each: chat. Empty: none.",
    )

    class Meta:
        model = Tenant
        fields = [*NEW_FIELDS, *PLACE, "hours", "holidays", *STREAMS, *MESSAGES]
        labels = LABELS
        help_texts = {
            "country": "How numbers without a country code are read, and where calls may go unless "
            "destinations say otherwise.",
            "currency": "Of the limits and rates.",
            "time_zone": "Of the opening hours and of the limits per day and month.",
            **LINK_HELP,
        }
        widgets = {
            "country": country_select("none"),
            "currency": currency_select(),
            "time_zone": time_zone_select(),
        }
