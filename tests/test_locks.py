"""What is installed, in the image and by the README, comes by hash, from locks that hold it all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted(path for path in ROOT.glob("**/requirements.lock") if ".venv" not in path.parts)
WRITTEN = [
    *(ROOT / "README.md", ROOT / "docker" / "README.md", ROOT / "docker" / "Dockerfile"),
    *sorted((ROOT / ".ci").iterdir()),
]
# The README's recipes for customers' own back ends.
ADVICE = ("`pip install pyjwt`", "`pip install standardwebhooks`")
REQUIREMENT = re.compile(
    r"(?P<name>[a-z0-9._-]+)==[^\s;]+( ; [^\\]+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)


def names(lock: Path) -> set[str]:
    return {match["name"] for match in REQUIREMENT.finditer(lock.read_text())}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_each_line_of_a_lock_is_a_version_with_its_hashes(lock):
    text = lock.read_text()

    assert REQUIREMENT.sub("", text).strip() == ""
    assert len(names(lock)) > 0
    assert "://" not in text


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_installed_by_name(file):
    text = file.read_text()
    for advice in ADVICE:
        text = text.replace(advice, "")
    installs = re.findall(r"pip install\b[^&|`\n]*", text)
    wanted = re.compile(r"--require-hashes -r [\w/.]*requirements\.lock")

    assert all(wanted.search(install) for install in installs), installs
    assert not re.search(r"\b(npm|npx|uv|poetry|pipx|easy_install) (install|i|ci|add)\b", text)


def test_the_image_installs_something():
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()

    assert dockerfile.count("pip install") == dockerfile.count("--require-hashes -r") == 2
    assert not re.search(r"^(ADD|RUN .*(curl|wget))", dockerfile, re.MULTILINE)


def test_the_image_has_what_the_project_needs():
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    bare = {re.split(r"[\[<>=~!; ]", line)[0].lower().replace("_", "-") for line in needed}

    assert bare <= names(ROOT / "requirements.lock")
