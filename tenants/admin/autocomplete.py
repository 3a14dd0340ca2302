"""Fields that search for a row; Django's fail on a posted value that no id can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    _Mixin = AutocompleteMixin
else:
    _Mixin = object


class _OfIds(_Mixin):
    """The form refuses the others; the page shows its error without them."""

    field: Any

    def optgroups(self, name: str, value: Iterable[Any], attr: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if self._is_id(one)], attr)

    def _is_id(self, value: Any) -> bool:
        try:
            self.field.remote_field.model._meta.pk.to_python(value)
        except ValidationError:
            return False
        return True


class SearchOne(_OfIds, AutocompleteSelect):
    pass


class SearchMany(_OfIds, AutocompleteSelectMultiple):
    """Without the cross that removes all at once, which the keyboard cannot reach."""

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().build_attrs(*args, **kwargs) | {"data-allow-clear": "false"}
