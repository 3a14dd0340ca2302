"""The button's tables agree with each other and with the gateway."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

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


FETCHES = """
const errors = [], asked = {pieces: 0, cancelled: false};
console.error = (line) => errors.push(line);
globalThis.fetch = async () => ({ok: true, body: {getReader: () => ({
  read: async () => asked.pieces < PIECES.length ? {done: false, value: PIECES[asked.pieces++]} : {done: true},
  cancel: async () => { asked.cancelled = true; },
})}});
loadWords("/words.json").then((words) => process.stdout.write(JSON.stringify(
  {words: Object.entries(words), errors, ...asked, polluted: {}.call !== undefined})));
"""  # noqa: E501


def load_words(pieces: str) -> dict:
    """By Node, from a server that sends these pieces; JavaScript for an array of bytes."""
    parts = [source("sentences.js"), source("words.js"), f"const PIECES = {pieces};", FETCHES]
    program = "const NAME = 'clickhook';\n" + "\n".join(parts)
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def file_of(text: str) -> str:
    return f"[new TextEncoder().encode({json.dumps(text)})]"


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="there is no Node here")


@needs_node
def test_of_a_file_of_10_mb_a_few_pieces_are_read():
    told = load_words("Array(160).fill(new Uint8Array(65_536).fill(32))")
    assert (told["pieces"], told["cancelled"], told["words"]) == (1, True, [])
    assert "longer than 20000 characters" in told["errors"][0]


@needs_node
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"__proto__": {"call": "x"}, "constructor": "x", "toString": "x"}', []),
        ('{"__proto__": "x", "call": "Bel"}', [["call", "Bel"]]),
        ('{"call": {"toString": "x"}, "mute": [1], "closed": null, "hang-up": true}', []),
        ('{"call": "<b>{call}</b> ${call}"}', [["call", "<b>{call}</b> ${call}"]]),
        ('{"closed": "{when} {closed} {when}"}', [["closed", "{when} {closed} {when}"]]),
        ('{"closed": "{closed}"}', []),
        ("[" * 9_000, []),
        ("\ufeff{}", []),
    ],
)
def test_a_hostile_file_changes_its_own_sentences_alone(text, words):
    told = load_words(file_of(text))
    assert (told["words"], told["polluted"]) == (words, False)
    assert all(len(line) < 300 for line in told["errors"])


def test_comments_are_not_loaded_by_visitors():
    loaded = script.text()
    assert "// The button" not in loaded
    assert "/**" not in loaded
    assert "https://" in loaded  # two slashes alone are no comment
