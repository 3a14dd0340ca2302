"""The pages of raises that wait: who asked for what, with buttons to confirm and to withdraw."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from tenants.admin.display import STYLE, alarm, format_time, time_column
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.scoped import may_change
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import LimitRaise, Tenant
from tenants.raising.deciding import confirm, set_end, withdraw
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed

OWN = "You asked for it, so another person must confirm it."
HOLDS = "{} holds now."
OVERTAKEN = "It does not hold: it was decided, or the value was changed meanwhile."

END_MOVED = "Not confirmed: its end was changed since you opened the page. Look at it again."


class EndForm(forms.Form):
    """When a raise falls back by itself."""

    ends_at = forms.DateTimeField(
        label="Falls back at",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In UTC. From then on the former value holds again. Empty: never.",
    )

    def clean_ends_at(self) -> Any:
        ends_at = self.cleaned_data["ends_at"]
        if ends_at is not None and ends_at <= timezone.now():
            raise ValidationError("This time is in the past.")
        return ends_at


class LimitRaiseAdmin(ReadOnlyAdmin):
    list_display = ("what", "tenant", "asked", "state", time_column("ends_at", "falls back at"))
    list_display_links = None
    list_filter = (TenantFilter, "decision")
    list_select_related: ClassVar[Any] = ("tenant",)
    search_fields = ("row_name", "field", "asked_by_name")
    fields = ("row_name", "what", "tenant", "asked_by_name", "asked_at", "due_at", "ends_at")

    class Media:
        css = STYLE

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide)
        return [
            path("<int:key>/decide/", view, name="tenants_limitraise_decide"),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest, key: int) -> HttpResponse:
        raised = self.get_queryset(request).filter(pk=key).select_related("tenant").first()
        if raised is None:
            raise Http404("You may see no such raise.")

        changeable = may_change(request, Tenant, raised.tenant)
        is_own = raised.is_asked_by(request.user)
        form = EndForm(request.POST if "end" in request.POST else None, initial=_end_of(raised))
        if request.method == "POST":
            if not changeable or ("confirm" in request.POST and is_own):
                raise PermissionDenied
            if answer := self._act(request, raised, form):
                return answer

        context = {
            **self.admin_site.each_context(request),
            "title": f"{raised.row_name}: {raised.title}",
            "raised": raised,
            "form": form,
            "seen_end": _text_of_end(raised),
            "may_confirm": changeable and not is_own and not raised.decision,
            "may_withdraw": changeable and not raised.decision,
            "may_end": changeable and (not raised.decision or raised.may_end_earlier),
            "own": OWN if is_own and not raised.decision else "",
        }
        return TemplateResponse(request, "tenants/limit_raise.html", context)

    def _act(self, request: HttpRequest, raised: LimitRaise, form: EndForm) -> HttpResponse | None:
        """None where the page is shown again."""
        by = request.user.get_username()
        if "confirm" in request.POST:
            if not is_confirmed(request):
                return ask_for_confirmation(request)
            if request.POST.get("seen_end", "") != _text_of_end(raised):
                messages.error(request, END_MOVED)
                return None
            holds = confirm(raised, by)
            tell = messages.success if holds else messages.error
            tell(request, HOLDS.format(raised) if holds else OVERTAKEN)
        elif "withdraw" in request.POST:
            if withdraw(raised, by):
                messages.success(request, f"{raised} is withdrawn.")
            else:
                messages.error(request, OVERTAKEN)
        elif not form.is_valid() or not self._set_end(request, raised, form):
            return None
        return HttpResponseRedirect(reverse("admin:tenants_limitraise_changelist"))

    def _set_end(self, request: HttpRequest, raised: LimitRaise, form: EndForm) -> bool:
        if set_end(raised, form.cleaned_data["ends_at"]):
            it = "the end is set" if form.cleaned_data["ends_at"] else "it has no end"
            messages.success(request, f"{raised}: {it}.")
            return True
        form.add_error("ends_at", "Once it holds, the end can only be made earlier.")
        return False

    @admin.display(description="raise", ordering="row_name")
    def what(self, raised: LimitRaise) -> str:
        address = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
        text = '<a href="{}">{}</a><br>{} → {}'
        return format_html(text, address, raised, raised.before_text, raised.after_text)

    @admin.display(description="asked for", ordering="asked_at")
    def asked(self, raised: LimitRaise) -> str:
        return format_html("by {}<br>{}", raised.asked_by_name, format_time(raised.asked_at))

    @admin.display(description="state", ordering="decision")
    def state(self, raised: LimitRaise) -> str:
        if raised.fell_back_at:
            return format_html("fell back<br>{}", format_time(raised.fell_back_at))
        if not raised.decision:
            waits = alarm("WAITS FOR A SECOND PERSON")
            return format_html("{}<br>or until {}", waits, format_time(raised.due_at))

        decision = f"{raised.get_decision_display()} by {raised.decided_by}"
        return format_html("{}<br>{}", decision, format_time(raised.decided_at))


def _end_of(raised: LimitRaise) -> dict[str, Any]:
    return {"ends_at": raised.ends_at}


def _text_of_end(raised: LimitRaise) -> str:
    """Whoever asked may still move it: what is confirmed is what the page showed."""
    return raised.ends_at.isoformat() if raised.ends_at else ""
