"""Form fields for what is stored as lists: hours and words as lines, countries as choices."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import TZPATH

from django import forms
from django.core.exceptions import ValidationError

from tenants.countries import COUNTRIES
from tenants.fallback import fallback_problems, read_entry, write_entry
from tenants.hours import DAYS, BadHours, parse_hours
from tenants.models.stored_json import problem_texts

CLOSED = "closed"
_NAMES = "iso3166.tab"  # of the time zones' database, where the system has it
# Numbering plans of their own that ISO 3166 does not list.
_MORE_NAMES = {"AC": "Ascension", "TA": "Tristan da Cunha", "XK": "Kosovo"}


class HoursField(forms.CharField):
    """mon-fri 09:00-12:00 13:00-17:00, a line for each; an empty field is always open."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 40, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return _hours_text(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, list[str]] | None:
        lines = [line.split() for line in (super().clean(value) or "").splitlines()]
        days = [day.rstrip(":") for day, *_ in filter(None, lines)]
        if repeated := next((day for day in days if days.count(day) > 1), ""):
            raise ValidationError(f"{repeated}: These days are given twice.")

        hours = {day.rstrip(":"): _spans(spans) for day, *spans in filter(None, lines)}
        try:
            parse_hours(hours)
        except BadHours as error:
            typed = {_typed(place, hours): text for place, text in error.problems.items()}
            raise ValidationError(problem_texts(typed)) from error
        return hours or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class WordsField(forms.CharField):
    """A list of words, a line for each."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 20, "spellcheck": "false"})

    def __init__(self, find_problems: Callable[[Any], dict[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._find_problems = find_problems

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = (super().clean(value) or "").replace(",", " ").split()
        if problems := self._find_problems(words):
            raise ValidationError(
                [f"{_named(words, place)}{text}" for place, text in problems.items()]
            )
        return sorted(words)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class AliasesField(forms.CharField):
    """help:3 night: aliases, with weights where chance shall decide."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(map(write_entry, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Any]:
        words = (super().clean(value) or "").replace(",", " ").split()
        entries = [read_entry(word) for word in words]
        if problems := fallback_problems(entries):
            raise ValidationError(
                [f"{_named(words, place)}{text}" for place, text in problems.items()]
            )
        return entries

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


@lru_cache(maxsize=1)
def country_choices() -> list[tuple[str, str]]:
    names = _country_names()
    titles = {code: f"{names[code]} ({code})" if code in names else code for code in COUNTRIES}
    return sorted(titles.items(), key=lambda item: item[1])


def _country_names() -> dict[str, str]:
    paths = [Path(folder) / _NAMES for folder in TZPATH]
    text = next((path.read_text(encoding="utf-8") for path in paths if path.exists()), "")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {code: name for code, name, *_ in lines} | _MORE_NAMES


def _hours_text(hours: dict[str, list[str]]) -> str:
    days = sorted(hours.items(), key=lambda item: DAYS.index(item[0][:3]))
    lines = [f"{day} {' '.join(spans) or CLOSED}" for day, spans in days]
    return "\n".join(lines) or f"mon-sun {CLOSED}"


def _typed(place: str, hours: dict[str, list[str]]) -> str:
    """`mon[0]` is the first time of Monday: here it is called by what was typed."""
    day, _, number = place.removesuffix("]").rpartition("[")
    return f"{day} {hours[day][int(number)]}" if day in hours else place


def _spans(words: list[str]) -> list[str]:
    return [] if words in ([], [CLOSED]) else [word.strip(",;") for word in words]


def _named(items: list[str], place: str) -> str:
    """What was typed, where the problem is about one of them."""
    number = place.strip("[]")
    return f"{items[int(number)][:40]}: " if number else ""
