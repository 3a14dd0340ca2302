"""Two people at the same row: the second is told, and a refusal of the database is explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db import connection
from django.db.models import PROTECT, Model
from django.db.utils import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from tenants.admin.scoped import ScopedAdmin, visible_rows
from tenants.admin.versioned_form import VERSION, VersionedForm

PROTECTED_SHOWN = 5
CONFLICT = (
    "Nothing was saved: rows of this page exclude each other, or somebody changed them at the "
    "same moment."
)
NOT_SAVED = "Nothing was saved. {}"
HIDDEN_ROWS = ["something that you may not see"]
STILL_NEEDED = (
    "Nothing was deleted: something that must stay began to refer to it at the same moment."
)


class MayNotStay(Exception):
    """What was just written breaks a rule of several rows; the message says which."""


class CarefulAdmin(ScopedAdmin):
    instead_of_deleting = ""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_version(super().get_fieldsets(request, obj), request, obj)

    def add_version(self, fieldsets: Any, request: HttpRequest, obj: Any) -> Any:
        """With the hidden field that tells from which version of the row the page was made."""
        may_change = obj and self.has_change_permission(request, obj)
        return with_version(fieldsets, self.form) if may_change else fieldsets

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Of two people who save at the same moment, the second waits, and then sees the change."""
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST":
            return row

        self.lock(request, row)
        return super().get_object(request, object_id, from_field)

    def lock(self, request: HttpRequest, obj: Any) -> None:
        if connection.in_atomic_block:  # a page that saves
            rows = self.model._base_manager.filter(pk=obj.pk).order_by("pk")  # joins nothing
            list(rows.select_for_update(no_key=True).values("pk"))

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._save_or_explain(request, *args, **kwargs)
        except MayNotStay as error:
            messages.error(request, NOT_SAVED.format(error))
            return HttpResponseRedirect(request.get_full_path())

    def _save_or_explain(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            # The other change is stored by now: the same form, checked again, names the field.
            again = super().changeform_view
        return _explain_conflict(CONFLICT, request, lambda: again(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        delete = super().delete_view
        return _explain_conflict(STILL_NEEDED, request, lambda: delete(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        show = super().changelist_view  # its actions delete
        return _explain_conflict(STILL_NEEDED, request, lambda: show(request, *args, **kwargs))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Rows that must stay come first, a few of them: Django would list every session."""
        if protected := self._protected([obj.pk for obj in objs], request):
            return [], {}, set(), protected
        return super().get_deleted_objects(objs, request)

    def _protected(self, keys: list[Any], request: HttpRequest) -> list[str]:
        needed: list[str] = []
        for relation in self.model._meta.related_objects:
            if relation.on_delete is PROTECT:
                rows = relation.related_model._default_manager.filter(
                    **{f"{relation.field.name}__in": keys}
                )
                named = _name_rows(visible_rows(rows, request)[: PROTECTED_SHOWN + 1])
                needed += named or (HIDDEN_ROWS if rows.exists() else [])

        advice = [self.instead_of_deleting] if self.instead_of_deleting else []
        return [*needed, *advice] if needed else []


def with_version(fieldsets: Any, form: Any) -> Any:
    if not issubclass(form, VersionedForm):
        return fieldsets
    (name, options), *others = fieldsets
    return [(name, {**options, "fields": [*options["fields"], VERSION]}), *others]


def _name_rows(rows: Iterable[Model]) -> list[str]:
    named = [f"{row._meta.verbose_name} {row}" for row in rows]
    return [*named[:PROTECTED_SHOWN], "and more"] if len(named) > PROTECTED_SHOWN else named


def _explain_conflict(
    sentence: str, request: HttpRequest, attempt: Callable[[], HttpResponse]
) -> HttpResponse:
    try:
        return attempt()
    except IntegrityError:  # ProtectedError is one too
        messages.error(request, sentence)
        return HttpResponseRedirect(request.get_full_path())
