"""The page on which each person chooses a time zone and how times are written."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from hooks.models import TimeDisplay

BROWSERS_ZONE = ("", "the browser's zone")


def _zone_choices() -> list[tuple[str, str]]:
    return [BROWSERS_ZONE, *((zone, zone) for zone in sorted(available_timezones()))]


class TimeDisplayForm(forms.ModelForm):  # type: ignore[type-arg]  # no such type at run time
    zone = forms.ChoiceField(label="Time zone", choices=_zone_choices, required=False)

    class Meta:
        model = TimeDisplay
        fields = ("zone", "writing")


def my_settings_page(request: HttpRequest) -> HttpResponse:
    kept: Any = TimeDisplay.objects.filter(pk=request.user.pk).first()
    form = TimeDisplayForm(request.POST or None, instance=kept or TimeDisplay(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your settings were saved.")
        return HttpResponseRedirect(reverse("admin:hooks_my_settings"))

    context = {**admin.site.each_context(request), "title": "My settings", "form": form}
    return TemplateResponse(request, "hooks/my_settings.html", context)
