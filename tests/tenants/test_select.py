"""The template of selects writes what Django's own writes."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer


class Marked(forms.Select):
    def create_option(self, name, value, *arguments, **more):
        option = super().create_option(name, value, *arguments, **more)
        option["attrs"] |= {"data-a": '"<', "disabled": value == 1}
        return option


CHOICES = [("", "None <b>"), (1, "one"), ("Group &", [("a", "in it"), ('"b', "too")])]


@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, Marked])
def test_it_is_the_same(widget):
    select = widget(attrs={"id": "x", "required": True}, choices=CHOICES)
    ours, django = (
        select.render("name", ["1", "a"], renderer=renderer)
        for renderer in (get_default_renderer(), DjangoTemplates())
    )

    assert type(get_default_renderer()) is not DjangoTemplates
    assert ours.count("<option") == 4
    assert ours.split() == django.split()
