"""The README's program brings a customer live, as it stands there, and may run twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tenants.models import Tenant, WebhookEndpoint
from tests.api.program import Program
from tests.conftest import ROOT

LONGEST = 30  # lines


@pytest.mark.proof
def test_the_example_brings_a_customer_live(everybodys, gateway):
    readme = (ROOT / "README.md").read_text()
    program = re.search(r"```python\n(import json, os, urllib.*?)```", readme, re.DOTALL)[1]
    assert len(program.splitlines()) <= LONGEST

    done = _run(program, everybodys)
    assert (done.returncode, done.stderr) == (0, "")
    assert "live: sales" in done.stdout
    tenant = Tenant.objects.get(slug="initech")
    endpoint = WebhookEndpoint.objects.get(tenant=tenant)
    assert endpoint.secret.matches(re.search(r"whsec_\S+", done.stdout)[0])

    instance = tenant.wcs_instances.get()
    wcs = gateway.wcs(instance.key, instance.signing_secret.reveal())
    origin = "https://www.initech.example"
    # On a busy machine the first hook may miss its deadline.
    assert 200 in [wcs.post("connect", origin=origin).status for _ in range(3)]
    wcs.close()

    again = _run(program, everybodys)
    assert again.stdout == done.stdout
    assert WebhookEndpoint.objects.count() == 1


def _run(text: str, program: Program) -> subprocess.CompletedProcess[str]:
    environment = {
        "CLICKHOOK_URL": f"http://127.0.0.1:{program.port}",
        "CLICKHOOK_KEY": program.key,
        "SIP_PASSWORD": "initechs-password",
    }
    return subprocess.run(
        [sys.executable, "-c", text],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
