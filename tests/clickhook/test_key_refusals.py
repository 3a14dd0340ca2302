"""A command that meets an unusable key ring says so, and shows no piece of it."""

from __future__ import annotations

import pytest
from django.db import connection

from clickhook.key_refusals import SENTENCE, unusable_keys_in_a_sentence
from tenants.secrets.encryption import KeyRing
from tests.clickhook.keys import STRONG_KEY

PIECE = "pieceofakey"


@pytest.mark.parametrize("content", [PIECE, f"k1:{PIECE}", f"{PIECE}:AAAA", ""])
def test_no_piece_of_a_key_is_shown(content):
    with pytest.raises(SystemExit) as ended, unusable_keys_in_a_sentence():
        KeyRing.parse(content)
    assert ended.value.code == SENTENCE


@pytest.mark.proof
def test_a_command_ends_with_a_sentence(cast, manage, tmp_path):
    (tmp_path / "encryption.keys").write_text(PIECE)
    place = connection.settings_dict
    given = {
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
        "CLICKHOOK_DATA_DIR": str(tmp_path),
        "CLICKHOOK_SECRET_KEY": STRONG_KEY,
    }
    done = manage("make_ticket_key", "acme", **given)

    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", SENTENCE)
