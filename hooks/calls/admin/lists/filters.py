"""What the lists of hooks are narrowed by: a time, a reason, and the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from hooks.calls.admin.lists.paging import COUNTED
from hooks.calls.outcomes import MISSED
from hooks.models import Call
from hooks.reasons import Decision, Reason
from tenants.written_time import parse_time

if TYPE_CHECKING:
    from django.contrib.admin.filters import ListFilter
else:
    ListFilter = admin.ListFilter

LIVING = "living"
MISSED_CALLS = "no_answer"
REFUSALS = {reason.value for reason in Reason if reason.decision is Decision.REFUSED}
SPANS = {
    "last-hour": timedelta(hours=1),
    "last-24-hours": timedelta(days=1),
    "last-7-days": timedelta(days=7),
}  # as `since` names them, so that a saved link still means them tomorrow


class ReasonFilter(admin.SimpleListFilter):
    """Offers the reasons that occur; any other that an address names is obeyed too."""

    title = "reason"
    parameter_name = "reason"
    template = "hooks/reason_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(reason.value, reason.value.replace("_", " ")) for reason in Reason]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset

        # PostgreSQL cannot conclude it from the reason, and would not use the index of refusals.
        refusal = {"decision": Decision.REFUSED} if self.value() in REFUSALS else {}
        return queryset.filter(reason=self.value(), **refusal)

    def choices(self, changelist: Any) -> Iterator[Any]:
        counts = changelist.reason_counts
        words = [word for word, _ in counts.most_common()]
        if self.value() in dict(self.lookup_choices) and self.value() not in words:
            words.append(str(self.value()))

        remove = [self.parameter_name]
        yield self._choice("All", None, changelist.get_query_string(remove=remove))
        for word in words:
            text = f"{word.replace('_', ' ')} ({counts[word]:,})"
            yield self._choice(text, word, changelist.get_query_string({self.parameter_name: word}))

    def _choice(self, text: str, word: str | None, query: str) -> dict[str, Any]:
        return {
            "display": text,
            "selected": self.value() == word,
            "query_string": query,
            "counted": COUNTED,
        }


class OutcomeFilter(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(LIVING, "not ended yet"), *model_admin.model.EndedBy.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == LIVING:
            return queryset.filter(ended_at=None)
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(ended_by=self.value())

        return queryset


class CallOutcomeFilter(OutcomeFilter):
    """As the list's column says it: a missed call shows as such, whoever ended it."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(MISSED_CALLS, "no answer (missed)"), *super().lookups(request, model_admin)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == MISSED_CALLS:
            return queryset.filter(MISSED)

        narrowed = super().queryset(request, queryset)
        is_ended = self.value() in Call.EndedBy.values
        return narrowed.exclude(MISSED) if is_ended else narrowed


class TimeFilter(ListFilter):
    title = "time (UTC)"
    template = "hooks/time_filter.html"
    SINCE, UNTIL = NAMES = ("since", "until")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self._field = model_admin.time_field
        self._typed = {name: params.pop(name)[-1].strip() for name in self.NAMES if name in params}
        self._times = {name: _parse_time(text) for name, text in self._typed.items() if text}

        for name, at in self._times.items():
            if at is None:
                problem = f"“{self._typed[name]}” is not a time. Write it like 2026-11-25 10:30."
                messages.error(request, problem)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.NAMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        lookups = {self.SINCE: f"{self._field}__gte", self.UNTIL: f"{self._field}__lt"}
        return queryset.filter(**{lookups[name]: at for name, at in self._times.items() if at})

    def choices(self, changelist: Any) -> Iterator[Any]:
        others = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name not in self.NAMES
            for value in values
        ]
        yield {
            "selected": not any(self._times.values()),
            "query_string": changelist.get_query_string(remove=list(self.NAMES)),
            "typed": self._typed,
            "others": others,
            "spans": [self._span(changelist, name) for name in SPANS],
        }

    def _span(self, changelist: Any, name: str) -> dict[str, Any]:
        return {
            "title": name.replace("-", " "),
            "query_string": changelist.get_query_string({self.SINCE: name}, [self.UNTIL]),
            "selected": self._typed.get(self.SINCE) == name,
        }


def _parse_time(text: str) -> datetime | None:
    if text in SPANS:
        return timezone.now() - SPANS[text]
    return parse_time(text)
