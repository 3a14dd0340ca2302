"""Runs the commands on files of some content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import cast as casting
from tests.tenants.importing.content import (
    SECRETS,
    Outcome,
    generated,
    rows,
)


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def command(db, capsys):
    """Runs a command; whatever happens, no secret is printed and no row half written."""

    def act(*arguments: str) -> Outcome:
        before, refusal = rows(), None
        try:
            call_command(*arguments)
        except CommandError as caught:
            refusal = caught
        code, error = (refusal.returncode, str(refusal)) if refusal else (0, "")
        # Nothing for --traceback to print, either.
        assert refusal is None or (refusal.__cause__, refusal.__context__) == (None, None)
        out, err = capsys.readouterr()
        printed = out + err + error
        assert not [secret for secret in (*SECRETS, *generated()) if secret in printed]
        if code or "--dry-run" in arguments:
            assert rows() == before
        return Outcome(code, out, err + error)

    return act


@pytest.fixture
def run(command, tmp_path):
    """Runs `import_tenants` on a file of that content."""

    def act(content: Any, *options: str, name: str = "tenants.json") -> Outcome:
        path = tmp_path / name
        if isinstance(content, bytes | str):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        elif not isinstance(content, Path):
            path.write_text(json.dumps(content))
        return command(
            "import_tenants", str(content if isinstance(content, Path) else path), *options
        )

    return act


@pytest.fixture
def table(command, tmp_path):
    """Runs `import_csv` on a file of those lines, or bytes."""

    def act(name: str, *lines: str | bytes, options: tuple[str, ...] = ()) -> Outcome:
        path = tmp_path / f"{name}.csv"
        path.write_bytes(
            b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
        )
        return command("import_csv", name, str(path), *options)

    return act
