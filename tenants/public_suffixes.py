"""Public suffixes: names below which different people register theirs, like co.uk or github.io."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


def is_public_suffix(host: str) -> bool:
    """Whether nobody owns the host alone; a name that the list does not know has an owner."""
    return bool(_suffix_list().is_public(host))


def suffix_below(host: str) -> str:
    """A public suffix among the names below the host, or nothing."""
    return _suffixes_by_parent().get(host, "")


# Read when a domain is first written: the list costs about 50 ms.
@cache
def _suffix_list() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


@cache
def _suffixes_by_parent() -> dict[str, str]:
    suffixes: dict[str, str] = {}
    for rule in sorted(_suffix_list()._publicsuffix):
        suffix = rule.removeprefix("*.")
        parent = suffix.partition(".")[2]
        while parent and not rule.startswith("!"):
            suffixes.setdefault(parent, suffix)
            parent = parent.partition(".")[2]
    return suffixes
