"""The pages of the second factor: its code, setting it up, and what is left of its recovery codes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import django_otp
import qrcode
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.contrib.auth.views import RedirectURLMixin, redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView
from qrcode.image.svg import SvgPathFillImage

from tenants.models import SecondFactor
from tenants.sign_in.confirmation import (
    ask_for_confirmation,
    confirmed_recently,
    is_confirmed,
    note_confirmation,
    why_asked,
)
from tenants.sign_in.ending import end_sessions_of
from tenants.sign_in.forms import CodeForm

if TYPE_CHECKING:
    _CodeForm = FormView[CodeForm]
else:
    _CodeForm = FormView

ENROLLING = "enrolling"


def confirmed_factor(user: Any) -> SecondFactor | None:
    factor: SecondFactor | None = SecondFactor.objects.filter(user=user, confirmed=True).first()
    return factor


@method_decorator(never_cache, name="dispatch")
class _OfSomebodyHalfIn(RedirectURLMixin, _CodeForm):
    """For whoever has given her password; the page may lead on to where she wanted to go."""

    request: Any
    form_class = CodeForm
    next_page = "admin:index"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return self.instead(request) or super().dispatch(request, *args, **kwargs)

    def instead(self, request: Any) -> HttpResponse | None:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            **site.each_context(self.request), next=self.get_redirect_url(), **more
        )

    def goes_on(self, factor: SecondFactor) -> None:
        """From here on the session is another one, and verified."""
        self.request.session.cycle_key()
        django_otp.login(self.request, factor)
        note_confirmation(self.request)


class CodePage(_OfSomebodyHalfIn):
    template_name = "tenants/sign_in/code.html"

    def instead(self, request: Any) -> HttpResponse | None:
        self.factor = confirmed_factor(request.user)
        return None if self.factor else HttpResponseRedirect(reverse("admin:enrol"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "factor": self.factor,
            "recovery": "recovery" in self.request.GET,
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        recovery = "recovery" in self.request.GET
        other = urlencode(
            {"next": self.get_redirect_url()} | ({} if recovery else {"recovery": ""})
        )
        why = why_asked(self.request) if self.request.user.is_verified() else ""
        context = {
            "title": "Second factor",
            "recovery": recovery,
            "other_way": f"?{other}",
            "why": why,
        }
        return super().get_context_data(**context, **more)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        self.goes_on(form.factor)
        return super().form_valid(form)


class EnrolPage(_OfSomebodyHalfIn):
    template_name = "tenants/sign_in/enrol.html"

    def instead(self, request: Any) -> HttpResponse | None:
        if confirmed_factor(request.user):
            if not request.user.is_verified():
                return HttpResponseRedirect(reverse("admin:code"))
            if not is_confirmed(request):
                return ask_for_confirmation(request)
        self.factor = _begun(request) or _begin(request)
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"factor": self.factor}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            title="Set up your second factor", factor=self.factor, **more
        )

    def form_valid(self, form: CodeForm) -> HttpResponse:
        codes = self._replace()
        if not codes:
            return HttpResponseRedirect(reverse("admin:code"))
        self.goes_on(self.factor)
        end_sessions_of(self.request.user, but=self.request.session.session_key)
        return _recovery_codes(self.request, codes)

    @transaction.atomic
    def _replace(self) -> list[str]:
        """None where another browser was faster: what it set up counts."""
        User.objects.select_for_update().get(pk=self.request.user.pk)
        former = confirmed_factor(self.request.user)
        if former and former.pk != getattr(self.request.user.otp_device, "pk", None):
            return []
        if former:
            former.delete()
        self.factor.refresh_from_db()
        codes = self.factor.new_recovery_codes()
        self.factor.confirmed = True
        self.factor.save()
        del self.request.session[ENROLLING]
        return codes


def _begun(request: Any) -> SecondFactor | None:
    """In this session: what another one has begun, somebody else may have seen."""
    begun = request.session.get(ENROLLING)
    return (
        SecondFactor.objects.filter(pk=begun, user=request.user, confirmed=False).first()
        if begun
        else None
    )


@transaction.atomic
def _begin(request: Any) -> SecondFactor:
    User.objects.select_for_update().get(pk=request.user.pk)
    SecondFactor.objects.filter(user=request.user, confirmed=False).delete()
    factor: SecondFactor = SecondFactor.objects.create(user=request.user, confirmed=False)
    request.session[ENROLLING] = factor.pk
    return factor


@never_cache
def qr_code(request: HttpRequest) -> HttpResponse:
    """A picture of its own, so that the page needs no inline one."""
    factor = _begun(request) if request.user.is_authenticated else None
    if factor is None:
        raise Http404
    picture = io.BytesIO()
    qrcode.make(factor.for_the_app, image_factory=SvgPathFillImage).save(picture)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


class SecondFactorPage(TemplateView):
    template_name = "tenants/sign_in/second_factor.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        factor = confirmed_factor(self.request.user)
        return super().get_context_data(
            **site.each_context(self.request), title="Second factor", factor=factor, **more
        )

    @confirmed_recently
    def post(self, request: HttpRequest) -> HttpResponse:
        """New recovery codes."""
        with transaction.atomic():
            factor = SecondFactor.objects.select_for_update().get(
                user=request.user.pk, confirmed=True
            )
            codes = factor.new_recovery_codes()
            factor.save(update_fields=["recovery_digests"])
        return _recovery_codes(request, codes)


def _recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = site.each_context(request) | {"title": "Your recovery codes", "codes": codes}
    answer = render(request, "tenants/sign_in/recovery_codes.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
