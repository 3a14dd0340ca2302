"""Secrets: sealed to their place, dots in Python, loud when they do not open."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection

from tenants.models import SipAccount, Tenant, WcsInstance
from tenants.secrets.encryption import (
    KeyRing,
    KeyRingError,
    SealedSecret,
    Secret,
    SecretUnreadable,
    new_key,
    place,
)

OLD = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEW = "new:/v38+/r5+Pf29fTz8vHw7+7t7Ovq6ejn5uXk4+Lh4N8="
PLACE = place(1, "tenants_sipaccount", "row", "password")


def stored(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def account(db):
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    return SipAccount.objects.create(
        tenant=tenant, login="1", password="plain-text", domain="sip.example"
    )


def test_what_is_sealed_opens_in_its_place_alone():
    ring = KeyRing.parse(NEW)
    token = ring.seal("geheim", PLACE)

    assert ring.open(token, PLACE) == "geheim"
    assert token.startswith(f"v1.{NEW.partition(':')[0]}.")
    assert token != ring.seal("geheim", PLACE)
    here = (1, "tenants_sipaccount", "row", "password")
    for number, moved in enumerate((2, "t", "row2", "x")):
        other = place(*here[:number], moved, *here[number + 1 :])
        with pytest.raises(SecretUnreadable):
            ring.open(token, other)


def test_old_keys_open_and_the_first_seals():
    token = KeyRing.parse(OLD).seal("geheim", PLACE)
    both = KeyRing.parse(f"{NEW}\n{OLD}")

    assert both.open(token, PLACE) == "geheim"
    assert NEW.partition(":")[0] in both.seal("geheim", PLACE)


@pytest.mark.parametrize(
    "broken",
    ["", "v1", "v1.x", "v1.{id}.", "v1.{id}.!!!", "v1.{id}.AAAA", "v2.{id}.AAAA", "geheim"],
)
def test_a_damaged_token_is_a_loud_error_and_never_the_token(broken):
    token = broken.format(id=NEW.partition(":")[0])
    with pytest.raises(SecretUnreadable) as error:
        KeyRing.parse(NEW).open(token, PLACE)
    assert not token or token not in str(error.value)


def test_the_wrong_key_is_a_loud_error():
    token = KeyRing.parse(OLD).seal("geheim", PLACE)
    with pytest.raises(SecretUnreadable, match="not in the key ring"):
        KeyRing.parse(NEW).open(token, PLACE)
    same_id = OLD.partition(":")[0] + ":" + NEW.partition(":")[2]
    with pytest.raises(SecretUnreadable, match="does not open"):
        KeyRing.parse(same_id).open(token, PLACE)


@pytest.mark.parametrize(
    "keys", ["", " \n", "nokey", "id:", "id:AAAA", "id:!!", f"{NEW},{NEW}", f"a b:{NEW}", ":" + NEW]
)
def test_an_unusable_key_ring_is_refused(keys):
    with pytest.raises(KeyRingError) as error:
        KeyRing.parse(keys)
    assert NEW.partition(":")[2] not in str(error.value)


def test_a_secret_prints_as_dots():
    for secret in (
        Secret("geheim"),
        SealedSecret(KeyRing.parse(NEW).seal("geheim", PLACE), PLACE, KeyRing.parse(NEW)),
    ):
        shown = [
            repr(secret),
            str(secret),
            f"{secret}",
            f"{secret!r:>9}",
            " ".join(["", str(secret)]),
            repr({"a": [secret]}),
        ]
        assert not any("geheim" in text or "v1." in text for text in shown)
        assert secret.reveal() == "geheim"
        for smuggle in (pickle.dumps, copy.deepcopy, json.dumps, vars):
            with pytest.raises(TypeError):
                smuggle(secret)


def test_a_row_seals_its_secret_when_it_is_saved(account):
    assert stored("tenants_sipaccount", "password").startswith("v1.")
    assert account.password.reveal() == "plain-text"
    loaded = SipAccount.objects.get()
    assert loaded.password.reveal() == "plain-text"
    assert SipAccount.objects.defer("password").get().password.reveal() == "plain-text"
    assert "plain-text" not in repr(loaded) + str(loaded) + str(loaded.__dict__)


def test_cleaning_a_row_leaves_its_secret_alone(account):
    account.full_clean()
    account.save()
    SipAccount.objects.get().full_clean()

    assert SipAccount.objects.get().password.reveal() == "plain-text"


@pytest.mark.parametrize("nothing", ["", None, Secret("")])
def test_an_empty_secret_is_none(account, nothing):
    account.password = nothing
    assert account.password is None
    with pytest.raises(ValidationError):
        account.full_clean()


def test_saving_again_leaves_the_token_as_it_is(account):
    token = stored("tenants_sipaccount", "password")
    loaded = SipAccount.objects.get()
    loaded.login = "2"
    loaded.save()

    assert stored("tenants_sipaccount", "password") == token
    loaded.password = "another"
    loaded.save(update_fields=["password"])
    assert SipAccount.objects.get().password.reveal() == "another"


def test_text_that_looks_like_a_token_is_still_text(account):
    account.password = stored("tenants_sipaccount", "password")
    account.save()

    assert SipAccount.objects.get().password.reveal().startswith("v1.")


def test_a_token_moved_to_another_row_or_tenant_does_not_open(account):
    other = SipAccount.objects.create(
        tenant=account.tenant, login="9", password="x", domain="sip.example"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_sipaccount SET password = (SELECT password FROM tenants_sipaccount "
            "WHERE id = %s)",
            [account.id],
        )
    with pytest.raises(SecretUnreadable):
        SipAccount.objects.get(pk=other.pk).password.reveal()
    account.tenant = Tenant.objects.create(slug="globex", name="Globex")
    account.save()
    with pytest.raises(SecretUnreadable):
        SipAccount.objects.get(pk=account.pk).password.reveal()


def test_a_secret_is_neither_searched_nor_serialised(account):
    with pytest.raises(TypeError):
        SipAccount.objects.filter(password=Secret("plain-text")).exists()
    with pytest.raises(TypeError):
        serializers.serialize("json", [account])


def test_an_instance_keeps_two_secrets_or_none(db):
    instance = WcsInstance.objects.create(name="one", signing_secret="first")
    instance.rotate_signing_secret("second")
    instance.save()

    loaded = WcsInstance.objects.get()
    assert (loaded.signing_secret.reveal(), loaded.previous_signing_secret.reveal()) == (
        "second",
        "first",
    )
    loaded.forget_previous_signing_secret()
    loaded.save()
    assert WcsInstance.objects.get().previous_signing_secret is None


def test_a_wrong_key_refuses_the_hook_and_says_so(acme, cast, gateway):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_sipaccount SET password = 'v1.lost.AAAA' WHERE login = '10001'"
        )
    answer = acme.post("connect")

    assert (answer.status, answer.json["reason"]) == (503, "Calls are not available now")
    assert "v1.lost" not in gateway.log
    assert "'lost', which is not in the key ring" in gateway.log


def test_new_keys_differ_and_fit():
    assert new_key() != new_key()
    KeyRing.parse(new_key())
