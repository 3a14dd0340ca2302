"""The admin site: nothing of it is reached without a second factor."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode

from tenants.scope import EVERYTHING, scope_of


class Autocomplete(AutocompleteJsonView):
    """It offers what the field would take."""

    def get_queryset(self) -> Any:
        self.term = self.term.replace("\0", "?")
        rows = super().get_queryset()
        if hasattr(rows, "changeable_by"):
            return rows.changeable_by(self.request.user)
        return rows if scope_of(self.request.user) == EVERYTHING else rows.none()


class Site(AdminSite):
    site_header = site_title = "clickhook"
    index_title = "Tenants and calls"
    site_url = None  # there is no site beside the admin

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and request.user.is_verified()  # type: ignore[union-attr]

    def get_urls(self) -> list[Any]:
        from tenants.sign_in import pages  # they need the site

        # Signing out must work half way in; and no row has a page of its own outside.
        ours = [
            url
            for url in super().get_urls()
            if getattr(url, "name", "") not in {"logout", "view_on_site"}
        ]
        return [
            path("logout/", self.logout, name="logout"),
            path("code/", pages.CodePage.as_view(), name="code"),
            path("enrol/", pages.EnrolPage.as_view(), name="enrol"),
            path("enrol/qr.svg", pages.qr_code, name="enrol_qr"),
            path(
                "second-factor/",
                self.admin_view(pages.SecondFactorPage.as_view()),
                name="second_factor",
            ),
            *ours,
        ]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if (
            request.method == "GET"
            and super().has_permission(request)
            and not self.has_permission(request)
        ):
            back = {"next": request.GET["next"]} if "next" in request.GET else {}
            return HttpResponseRedirect(f"{reverse('admin:code')}?{urlencode(back)}")
        return super().login(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: Any = None) -> Any:
        return super().get_app_list(request, app_label) if self.has_permission(request) else []

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Her own last actions name rows that may no longer be hers."""
        entries = super().get_log_entries(request)
        return entries if scope_of(request.user) == EVERYTHING else entries.none()

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Autocomplete.as_view(admin_site=self)(request)
