"""Whether the public URL leads to this installation, and through as many proxies as are trusted."""

from __future__ import annotations

import urllib3
from django.conf import settings

from clickhook import identity
from clickhook.doctor.finding import Finding, Findings

WITHIN = 5.0  # seconds
LONGEST = 1024  # bytes


def check_public_url() -> Findings:
    url = settings.CLICKHOOK_GATEWAY_URL
    question = identity.ask()
    try:
        answer = _fetch(url, question)
    except urllib3.exceptions.HTTPError as error:
        sentence = f"{url} cannot be reached from here ({type(error).__name__})."
        yield Finding("public url", False, sentence, "See name, certificate, proxy and gateway.")
        return

    proxies = identity.read_answer(question, answer)
    if proxies is None:
        sentence = f"{url} does not lead to this installation."
        remedy = "See CLICKHOOK_PUBLIC_URL, the proxy, and whether its gateways are of one version."
        yield Finding("public url", False, sentence, remedy)
    else:
        yield _judge_proxies(url, proxies, settings.CLICKHOOK_TRUSTED_PROXIES)


def _judge_proxies(url: str, proxies: int, trusted: int) -> Finding:
    if proxies == trusted:
        return Finding("public url", True, f"{url} leads here, through {proxies} proxies.")
    return Finding(
        "public url",
        False,
        f"{url} leads here through {proxies} proxies, and {trusted} are trusted.",
        "Set CLICKHOOK_TRUSTED_PROXIES to the number of your proxies.",
    )


def _fetch(url: str, question: str) -> str:
    """What is on the way must not be followed, nor waited for. Raises HTTPError."""
    with urllib3.PoolManager(timeout=WITHIN, retries=False) as pool:
        response = pool.request(
            "GET",
            f"{url}/healthz",
            headers={identity.HEADER: question},
            redirect=False,
            preload_content=False,
        )
        return response.read(LONGEST).decode(errors="replace")
