"""`manage.py rotate_keys`: everything is sealed anew, and then the old key can go."""

from __future__ import annotations

import getpass
import io
import json
import re
import stat

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.models import AuditEntry, ImportRun, SecondFactor, SipAccount, Tenant
from tenants.secrets.encryption import KeyRing, SealedSecret, new_key
from tests.cast import ACME_PASSWORD, ACME_SIGNING
from tests.clickhook.keys import FILE, keys, let_time_pass, sealed


@pytest.fixture
def rotate(cast, capsys):
    def run(*options):
        code, said = 0, ""
        try:
            call_command("rotate_keys", *options)
        except CommandError as error:
            code, said = error.returncode, str(error)
        out, err = capsys.readouterr()
        assert [
            entry
            for entry in FILE.read_text().split()
            if entry.partition(":")[2] in out + err + said
        ] == []
        return code, out + err + said

    yield run
    connection.close()  # it holds the lock


def test_it_seals_everything_anew_and_then_the_old_key_can_go(
    cast, rotate, gateway, acme, manager, old
):
    cast.acme_1.rotate_signing_secret(ACME_SIGNING)
    cast.acme_1.save()
    total = sum(sealed().values())

    code, said = rotate()
    new, *others = keys()
    assert (code, others, sealed()) == (0, [old], {new: total})
    assert "can go in " in said
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o600
    assert acme.post("connect").json["sipPassword"] == ACME_PASSWORD
    assert SecondFactor.objects.get().secret.reveal()

    again = json.loads(rotate("--json")[1])
    assert (again["status"], again["sealed_anew"], keys()) == ("done", 0, [new, old])
    assert 0 < again["seconds_to_wait"] <= 600
    code, said = rotate("--drop-old")
    assert (code, keys()) == (1, [new, old])
    assert "seconds until all that was sealed with it is stored" in said
    waiting = json.loads(rotate("--drop-old", "--json")[1].removesuffix("still needed"))
    assert 0 < waiting["seconds_to_wait"] <= 600
    assert waiting["still_needed_by"] == {}
    assert [key for key in waiting if not re.fullmatch("[a-z_]+", key)] == []

    let_time_pass()
    assert rotate("--drop-old")[0] == 0
    assert keys() == [new]
    assert acme.post("connect").json["sipPassword"] == ACME_PASSWORD
    assert rotate("--drop-old")[0] == 0


@pytest.mark.proof
def test_the_audit_tells_of_it_and_of_no_changed_secret(cast, manage, rotate, old):
    last = AuditEntry.objects.first().number
    assert manage("rotate_keys").returncode == 0
    let_time_pass()
    rotate("--drop-old")

    entries = AuditEntry.objects.filter(number__gt=last).order_by("number")
    assert (entries[0].via, entries[0].actor_name) == ("rotate_keys", getpass.getuser())
    new = keys()[0]
    assert [(entry.action, entry.object_name, entry.after) for entry in entries] == [
        ("encryption_key:added", new, {}),
        (
            "encryption_key:applied",
            new,
            {"in": "tenants_sipaccount.password", "sip_account:changed": 2},
        ),
        (
            "encryption_key:applied",
            new,
            {"in": "tenants_wcsinstance.signing_secret", "wcs_instance:changed": 3},
        ),
        ("encryption_key:dropped", old, {}),
    ]


def test_a_password_that_is_written_between_reading_and_exchanging_stays(
    cast, rotate, old, monkeypatch
):
    resealed = SealedSecret.resealed

    def slowly(secret):
        if cast.acme_account.password.token == secret.token:
            cast.acme_account.password = "entered-meanwhile"
            cast.acme_account.save()
        return resealed(secret)

    monkeypatch.setattr(SealedSecret, "resealed", slowly)
    cast.acme_account.refresh_from_db()
    assert rotate()[0] == 0
    assert sealed() == {keys()[0]: 5}
    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.reveal() == "entered-meanwhile"


def test_a_dry_run_only_counts(cast, rotate, old):
    before = FILE.read_text()
    code, said = rotate("--dry-run", "--json")
    data = json.loads(said)
    assert (code, data["status"], data["sealing_key"], data["old_keys"]) == (0, "dry run", old, [])
    assert data["sealed"]["tenants_sipaccount.password"] == {old: 2}
    assert (FILE.read_text(), sealed()) == (before, {old: 5})


def test_what_does_not_open_is_named_and_keeps_the_old_key(cast, rotate, old):
    SipAccount.objects.filter(pk=cast.acme_account.pk).update(password=f"v1.{old}.AAAA")
    code, said = rotate()
    assert (code, f"|tenants_sipaccount|{cast.acme_account.pk}|password" in said) == (1, True)
    assert sealed() == {keys()[0]: 4, old: 1}
    let_time_pass()
    assert rotate("--drop-old")[0] == 1
    assert len(keys()) == 2


def test_a_token_kept_elsewhere_keeps_the_old_key_too(cast, rotate, old):
    token = SipAccount.objects.get(pk=cast.acme_account.pk).password.token
    rotate()
    let_time_pass()
    Tenant.objects.filter(slug="acme").update(name=token)
    code, said = rotate("--drop-old")
    assert (code, len(keys())) == (1, 2)
    assert "1 tenants_tenant.name" in said


@pytest.mark.proof
def test_two_at_a_time_are_refused(cast, rotate, manage, old):
    assert rotate("--drop-old")[0] == 0  # this connection holds the lock from here on
    done = manage("rotate_keys")
    assert (done.returncode, keys()) == (2, [old])
    assert "Another rotate_keys is at work" in done.stderr


def test_keys_of_the_environment_are_rotated_by_hand(cast, rotate, settings, old):
    before, added = FILE.read_text().strip(), new_key()
    settings.CLICKHOOK_ENCRYPTION_KEYS, settings.CLICKHOOK_KEY_FILE = f"{before},", None
    code, said = rotate()
    assert (code, sealed(), FILE.read_text().strip()) == (2, {old: 5}, before)
    assert "which this command cannot change" in said

    settings.CLICKHOOK_ENCRYPTION_KEYS = f"{added},{before}"
    assert (rotate()[0], sealed()) == (0, {added.partition(":")[0]: 5})
    code, said = rotate("--drop-old", "--json")
    assert (code, json.loads(said)["status"]) == (0, "nothing needs an old key")
    settings.CLICKHOOK_ENCRYPTION_KEYS = f"{before},{added}"
    assert (rotate()[0], sealed()) == (0, {old: 5})
    assert FILE.read_text().strip() == before


@pytest.mark.parametrize("given", ["", "nokey", "a:b"])
def test_an_unusable_ring_is_refused(cast, rotate, settings, old, given):
    settings.CLICKHOOK_ENCRYPTION_KEYS, settings.CLICKHOOK_KEY_FILE = given, None
    assert rotate()[0] == 2


def test_a_file_that_cannot_be_used_leaves_the_ring_as_it_is(tmp_path, caplog):
    first, second = new_key(), new_key()
    file = tmp_path / "encryption.keys"
    file.write_text(first)
    ring = KeyRing.parse(first, file)
    token = ring.seal("geheim", "place")
    file.write_text(f"{second}\n{first}")
    assert ring.seal("geheim", "place").startswith(f"v1.{second.partition(':')[0]}.")

    for broken in ("", "half a li", None):
        file.unlink() if broken is None else file.write_text(broken)
        assert ring.seal("geheim", "place").startswith(f"v1.{second.partition(':')[0]}.")
        assert ring.open(token, "place") == "geheim"
    assert caplog.text.count("the key ring stays as it was") == 3
    assert first.partition(":")[2] not in caplog.text


def test_an_import_can_be_undone_after_the_old_key_is_gone(cast, rotate, old, tmp_path):
    file = tmp_path / "acme.json"
    account = {
        "login": "10001",
        "domain": "sip.acme.example",
        "password": "of-the-import",
        "port": 5099,
    }
    instance = {"name": "acme-1", "signing_secret": "of-the-import"}
    tenant = {"slug": "acme", "name": "Acme Ltd", "sip_accounts": [account]}
    file.write_text(json.dumps({"tenants": [tenant], "wcs_instances": [instance]}))
    call_command("import_tenants", str(file), stdout=io.StringIO())

    code, said = rotate("--json")
    new = keys()[0]
    assert (code, json.loads(said)["sealed"]["tenants_importedrow.after"]) == (0, {new: 3})
    let_time_pass()
    assert rotate("--drop-old") == (
        0,
        f"dropped: 0 secrets sealed anew, key {new} seals\n  key {new}: 11 secrets\n",
    )
    call_command("undo_import", str(ImportRun.objects.get().pk), stdout=io.StringIO())
    cast.acme_account.refresh_from_db()
    cast.acme_1.refresh_from_db()
    assert (cast.acme_account.password.reveal(), cast.acme_1.signing_secret.reveal()) == (
        ACME_PASSWORD,
        ACME_SIGNING,
    )
