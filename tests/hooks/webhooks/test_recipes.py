"""The README's recipes verify what we sign, as they stand there, and refuse everything else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from hooks.webhooks.signing import signed_headers
from tenants.models.webhook_endpoint import new_webhook_secret
from tenants.secrets.encryption import Secret
from tests.conftest import ROOT
from tests.hooks.webhooks.receiver import SECRET

BODY = '{"type": "call.ended", "data": {"label": "Zoë"}}'.encode()
PROGRAMS = {
    "python": (
        [sys.executable, "-c"],
        "import json, sys\n"
        "print(is_ours(open(sys.argv[1], 'rb').read(), json.load(open(sys.argv[2]))))",
    ),
    "php": (
        ["php", "-r"],
        "$read = fn($n) => file_get_contents($argv[$n]);"
        "echo is_ours($read(1), json_decode($read(2), true)) ? 'true' : 'false';",
    ),
    "node": (
        ["node", "-e"],
        "const fs = require('node:fs');"
        "const [body, headers] = process.argv.slice(1).map((one) => fs.readFileSync(one));"
        "console.log(isOurs(body, JSON.parse(headers)));",
    ),
}


def headers_of(body=BODY, at=None, secrets=(SECRET,)) -> dict[str, str]:
    keys = [Secret(text) for text in secrets]
    return signed_headers("msg-1", at or int(time.time()), body, keys)


CASES = [
    ("ours", lambda: (BODY, headers_of()), True),
    ("with two secrets", lambda: (BODY, headers_of(secrets=[new_webhook_secret(), SECRET])), True),
    ("changed", lambda: (BODY + b" ", headers_of()), False),
    ("of another secret", lambda: (BODY, headers_of(secrets=[new_webhook_secret()])), False),
    ("old", lambda: (BODY, headers_of(at=int(time.time()) - 400)), False),
    ("without a signature", lambda: (BODY, headers_of() | {"webhook-signature": ""}), False),
    ("another id", lambda: (BODY, headers_of() | {"webhook-id": "msg-2"}), False),
    ("no time", lambda: (BODY, headers_of() | {"webhook-timestamp": "soon"}), False),
    ("nothing", lambda: (BODY, {}), False),
]


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_recipe_tells_ours_from_others(language, tmp_path):
    (program, flag), more = PROGRAMS[language]
    if not (Path(program).exists() or shutil.which(program)):
        pytest.skip(f"there is no {program} here")
    readme = (ROOT / "README.md").read_text()
    recipe = re.search(rf"<!-- webhook {language} -->\n```\w*\n(.*?)```", readme, re.DOTALL)[1]

    for case, make, expected in CASES:
        body, headers = make()
        (tmp_path / "body").write_bytes(body)
        (tmp_path / "headers").write_text(json.dumps(headers))
        told = subprocess.run(
            [program, flag, f"{recipe}\n{more}", tmp_path / "body", tmp_path / "headers"],
            env=os.environ | {"WEBHOOK_SECRET": SECRET},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip().lower() == str(expected).lower(), case


def test_the_reference_verifies_each_of_two_secrets():
    other = new_webhook_secret()
    headers = headers_of(secrets=[SECRET, other])
    for secret in (SECRET, other):
        assert Webhook(secret).verify(BODY, headers)["type"] == "call.ended"
