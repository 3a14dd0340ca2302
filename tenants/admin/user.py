"""The pages of staff, for platform administrators: role, tenants and second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from tenants.admin.display import STYLE, alarm, time_column
from tenants.admin.scoped import ScopedAdmin, ScopedInline
from tenants.admin.user_forms import NewUserForm, PasswordForm, UserForm
from tenants.models import Assignment, SecondFactor, SsoIdentity
from tenants.roles import Role, give_role, role_of
from tenants.sign_in.confirmation import confirmed_recently
from tenants.sign_in.ending import end_sessions

if TYPE_CHECKING:
    _TabularInline = admin.TabularInline[Any, Any]
    _UserAdmin = DjangoUserAdmin[User]
else:
    _TabularInline, _UserAdmin = admin.TabularInline, DjangoUserAdmin

LAST_SIGN_IN = time_column("last_login", "last sign-in")
ADDED = time_column("date_joined", "added")


class AssignmentInline(ScopedInline, _TabularInline):
    model = Assignment
    autocomplete_fields = ("tenant",)
    extra = 0


class UserAdmin(ScopedAdmin, _UserAdmin):
    form = UserForm
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("username", "password_page", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Role", {"fields": ("role",)}),
        ("Signing in", {"fields": ("second_factor", "provider", LAST_SIGN_IN, ADDED)}),
    )
    add_fieldsets = ((None, {"fields": ("username", "role", "password1", "password2")}),)
    add_form_template = None
    readonly_fields = ("password_page", "second_factor", "provider", LAST_SIGN_IN, ADDED)
    inlines = (AssignmentInline,)
    list_display = ("username", "person", "role_is", "tenants", "second_factor", "is_active")
    change_password_form = PasswordForm
    list_filter = ("is_active",)
    filter_horizontal = ()
    actions = ("reset_second_factor", "unlink_from_provider")

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = (
            super()
            .get_queryset(request)
            .prefetch_related("groups", "secondfactor_set", "ssoidentity_set", "passkeys")
        )
        return rows.annotate(tenant_number=Count("assignments"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the audit still names the person; clearing "active" keeps them out

    @confirmed_recently
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    @confirmed_recently
    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().user_change_password(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.acting = request.user  # the class is made for this page alone
        return form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        give_role(obj, Role(form.cleaned_data["role"]))

    @admin.display(description="password")
    def password_page(self, user: User) -> str:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">Set a new password</a>', url)

    @admin.display(description="name")
    def person(self, user: User) -> str:
        return user.get_full_name() or "-"

    @admin.display(description="role")
    def role_is(self, user: User) -> str:
        return role_of(user).value

    @admin.display(description="tenants", ordering="tenant_number")
    def tenants(self, user: Any) -> Any:
        return user.tenant_number if role_of(user) == Role.MANAGER else "-"

    @admin.display(description="second factor")
    def second_factor(self, user: Any) -> str:
        confirmed = [factor for factor in user.secondfactor_set.all() if factor.confirmed]
        if not confirmed:
            return "the provider's" if user.ssoidentity_set.all() else alarm("not set up")
        codes, passkeys = len(confirmed[0].recovery_digests), len(user.passkeys.all())
        return f"set up, {codes} recovery codes, {passkeys} passkeys"

    @admin.display(description="account at the provider")
    def provider(self, user: Any) -> str:
        linked = [f"{one.subject} at {one.issuer}" for one in user.ssoidentity_set.all()]
        return ", ".join(linked) or "none: signs in with a password"

    @admin.action(description="Unlink from the provider", permissions=["change"])
    @confirmed_recently
    def unlink_from_provider(
        self, request: HttpRequest, users: QuerySet[User]
    ) -> HttpResponse | None:
        """Whoever has the same mail address at the provider is linked at their next sign-in."""
        for user in users:
            SsoIdentity.objects.filter(user=user).delete()
            end_sessions(user, except_key=request.session.session_key)
            self.log_change(request, user, "Unlinked from the provider.")

        names = ", ".join(user.get_username() for user in users)
        messages.success(request, f"Not linked any more; set a password where needed: {names}.")
        return None

    @admin.action(description="Reset the second factor", permissions=["change"])
    @confirmed_recently
    def reset_second_factor(
        self, request: HttpRequest, users: QuerySet[User]
    ) -> HttpResponse | None:
        for user in users:
            SecondFactor.objects.filter(user=user).delete()
            user.passkeys.all().delete()
            end_sessions(user, except_key=request.session.session_key)
            self.log_change(request, user, "Reset the second factor.")

        names = ", ".join(user.get_username() for user in users)
        messages.success(request, f"At the next sign-in a second factor is set up again: {names}.")
        return None
