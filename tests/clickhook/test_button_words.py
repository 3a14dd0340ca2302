"""The button's tables agree with each other and with the gateway."""

from __future__ import annotations

import json
import re
from pathlib import Path

from clickhook.button import script
from hooks.reasons.neutral import NEUTRAL, Subject
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
    assert set(NEUTRAL[Subject.CALLS].values()) <= set(tables["REFUSALS"])
    assert set(tables["REFUSALS"].values()) <= set(tables["SENTENCES"]["en"])


def test_an_alias_is_here_what_it_is_there():
    (pattern,) = re.findall(r"ALIAS = /\^(.*)\$/", (script.SOURCE / "attributes.js").read_text())
    assert ALIAS.regex.pattern == rf"\A{pattern}\Z"


def source(name: str) -> str:
    return (script.SOURCE / name).read_text()


def test_the_readme_names_everything_that_a_page_can_use():
    readme = (Path(script.__file__).parents[2] / "README.md").read_text()
    attributes = re.findall(r'"(data-[a-z-]+)"', source("attributes.js").partition("];")[0])
    methods = re.findall(r"^  async ([a-z]\w+)\(", source("element.js"), re.MULTILINE)
    classes = set(re.findall(r"[.\"](clickhook-[a-z-]+)\b", source("look.css")))
    assert len(attributes) == 14
    assert methods == ["call", "hangUp", "mute", "sendDigits", "send"]

    assert not [name for name in attributes if f"`{name}" not in readme]
    assert not [name for name in methods if f"`{name}(" not in readme]
    internal = {"clickhook-icon", "clickhook-ring"}
    assert not [name for name in classes - internal if f"`.{name}`" not in readme]


def test_words_of_a_customers_are_those_of_the_button():
    """No sentence in any language is longer than a customer's may be."""
    (longest,) = re.findall(r"LONGEST_WORDS = (\d+)", source("words.js"))
    own = sources()["SENTENCES"].values()
    assert max(len(text) for words in own for text in words.values()) <= int(longest)


def test_comments_are_not_loaded_by_visitors():
    loaded = script.text()
    assert "// The button" not in loaded
    assert "/**" not in loaded
    assert "https://" in loaded  # two slashes alone are no comment
