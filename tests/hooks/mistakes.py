"""Puts a mistake into a module of the gateway, for tests that must notice it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def load_module(name: str, right: str = "", wrong: str = "") -> ModuleType:
    """The module anew, with `wrong` written wherever its source says `right`."""
    source = ROOT.joinpath(*name.split(".")).with_suffix(".py").read_text()
    assert right in source, f"{name} no longer says {right}"

    module = ModuleType(name)
    exec(source.replace(right, wrong) if right else source, module.__dict__)
    return module


def load_gateway(
    monkeypatch: pytest.MonkeyPatch, right: str = "", wrong: str = ""
) -> tuple[ModuleType, ModuleType]:
    """The method table with the mistake, and the rewriting that is made from it."""
    methods = load_module("hooks.methods", right, wrong)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "hooks.methods", methods)
        return methods, load_module("hooks.rewriting")
