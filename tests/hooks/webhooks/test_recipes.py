"""The README's recipes verify what we sign, as they stand there, and refuse everything else."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

from hooks.webhooks.signing import signed_headers
from tenants.secrets.encryption import Secret
from tenants.webhooks.signing_keys import new_key_pair, new_webhook_secret
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


def headers_of(*keys, at=None) -> dict[str, str]:
    return signed_headers("msg-1", at or int(time.time()), BODY, [Secret(key) for key in keys])


def signature(text) -> dict[str, str]:
    return {"webhook-signature": text}


KEYS, OTHERS = new_key_pair(), new_key_pair()
MADE = {"": SECRET, "ed25519 ": KEYS.private}  # by what a message is signed
GIVEN = {"WEBHOOK_SECRET": SECRET, "WEBHOOK_PUBLIC_KEY": KEYS.public}  # what the receiver has
ZEROS = f"v1a,{base64.b64encode(bytes(64)).decode()} v1,{base64.b64encode(bytes(32)).decode()}"
CASES = [
    ("ours", lambda key: (BODY, headers_of(key)), True),
    ("two secrets", lambda key: (BODY, headers_of(new_webhook_secret(), key)), True),
    ("two keys", lambda key: (BODY, headers_of(OTHERS.private, key)), True),
    ("changed", lambda key: (BODY + b" ", headers_of(key)), False),
    ("others'", lambda key: (BODY, headers_of(new_webhook_secret(), OTHERS.private)), False),
    ("old", lambda key: (BODY, headers_of(key, at=int(time.time()) - 400)), False),
    ("without a signature", lambda key: (BODY, headers_of(key) | signature("")), False),
    ("half a signature", lambda key: (BODY, headers_of(key) | signature("v1,AA v1a,AA")), False),
    ("no base64", lambda key: (BODY, headers_of(key) | signature("v1a,* v1,*")), False),
    ("zeros", lambda key: (BODY, headers_of(key) | signature(ZEROS)), False),
    ("another id", lambda key: (BODY, headers_of(key) | {"webhook-id": "msg-2"}), False),
    ("no time", lambda key: (BODY, headers_of(key) | {"webhook-timestamp": "soon"}), False),
    ("nothing", lambda key: (BODY, {}), False),
]


@pytest.mark.proof
@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("language", PROGRAMS)
def test_a_recipe_tells_ours_from_others(language, kind, tmp_path):
    (program, flag), more = PROGRAMS[language]
    if not (Path(program).exists() or shutil.which(program)):
        pytest.skip(f"there is no {program} here")
    readme = (ROOT / "README.md").read_text()
    recipe = re.search(rf"<!-- webhook {kind}{language} -->\n```\w*\n(.*?)```", readme, re.DOTALL)[
        1
    ]

    for case, make, expected in CASES:
        body, headers = make(MADE[kind])
        (tmp_path / "body").write_bytes(body)
        (tmp_path / "headers").write_text(json.dumps(headers))
        told = subprocess.run(
            [program, flag, f"{recipe}\n{more}", tmp_path / "body", tmp_path / "headers"],
            env=os.environ | GIVEN,
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip().lower() == str(expected).lower(), case


def test_the_reference_verifies_each_of_two_secrets():
    other = new_webhook_secret()
    headers = headers_of(SECRET, other, KEYS.private)
    for secret in (SECRET, other):
        assert Webhook(secret).verify(BODY, headers)["type"] == "call.ended"


def test_a_public_key_verifies_what_its_private_key_signed():
    """By the library, over what the standard says is signed."""
    headers = headers_of(SECRET, KEYS.private, at=1_796_040_000)
    [_, text] = headers["webhook-signature"].split(" ")
    assert (KEYS.private[:5], KEYS.public[:5], text[:4]) == ("whsk_", "whpk_", "v1a,")
    signed = b"msg-1.1796040000." + BODY
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(KEYS.public[5:]))
    public.verify(base64.b64decode(text[4:]), signed)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(text[4:]), signed + b" ")
