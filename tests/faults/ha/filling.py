"""Fills addresses into the files of docker/, which are used as they are otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

DOCKER = Path(__file__).resolve().parents[3] / "docker"


def fill(template: str, changes: Mapping[str, str], target: Path) -> Path:
    """Every change must change something: the files cannot drift away from this."""
    text = (DOCKER / template).read_text()
    for written, meant in changes.items():
        if written not in text:
            raise ValueError(f"docker/{template} does not hold {written!r}")
        text = text.replace(written, meant)
    target.write_text(text)
    return target
