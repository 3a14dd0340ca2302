"""What restClientConfig tells a WCS about each method, with WCS's own defaults where it is silent.

D: docs.flashphoner.com, "restClientConfig object description".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]

DEFAULTS = {
    "clientExclude": "",
    "restExclude": "",
    "restOnError": "LOG",
    "restPolicy": "NOTIFY",
    "restOverwrite": "",
}
LISTS = ("clientExclude", "restExclude", "restOverwrite")  # separated by commas alone (I)
ON_ERROR = ("LOG", "FAIL")
POLICIES = ("NOTIFY", "OVERWRITE", "DISABLE")


@dataclass(frozen=True, slots=True)
class Entry:
    """The part of restClientConfig about one method."""

    method: str
    described: bool
    client_exclude: frozenset[str]
    rest_exclude: frozenset[str]
    on_error: str
    policy: str
    overwrite: frozenset[str]

    @property
    def fails_closed(self) -> bool:
        return self.on_error == "FAIL"

    @property
    def is_asked(self) -> bool:
        return self.policy != "DISABLE"

    @property
    def overwrites(self) -> bool:
        return self.policy == "OVERWRITE"


def read_config(answer: Fields) -> dict[str, Any]:
    config = answer.get("restClientConfig")
    return config if isinstance(config, dict) else {}


def read_entry(answer: Fields, method: str) -> Entry:
    described = read_config(answer).get(method)
    written = described if isinstance(described, dict) else {}
    values = {
        key: written[key] if isinstance(written.get(key), str) else default
        for key, default in DEFAULTS.items()
    }
    lists = {key: frozenset(filter(None, values[key].split(","))) for key in LISTS}

    return Entry(
        method=method,
        described=isinstance(described, dict),
        client_exclude=lists["clientExclude"],
        rest_exclude=lists["restExclude"],
        on_error=values["restOnError"],
        policy=values["restPolicy"],
        overwrite=lists["restOverwrite"],
    )
