"""What every page keeps to: a person sees and changes what her role gives her, whatever is typed into a URL or a form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import CheckboxInput
from django.http import HttpRequest, HttpResponseBase

from tenants.scope import EVERYTHING, Scope, scope_of

if TYPE_CHECKING:
    _Pages = BaseModelAdmin[Any]
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _Pages, _ModelAdmin = BaseModelAdmin, admin.ModelAdmin

ASKED_BY_FILTERS = ("exact", "isnull", "gte", "lt")  # by Django's own, of a field
NOT_HERS = "{} of the rows you chose: you may look at it, but not change it."


def scope(request: HttpRequest) -> Scope:
    """Read once for each request."""
    known = request.__dict__
    if "_scope" not in known:
        known["_scope"] = scope_of(request.user)
    found: Scope = known["_scope"]
    return found


def forget_scope(request: HttpRequest) -> None:
    """After this request has given somebody a tenant."""
    request.__dict__.pop("_scope", None)
    request.__dict__.pop("_hers", None)


def may_see(request: HttpRequest, model: type[Model], row: Model | None = None) -> bool:
    """Without a row: anything of that kind."""
    return _is_hers(request, model, row, "visible_to", scope(request).visible)


def may_change(request: HttpRequest, model: type[Model], row: Model | None = None) -> bool:
    return _is_hers(request, model, row, "changeable_by", scope(request).changeable)


def _is_hers(
    request: HttpRequest, model: type[Model], row: Model | None, asked: str, tenants: Any
) -> bool:
    rows = getattr(model._default_manager.all(), asked, None)
    if rows is None:
        return scope(request) == EVERYTHING
    if tenants is None or row is None:
        return tenants is None or bool(tenants)
    known = request.__dict__.setdefault("_hers", {})  # a page asks dozens of times
    question = (asked, model, row.pk)
    if question not in known:
        known[question] = rows(request.user).filter(pk=row.pk).exists()
    return bool(known[question])


def hers(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """What she sees of some table's rows; of a table without tenants, only an administrator sees any."""
    if visible_to := getattr(rows, "visible_to", None):
        found: QuerySet[Any] = visible_to(request.user)
        return found
    return rows if scope(request) == EVERYTHING else rows.none()


class ChoosesFromHers(_Pages):
    def get_field_queryset(self, db: Any, db_field: Any, request: Any) -> Any:
        """What a field of a form offers and accepts."""
        ordered = super().get_field_queryset(db, db_field, request)
        rows = db_field.remote_field.model._default_manager.all() if ordered is None else ordered
        if hasattr(rows, "changeable_by"):
            return rows.changeable_by(request.user)
        return rows if scope(request) == EVERYTHING else rows.none()


class ScopedAdmin(ChoosesFromHers, _ModelAdmin):
    """Its permissions come from the role; Django's own tables of permissions are not asked."""

    linked_lookups: tuple[
        str, ...
    ] = ()  # beside the list's filters, what a link to the list may narrow it by

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return hers(super().get_queryset(request), request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_see(request, self.model, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_change(request, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.model, obj)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Django lets a URL ask any field, and from there any row it leads to: another tenant's, a colleague's password.

        So only what a filter of the list or a link to it asks, to the letter.
        """
        ours = {getattr(one, "parameter_name", None) for one in self.list_filter}
        djangos = {
            f"{one}__{how}"
            for one in self.list_filter
            if isinstance(one, str)
            for how in ASKED_BY_FILTERS
        }
        return (
            lookup in ours
            or lookup in self.linked_lookups
            or (lookup in djangos and "\0" not in str(value))
        )

    def get_actions(self, request: HttpRequest) -> Any:
        actions: Any = super().get_actions(request)
        return {name: (_on_hers(act), *rest) for name, (act, *rest) in actions.items()}

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any) -> Any:
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(chosen, None)
        except ValidationError:
            return messages.error(request, "Nothing was done: such a row cannot be.")
        return super().response_action(request, queryset, *args)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the URL, so only what the field would take."""
        given = super().get_changeform_initial_data(request)
        fields = self.get_form(request).base_fields
        return {
            name: value
            for name, value in given.items()
            if name in fields and _takes(fields[name], value)
        }


class _Deletes(CheckboxInput):
    def __init__(self) -> None:
        super().__init__({"aria-label": "Delete"})


class ScopedInline(ChoosesFromHers):
    """The rows of a page's table belong to the page's row: who may change that one may change these."""

    parent_model: type[Model]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """In a table the head names the field for the eye alone."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            widget: Any = getattr(field.widget, "widget", field.widget)  # with links around it
            widget.attrs.setdefault("aria-label", field.label)
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]  # an inline's
        formset.deletion_widget = _Deletes
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_see(request, self.parent_model, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.parent_model, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.parent_model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.parent_model, obj)


def _on_hers(act: Callable[..., HttpResponseBase | None]) -> Callable[..., HttpResponseBase | None]:
    """An action for which looking is enough says permissions=["view"]; any other leaves alone what she may not change."""
    if list(getattr(act, "allowed_permissions", [])) == ["view"]:
        return act

    @wraps(act)
    def act_on_hers(page: Any, request: HttpRequest, rows: Any) -> HttpResponseBase | None:
        left_alone = 0
        if scope(request) != EVERYTHING:
            changeable = rows.model._default_manager.changeable_by(request.user).values("pk")
            left_alone = rows.exclude(pk__in=changeable).count()
            rows = rows.filter(pk__in=changeable)
        if left_alone:
            messages.warning(request, f"Nothing was done to {NOT_HERS.format(left_alone)}")
        return act(page, request, rows) if rows.exists() or not left_alone else None

    return act_on_hers


def _takes(field: Any, value: Any) -> bool:
    try:
        field.clean(value)
    except ValidationError:
        return False
    return True
