"""The forms with which an administrator adds and changes staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from tenants.roles import Role, role_of

if TYPE_CHECKING:
    _Change = UserChangeForm[User]
    _Creation = UserCreationForm[User]
    _Password = AdminPasswordChangeForm[User]
else:
    _Change, _Creation, _Password = UserChangeForm, UserCreationForm, AdminPasswordChangeForm

YOURSELF = "You would lock yourself out: another administrator must do this."


class RoleField(forms.ChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Role.choices, widget=forms.RadioSelect, **options)


class UserForm(_Change):
    password: Any = None  # it has a page of its own, and its hash is not shown
    role = RoleField()
    acting: User  # the user of the page

    class Meta:
        model = User
        fields = ["username", "is_active", "first_name", "last_name", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = role_of(self.instance)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance == self.acting:
            if typed.get("role", Role.ADMINISTRATOR) != Role.ADMINISTRATOR:
                self.add_error("role", ValidationError(YOURSELF))
            if not typed.get("is_active"):
                self.add_error("is_active", ValidationError(YOURSELF))
        return typed


class NewUserForm(_Creation):
    role = RoleField(initial=Role.MANAGER)

    class Meta:
        model = User
        fields = ["username"]


class PasswordForm(_Password):
    usable_password: Any = None  # people sign in by password only
