"""The button's tables agree with each other and with the gateway."""

from __future__ import annotations

import json
import re

from clickhook.button import script
from hooks.reasons import NEUTRAL
from tenants.models.callee import ALIAS


def sources() -> dict:
    """The tables of sentences.js, which is nearly JSON."""
    text = (script.SOURCE / "sentences.js").read_text()
    tables = re.findall(r"^const (\w+) = (\{.*?^\});", text, re.MULTILINE | re.DOTALL)
    return {
        name: json.loads(
            re.sub(r",(\s*})", r"\1", re.sub(r"^  (\w\w):", r'"\1":', body, flags=re.M))
        )
        for name, body in tables
    }


def test_every_language_has_every_sentence():
    sentences = sources()["SENTENCES"]
    assert set(sentences) == {"en", "de", "fr", "es", "ru"}
    assert all(set(own) == set(sentences["en"]) and all(own.values()) for own in sentences.values())
    assert all("{when}" in own["closed"] for own in sentences.values())


def test_every_refusal_of_the_gateway_has_a_sentence():
    tables = sources()
    assert set(NEUTRAL.values()) <= set(tables["REFUSALS"])
    assert set(tables["REFUSALS"].values()) <= set(tables["SENTENCES"]["en"])


def test_an_alias_is_here_what_it_is_there():
    (pattern,) = re.findall(r"ALIAS = /\^(.*)\$/", (script.SOURCE / "attributes.js").read_text())
    assert ALIAS.regex.pattern == rf"\A{pattern}\Z"
