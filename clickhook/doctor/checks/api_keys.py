"""Whether it is known who saw each key of the API: they confirm nothing that it asks for."""

from __future__ import annotations

from clickhook.doctor.finding import Finding, Findings, name_some
from tenants.models import ApiKey

REMEDY = (
    "Give each a new secret, on the page API keys or by manage.py rotate_api_key: who sees it is "
    "recorded. The secret of before works for 24 hours more; then this line goes."
)


def check_api_keys() -> Findings:
    shown_ids = [key.shown_id for key in ApiKey.objects.of_unknown_holders()[:100]]
    if not shown_ids:
        yield Finding("api keys", True, "Of each key it is recorded who saw it.")
        return
    sentence = (
        f"Nobody recorded who saw these API keys: {name_some(shown_ids)}. Whoever did could "
        "confirm what is asked for with them."
    )
    yield Finding("api keys", False, sentence, REMEDY)
