"""The admin site: none of its pages opens without a second factor."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode

from tenants.scope import ALL_TENANTS, read_scope_once, scope_of
from tenants.sign_in.confirmation import confirmed_recently


class Autocomplete(AutocompleteJsonView):
    """Offers the rows that the field accepts."""

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if hasattr(rows, "changeable_by"):
            return rows.changeable_by(self.request.user)
        return rows if scope_of(self.request.user) == ALL_TENANTS else rows.none()


class Site(AdminSite):
    site_header = site_title = "clickhook"
    index_title = "Tenants and calls"
    site_url = None  # there is only the admin

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        @wraps(view)
        def view_with_kept_scope(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            read_scope_once(request.user)
            return view(request, *args, **kwargs)

        return super().admin_view(view_with_kept_scope, cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Pages without `admin_view` list the tables too, and each table asks for the scope."""
        if not hasattr(request.user, "kept_scope"):
            read_scope_once(request.user)
        return super().each_context(request)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and request.user.is_verified()  # type: ignore[union-attr]

    def get_urls(self) -> list[Any]:
        from tenants.sign_in import pages, passkeys  # which need the site
        from tenants.sign_in.sso import leaving
        from tenants.sign_in.sso import pages as sso

        # Signing out must work before the second factor too, and no row has a page elsewhere.
        replaced = {"logout", "view_on_site"}
        others = [url for url in super().get_urls() if getattr(url, "name", "") not in replaced]
        second_factor = self.admin_view(pages.SecondFactorPage.as_view())
        return [
            path("logout/", leaving.logout_page, name="logout"),
            path("code/", pages.CodePage.as_view(), name="code"),
            path("enrol/", pages.EnrolPage.as_view(), name="enrol"),
            path("enrol/qr.svg", pages.qr_code, name="enrol_qr"),
            path("second-factor/", second_factor, name="second_factor"),
            path("code/passkey/options/", passkeys.code_options, name="passkey_options"),
            path("code/passkey/", passkeys.code, name="passkey"),
            path(
                "passkeys/options/",
                self.admin_view(passkeys.new_options),
                name="new_passkey_options",
            ),
            path("passkeys/", self.admin_view(passkeys.add), name="add_passkey"),
            path(
                "passkeys/<int:passkey_id>/remove/",
                self.admin_view(confirmed_recently(passkeys.remove)),
                name="remove_passkey",
            ),
            path("sso/", sso.begin_page, name="sso"),
            path("sso/return/", sso.return_page, name="sso_return"),
            path("sso/left/", leaving.left_page, name="sso_left"),
            *others,
        ]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        half_in = super().has_permission(request) and not self.has_permission(request)
        if request.method == "GET" and half_in:
            return HttpResponseRedirect(f"{reverse('admin:code')}?{_next(request)}")
        context = {
            "sso": settings.CLICKHOOK_OIDC,
            "sso_link": f"{reverse('admin:sso')}?{_next(request)}",
            **(extra_context or {}),
        }
        return super().login(request, context)

    def get_app_list(self, request: HttpRequest, app_label: Any = None) -> Any:
        return super().get_app_list(request, app_label) if self.has_permission(request) else []

    def get_log_entries(self, request: HttpRequest) -> Any:
        """A person's last actions name rows that they may no longer see."""
        entries = super().get_log_entries(request)
        return entries if scope_of(request.user) == ALL_TENANTS else entries.none()

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Autocomplete.as_view(admin_site=self)(request)


def _next(request: HttpRequest) -> str:
    """The page that was asked for, to be carried along."""
    return urlencode({"next": request.GET["next"]} if "next" in request.GET else {})
