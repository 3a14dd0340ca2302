"""The pages of the second factor: entering a code, setting it up, and its recovery codes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import qrcode
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.contrib.auth.views import RedirectURLMixin, redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView
from qrcode.image.svg import SvgPathFillImage

from tenants.models import Passkey, SecondFactor
from tenants.sign_in.confirmation import (
    ask_for_confirmation,
    confirmed_recently,
    is_confirmed,
    reason_to_ask,
    verify_session,
)
from tenants.sign_in.ending import end_sessions
from tenants.sign_in.forms import CodeForm
from tenants.sign_in.sso.pages import is_verified_by_provider

if TYPE_CHECKING:
    _CodeForm = FormView[CodeForm]
else:
    _CodeForm = FormView

ENROLLING = "enrolling"


def confirmed_factor(user: Any) -> SecondFactor | None:
    factor: SecondFactor | None = SecondFactor.objects.filter(user=user, confirmed=True).first()
    return factor


@method_decorator(never_cache, name="dispatch")
class _HalfSignedInPage(RedirectURLMixin, _CodeForm):
    """For a person who has given their password; afterwards the page they asked for opens."""

    request: Any
    form_class = CodeForm
    next_page = "admin:index"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return self.redirect_or_prepare(request) or super().dispatch(request, *args, **kwargs)

    def redirect_or_prepare(self, request: Any) -> HttpResponse | None:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            **site.each_context(self.request), next=self.get_redirect_url(), **more
        )


class CodePage(_HalfSignedInPage):
    template_name = "tenants/sign_in/code.html"

    def redirect_or_prepare(self, request: Any) -> HttpResponse | None:
        if is_verified_by_provider(request):
            back = urlencode({"next": self.get_redirect_url()})
            return HttpResponseRedirect(f"{reverse('admin:sso')}?{back}")
        self.factor = confirmed_factor(request.user)
        return None if self.factor else HttpResponseRedirect(reverse("admin:enrol"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "factor": self.factor,
            "recovery": "recovery" in self.request.GET,
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        recovery = "recovery" in self.request.GET
        other = {"next": self.get_redirect_url()} | ({} if recovery else {"recovery": ""})
        is_verified = self.request.user.is_verified()
        context = {
            "title": "Second factor",
            "recovery": recovery,
            "other_way": f"?{urlencode(other)}",
            "why": reason_to_ask(self.request) if is_verified else "",
            "next_query": urlencode({"next": self.get_redirect_url()}),
            "has_passkey": self.request.user.passkeys.exists(),
        }
        return super().get_context_data(**context, **more)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        verify_session(self.request, form.factor)
        return super().form_valid(form)


class EnrolPage(_HalfSignedInPage):
    template_name = "tenants/sign_in/enrol.html"

    def redirect_or_prepare(self, request: Any) -> HttpResponse | None:
        if confirmed_factor(request.user):
            if not request.user.is_verified():
                return HttpResponseRedirect(reverse("admin:code"))
            if not is_confirmed(request):
                return ask_for_confirmation(request)
        self.factor = _unfinished_factor(request) or _begin_enrolment(request)
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"factor": self.factor}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            title="Set up your second factor", factor=self.factor, **more
        )

    def form_valid(self, form: CodeForm) -> HttpResponse:
        codes = self._replace_factor()
        if not codes:
            return HttpResponseRedirect(reverse("admin:code"))
        verify_session(self.request, self.factor)
        end_sessions(self.request.user, except_key=self.request.session.session_key)
        return _show_recovery_codes(self.request, codes)

    @transaction.atomic
    def _replace_factor(self) -> list[str]:
        """The recovery codes; none where another browser was faster, whose factor counts."""
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


def _unfinished_factor(request: Any) -> SecondFactor | None:
    """Of this session only: somebody else may have seen the key that another session shows."""
    key = request.session.get(ENROLLING)
    if not key:
        return None
    factors = SecondFactor.objects.filter(pk=key, user=request.user, confirmed=False)
    factor: SecondFactor | None = factors.first()
    return factor


@transaction.atomic
def _begin_enrolment(request: Any) -> SecondFactor:
    User.objects.select_for_update().get(pk=request.user.pk)
    SecondFactor.objects.filter(user=request.user, confirmed=False).delete()
    factor: SecondFactor = SecondFactor.objects.create(user=request.user, confirmed=False)
    request.session[ENROLLING] = factor.pk
    return factor


@never_cache
def qr_code(request: HttpRequest) -> HttpResponse:
    """A request of its own, so that the page needs no inline picture."""
    factor = _unfinished_factor(request) if request.user.is_authenticated else None
    if factor is None:
        raise Http404
    picture = io.BytesIO()
    qrcode.make(factor.provisioning_uri, image_factory=SvgPathFillImage).save(picture)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


class SecondFactorPage(TemplateView):
    template_name = "tenants/sign_in/second_factor.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context = {
            "title": "Second factor",
            "factor": confirmed_factor(self.request.user),
            "sso": settings.CLICKHOOK_OIDC,
            "passkeys": Passkey.objects.filter(user=self.request.user.pk),
            "may_add_passkey": is_confirmed(self.request),
        }
        return super().get_context_data(**site.each_context(self.request), **context, **more)

    @confirmed_recently
    def post(self, request: HttpRequest) -> HttpResponse:
        """Makes new recovery codes."""
        with transaction.atomic():
            factors = SecondFactor.objects.select_for_update()
            factor = get_object_or_404(factors, user=request.user.pk, confirmed=True)
            codes = factor.new_recovery_codes()
            factor.save(update_fields=["recovery_digests"])
        return _show_recovery_codes(request, codes)


def _show_recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = site.each_context(request) | {"title": "Your recovery codes", "codes": codes}
    answer = render(request, "tenants/sign_in/recovery_codes.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
