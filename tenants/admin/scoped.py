"""On every page a person sees and changes only what their role allows.

This holds whatever they type into a URL or a form.
"""

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

from tenants.admin.autocomplete import SearchOne
from tenants.admin.search_text import searchable
from tenants.scope import ALL_TENANTS, Scope, read_scope_once, scope_of

if TYPE_CHECKING:
    _Pages = BaseModelAdmin[Any]
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _Pages, _ModelAdmin = BaseModelAdmin, admin.ModelAdmin

FILTER_LOOKUPS = ("exact", "isnull", "gte", "lt")  # of Django's own filters
VIEW_ONLY = "Nothing was done to {} of the rows you chose: you may view it, but not change it."
ActionFunction = Callable[..., HttpResponseBase | None]


def scope(request: HttpRequest) -> Scope:
    return scope_of(request.user)


def forget_scope(request: HttpRequest) -> None:
    """To be called after this request has assigned a tenant to somebody."""
    read_scope_once(request.user)
    request.__dict__.pop("_answers", None)


def may_see(request: HttpRequest, model: type[Model], row: Model | None = None) -> bool:
    """Without a row: anything of that kind."""
    return _is_allowed(request, model, row, "visible_to", scope(request).visible)


def may_change(request: HttpRequest, model: type[Model], row: Model | None = None) -> bool:
    return _is_allowed(request, model, row, "changeable_by", scope(request).changeable)


def _is_allowed(
    request: HttpRequest, model: type[Model], row: Model | None, method: str, tenants: Any
) -> bool:
    rows = getattr(model._default_manager.all(), method, None)
    if rows is None:
        return scope(request) == ALL_TENANTS
    if tenants is None or row is None:
        return tenants is None or bool(tenants)

    answers = request.__dict__.setdefault("_answers", {})  # a page asks dozens of times
    question = (method, model, row.pk)
    if question not in answers:
        answers[question] = rows(request.user).filter(pk=row.pk).exists()
    return bool(answers[question])


def visible_rows(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """The rows that the user may see; in a table without tenants, only administrators see any."""
    if visible_to := getattr(rows, "visible_to", None):
        visible: QuerySet[Any] = visible_to(request.user)
        return visible
    return rows if scope(request) == ALL_TENANTS else rows.none()


class ScopedChoices(_Pages):
    def get_field_queryset(self, db: Any, db_field: Any, request: Any) -> Any:
        """The rows that a field of a form offers and accepts."""
        ordered = super().get_field_queryset(db, db_field, request)
        rows = db_field.remote_field.model._default_manager.all() if ordered is None else ordered
        if hasattr(rows, "changeable_by"):
            return rows.changeable_by(request.user)
        return rows if scope(request) == ALL_TENANTS else rows.none()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchOne(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ScopedAdmin(ScopedChoices, _ModelAdmin):
    """Permissions come from the role; Django's own tables of permissions are not used."""

    # Lookups that links to the list use beside its filters.
    linked_lookups: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_rows(super().get_queryset(request), request)

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
        """Only lookups that the list's filters or links to the list use.

        Django would let a URL filter by any field, also of related rows: another tenant's, or a
        colleague's password.
        """
        ours = {getattr(item, "parameter_name", None) for item in self.list_filter}
        if lookup in ours or lookup in self.linked_lookups:
            return True

        fields = [item for item in self.list_filter if isinstance(item, str)]
        djangos = {f"{name}__{suffix}" for name in fields for suffix in FILTER_LOOKUPS}
        return lookup in djangos and "\0" not in str(value)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        return super().get_search_results(request, queryset, searchable(search_term))

    def get_actions(self, request: HttpRequest) -> Any:
        actions: Any = super().get_actions(request)
        return {name: (_only_changeable(act), *rest) for name, (act, *rest) in actions.items()}

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any) -> Any:
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(chosen, None)
        except ValidationError:
            return messages.error(request, "Nothing was done: there is no such row.")
        return super().response_action(request, queryset, *args)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the URL, so only values that the field accepts."""
        given = super().get_changeform_initial_data(request)
        fields = self.get_form(request).base_fields
        return {
            name: value
            for name, value in given.items()
            if name in fields and _accepts(fields[name], value)
        }


class _DeletionBox(CheckboxInput):
    def __init__(self) -> None:
        super().__init__({"aria-label": "Delete"})


class ScopedInline(ScopedChoices):
    """The rows belong to the page's row: a person who may change that may change them."""

    parent_model: type[Model]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Labels each field: a screen reader does not read the table's head."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            widget: Any = getattr(field.widget, "widget", field.widget)  # with links around it
            widget.attrs.setdefault("aria-label", field.label)
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]  # an inline's
        formset.deletion_widget = _DeletionBox
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_see(request, self.parent_model, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.parent_model, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.parent_model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, self.parent_model, obj)


def _only_changeable(act: ActionFunction) -> ActionFunction:
    """Leaves out the rows that the user may not change, except with permissions=["view"]."""
    if list(getattr(act, "allowed_permissions", [])) == ["view"]:
        return act

    @wraps(act)
    def act_on_changeable(page: Any, request: HttpRequest, rows: Any) -> HttpResponseBase | None:
        left_out = 0
        if scope(request) != ALL_TENANTS:
            changeable = rows.model._default_manager.changeable_by(request.user).values("pk")
            left_out = rows.exclude(pk__in=changeable).count()
            rows = rows.filter(pk__in=changeable)
        if left_out:
            messages.warning(request, VIEW_ONLY.format(left_out))
        return act(page, request, rows) if rows.exists() or not left_out else None

    return act_on_changeable


def _accepts(field: Any, value: Any) -> bool:
    try:
        field.clean(value)
    except ValidationError:
        return False
    return True
