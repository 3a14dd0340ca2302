"""Reads the environment's variables and checks them; every problem is one sentence with a name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from environ.fileaware_mapping import FileAwareMapping

PREFIX = "CLICKHOOK_"
FILE_SUFFIX = "_FILE"
LONGEST_FILE = 64 * 1024  # bytes
WHOLE_NUMBER = re.compile("-?[0-9]{1,15}")
NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
HARMLESS = re.compile(r"[\w.+-]{1,20}")  # longer values may be a secret in the wrong place
T = TypeVar("T")


class Environment:
    """Each value is given, or a problem is noted and the default is given."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._variables = variables
        files = {
            name: _unquote(value) for name, value in variables.items() if name.endswith(FILE_SUFFIX)
        }
        self._with_files = FileAwareMapping({**variables, **files}, cache=False)
        self._known: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        """Also from NAME_FILE, and without the spaces and quotation marks around it."""
        self._known |= {name, name + FILE_SUFFIX}
        value = self._read(name)
        return default if value is None else _unquote(value)

    def plain_text(self, name: str, default: str) -> str:
        """As it stands, for what other programs read too."""
        self._known.add(name)
        return self._variables.get(name, default)

    def is_set(self, name: str) -> bool:
        return bool(self._variables.get(name) or self._variables.get(name + FILE_SUFFIX))

    def whole_number(self, name: str, default: int, least: int, most: int) -> int:
        """A value that is not a whole number from `least` to `most` is a problem."""
        value = self.text(name, str(default))
        return self._check_whole_number(name, value, default, least, most)

    def processes(self, name: str, default: int, most: int) -> int:
        """A whole number that gunicorn reads too, by its own rules."""
        value = self.plain_text(name, str(default)).strip()
        return self._check_whole_number(name, value, default, 1, most)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A value that is not a number from `least` to `most` is a problem."""
        value = self.text(name, str(default))
        if NUMBER.fullmatch(value) and least <= float(value) <= most:
            return float(value)

        self._refuse_number(name, value, f"a number from {least} to {most}, in digits")
        return default

    def choice(self, name: str, default: str, choices: Collection[str]) -> str:
        """One of these words in capital letters, in whatever case it is written."""
        value = self.text(name, default).upper()
        if value in choices:
            return value

        self.refuse(name, f"{_describe(value)} {', '.join(choices)}")
        return default

    def path(self, name: str, default: Path) -> Path:
        """An absolute path. An empty value is a problem: it would mean the current directory."""
        value = self.text(name, str(default))
        if not value or CONTROL_CHARACTER.search(value):
            self.refuse(name, "is not a path; leave it out for the default")
            return default
        return Path(value).resolve()

    def parsed(self, name: str, value: str, parse: Callable[[str], T], default: T) -> T:
        """What `parse` makes of the value; its ValueError is a problem and says why."""
        try:
            return parse(value)
        except ValueError as error:
            self.refuse(name, str(error))
            return default

    def refuse(self, name: str, why: str) -> None:
        self.problems.append(f"{name} {why}.")

    def unknown_names(self) -> list[str]:
        """A sentence for each CLICKHOOK_ variable that nothing has asked for."""
        unknown = {name for name in self._variables if name.startswith(PREFIX)} - self._known
        return [_warn_of(name, self._known) for name in sorted(unknown)]

    def _read(self, name: str) -> str | None:
        file = self._with_files.get(name + FILE_SUFFIX)
        try:
            if file and Path(file).stat().st_size > LONGEST_FILE:
                raise ValueError
            value: str | None = self._with_files.get(name)
            return value
        except OSError as error:
            self.refuse(name + FILE_SUFFIX, f"cannot be read: {error.strerror}")
        except ValueError:
            self.refuse(name + FILE_SUFFIX, "does not name a short text file")
        return None

    def _check_whole_number(
        self, name: str, value: str, default: int, least: int, most: int
    ) -> int:
        if WHOLE_NUMBER.fullmatch(value) and least <= int(value) <= most:
            return int(value)

        self._refuse_number(name, value, f"a whole number from {least} to {most}, in digits")
        return default

    def _refuse_number(self, name: str, value: str, wanted: str) -> None:
        self.refuse(name, f"{_describe(value)} {wanted}")


def _unquote(value: str) -> str:
    """Some programs that read files of variables keep the quotation marks."""
    stripped = value.strip()
    quoted = QUOTED.fullmatch(stripped)
    return quoted[2].strip() if quoted else stripped


def _describe(value: str) -> str:
    if not value:
        return "is empty; it takes"
    return f"is {value}; it takes" if HARMLESS.fullmatch(value) else "takes"


def _warn_of(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"{name} is not known here" + (f"; is {near[0]} meant?" if near else ".")
