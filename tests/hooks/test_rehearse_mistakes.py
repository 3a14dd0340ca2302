"""A mistake in the gateway's own tables or signer is noticed: the judge does not share it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from hooks.methods import REST_CLIENT_CONFIG
from hooks.wcs.model.rest_client_config import read_entry
from hooks.wcs.rehearsal.verdict import judge_call
from tests.cast import ACME_SIGNING
from tests.hooks.mistakes import ROOT, load_gateway, load_module
from tests.hooks.test_rehearsal_verdict import ACCOUNT, BROWSER, judge_everything
from tests.hooks.unsafe_backend import ORIGIN, Backend, rehearse, safe

# A name or a word of hooks/methods.py, and what somebody might have written instead.
MISTAKES = [
    ('"sipPassword"', '"sipLogin"'),
    ('"sipProxy"', '"sipPort"'),
    ('"sipContactParams"', '"sipPort"'),
    ('"callee"', '"caller"'),
    ('"caller"', '"callee"'),
    ('"inviteParameters"', '"target"'),
    ('"sipHeaders"', '"target"'),
    ('"custom"', '"target"'),
    ('"sipMessageRaw"', '"target"'),
    ('"restClientConfig"', '"restClientConfiguration"'),
    ('"FAIL" if', '"LOG" if'),
    ('"OVERWRITE" if', '"NOTIFY" if'),
    ('"OVERWRITE" if', '"overwrite" if'),
    ('"restOnError"', '"restOnErrors"'),
    ('"clientExclude"', '"clientExcludes"'),
    ('","', '", "'),
    ('"transfer"', '"transferCall"'),
    ('"snapshot"', '"takeSnapshot"'),
    ('"OnCallEvent"', '"onCallEvent"'),
    ('"CallStatusEvent"', '"CallStateEvent"'),
]


def judge_gateway(monkeypatch: pytest.MonkeyPatch, right: str = "", wrong: str = "") -> list[str]:
    methods, rewriting = load_gateway(monkeypatch, right, wrong)
    account = {name: ACCOUNT[name] for name in methods.SIP_FIELDS}
    connected = {**account, "restClientConfig": methods.REST_CLIENT_CONFIG}
    called = rewriting.call_answer("+4930123456", "10001")

    entry = read_entry(connected, "call")
    return [*judge_everything(connected), *judge_call(BROWSER.call("sales"), called, entry)]


def test_it_finds_no_mistake_in_the_gateway(monkeypatch):
    assert judge_gateway(monkeypatch) == []


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_it_notices_a_mistake_in_the_method_table(monkeypatch, right, wrong):
    assert judge_gateway(monkeypatch, right, wrong) != []


@pytest.mark.proof
@pytest.mark.parametrize(
    ("right", "wrong", "findings"),
    [("", "", 0), ('"md5"', '"sha1"', 1), (".hex()", ".hex()[::-1]", 1)],
)
def test_it_notices_a_mistake_in_the_signer(cast, right, wrong, findings):
    signer = load_module("hooks.authentication", right, wrong).sign
    others = safe()

    def answer(hook: str, body: dict[str, Any]) -> tuple[int, Any]:
        if hook == "connect" and body["origin"] == ORIGIN:
            return 200, {**ACCOUNT, "restClientConfig": REST_CLIENT_CONFIG}
        return others(hook, body) if hook != "connect" else (403, {})

    with Backend(answer, sign=lambda body: signer(ACME_SIGNING, body)) as backend:
        run = rehearse(backend.port)

    assert len(run.findings) == findings
    assert all("was refused with 403" in finding for finding in run.findings)


def list_imports(path: Path) -> set[str]:
    """Of the gateway's own modules."""
    tree = ast.walk(ast.parse(path.read_text()))
    names = {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.startswith("hooks.")}


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("hooks/wcs/model", ("hooks.wcs.model",)),
        ("hooks/wcs/rehearsal", ("hooks.wcs",)),
        ("clickhook/demo/wcs", ("hooks.wcs.model",)),
    ],
)
def test_judge_and_stand_in_take_nothing_from_the_gateway(folder, allowed):
    paths = [path for path in (ROOT / folder).glob("*.py") if path.name != "explanations.py"]

    assert paths
    for path in paths:
        assert [name for name in list_imports(path) if not name.startswith(allowed)] == [], path


def test_explanations_take_recorded_reasons_alone():
    imports = list_imports(ROOT / "hooks" / "wcs" / "rehearsal" / "explanations.py")

    assert imports == {"hooks.models", "hooks.reasons"}
