"""Why somebody who comes from the provider is not let in."""

from __future__ import annotations


class SsoRefused(Exception):
    """The words are for the log and hold no secret; the browser learns a neutral sentence."""
