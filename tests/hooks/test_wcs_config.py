"""wcs_config: what an operator sets on a WCS."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from hooks.wcs.configuration import (
    HookSetup,
    escape_property,
    list_commands,
    list_properties,
    list_warnings,
)
from tests.cast import ACME_SIGNING, SECRETS


def shown(*arguments, **options) -> str:
    stdout, stderr = io.StringIO(), io.StringIO()
    call_command("wcs_config", *arguments, stdout=stdout, stderr=stderr, **options)
    assert stderr.getvalue() == ""
    return stdout.getvalue()


def setup(**changes) -> HookSetup:
    usual = {
        "instance": "acme-1",
        "app_key": "acme-c2c",
        "hook_url": "https://hooks.example/hooks/key-of-acme-1",
        "unsigned": False,
        "secret": "secret",
        "has_previous_secret": False,
        "tenants": ("acme",),
        "deadline_seconds": 3.0,
    }
    return HookSetup(**(usual | changes))


def test_it_gives_the_lines_of_the_default_application(cast):
    lines = [line.strip() for line in shown("acme-1", url="https://hooks.example/").splitlines()]

    assert "ssh -p 2001 admin@<wcs>" in lines
    assert "update app -l https://hooks.example/hooks/key-of-acme-1 defaultApp" in lines
    assert "add app-rest-method -a defaultApp" in lines
    assert "show app-rest-methods defaultApp" in lines
    assert not any(line.startswith("add app ") for line in lines)


def test_it_makes_the_application_where_the_instance_names_one(cast):
    cast.acme_1.app_key = "acme-c2c"
    cast.acme_1.save(update_fields=["app_key"])

    lines = [line.strip() for line in shown("acme-1", url="https://hooks.example").splitlines()]

    assert 'add app acme-1 acme-c2c "https://hooks.example/hooks/key-of-acme-1"' in lines
    assert "add app-rest-method -a acme-c2c" in lines
    assert "show app-rest-methods acme-c2c" in lines
    assert "update app -l https://hooks.example/hooks/key-of-acme-1 <its name>" in " ".join(lines)
    assert 'createSession({appKey: "acme-c2c"})' in " ".join(lines)


def test_it_gives_properties_that_can_be_pasted_with_a_reason_above_each(cast):
    lines = shown("acme-1").splitlines()

    properties = {
        line.partition("=")[0]: line.partition("=")[2]
        for number, line in enumerate(lines)
        if lines[number - 1].startswith("# ")
    }
    assert properties == {
        "rest_hook_send_hash": "true",
        "rest_hook_secret_key": ACME_SIGNING,
        "rest_request_timeout": "5",
        "disable_rest_requests": "false",
        "disable_rest_auth": "false",
        "rest_client_request_retry_count": "3",
        "rest_client_request_sent_retry_enabled": "true",
    }


def test_it_takes_the_public_url_where_none_is_given(cast, settings):
    settings.CLICKHOOK_GATEWAY_URL = "https://public.example"

    assert (
        json.loads(shown("acme-1", "--json"))["hook_url"]
        == "https://public.example/hooks/key-of-acme-1"
    )


def test_it_gives_the_same_as_data(cast):
    data = json.loads(shown("acme-1", json=True, url="https://hooks.example"))

    text = shown("acme-1", url="https://hooks.example")
    assert (data["instance"], data["app_key"], data["tenants"]) == (
        "acme-1",
        "defaultApp",
        ["acme"],
    )
    assert all(command["line"] in text and command["why"] for command in data["commands"])
    assert all(f"# {setting['why']}\n{setting['line']}\n" in text for setting in data["properties"])
    assert all(warning.split()[-1] in text for warning in data["warnings"])


def test_it_shows_no_other_secret_than_that_of_the_instance(cast):
    for options in ({}, {"json": True}):
        text = shown("acme-1", **options)
        assert [secret for secret in SECRETS if secret in text] == [ACME_SIGNING]


def test_it_warns_of_a_previous_secret_but_does_not_show_it(cast):
    cast.acme_1.rotate_signing_secret("a-new-secret")
    cast.acme_1.save()

    text = shown("acme-1")

    assert "rest_hook_secret_key=a-new-secret" in text
    assert "The previous signing secret is still accepted." in text
    assert ACME_SIGNING not in text


def test_it_cries_danger_over_an_unsigned_instance(cast):
    cast.acme_1.signing_secret, cast.acme_1.unsigned = None, True
    cast.acme_1.save()

    text = shown("acme-1")

    assert "DANGER: the instance is marked as unsigned." in text
    assert "rest_hook_" not in text


def test_it_says_that_an_instance_without_secret_answers_nobody(cast):
    cast.acme_1.signing_secret = None
    cast.acme_1.save()

    text = shown("acme-1")

    assert "so the gateway answers nobody" in text
    assert "rest_hook_" not in text
    assert "DANGER" not in text


def test_it_names_the_instances_there_are_when_it_is_given_another(cast):
    with pytest.raises(CommandError) as raised:
        shown("acme1")

    expected = (
        "There is no WCS instance 'acme1'. Did you mean acme-1? There is: acme-1, globex-1, "
        "shared-1."
    )
    assert str(raised.value) == expected
    assert raised.value.returncode == 2


def test_it_says_so_when_there_is_no_instance_at_all(transactional_db):
    with pytest.raises(CommandError, match="nor any other yet"):
        shown("acme-1")


def test_it_says_when_the_secret_does_not_open(cast, settings):
    settings.CLICKHOOK_ENCRYPTION_KEYS, settings.CLICKHOOK_KEY_FILE = (
        "other:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        None,
    )

    with pytest.raises(CommandError, match="The signing secret of acme-1 does not open"):
        shown("acme-1")


@pytest.mark.parametrize(
    "url",
    ["hooks.example", "ftp://hooks.example", "https://", "https://a b", "https://a\nremove app x"],
)
def test_it_refuses_what_is_no_address(cast, url):
    with pytest.raises(CommandError, match="is no address like"):
        shown("acme-1", url=url)


def test_an_operator_gets_the_secret_on_standard_output_only(cast, manage):
    done = manage("wcs_config", "acme-1")

    assert done.returncode == 0, done.stderr
    assert ACME_SIGNING in done.stdout
    assert ACME_SIGNING not in done.stderr


def test_an_operator_gets_exit_code_2_for_an_unknown_instance(cast, manage):
    done = manage("wcs_config", "nobody")

    assert (done.returncode, done.stdout) == (2, "")
    assert "There is: acme-1, globex-1, shared-1." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unsigned": True, "secret": ""}, "DANGER"),
        ({"secret": ""}, "answers nobody"),
        ({"secret": "päss word"}, "unusual characters"),
        ({"has_previous_secret": True}, "previous signing secret is still accepted"),
        ({"tenants": ()}, "speaks for no tenant"),
        ({"hook_url": "http://gateway/hooks/k"}, "cross the network in the clear"),
        ({"app_key": ""}, "hooks of any application"),
        ({"app_key": "acme c2c"}, "The appKey has unusual characters"),
    ],
)
def test_it_warns_where_there_is_reason_to(changes, words):
    assert words not in " ".join(list_warnings(setup()))
    assert words in " ".join(list_warnings(setup(**changes)))


def test_it_always_warns_of_what_cannot_be_seen_from_here():
    text = " ".join(list_warnings(setup()))

    for words in (
        "restart it",
        "8081",
        "8444",
        "2001",
        "password, which is admin",
        "every other one",
        "rehearse",
    ):
        assert words in text


def test_an_app_key_is_never_a_line_of_its_own():
    lines = [command.line for command in list_commands(setup(app_key="x\nremove app defaultApp"))]

    assert not any("\n" in line for line in lines)


def test_the_timeout_leaves_the_gateway_time_to_refuse():
    timeouts = [
        {
            setting.name: setting.value
            for setting in list_properties(setup(deadline_seconds=deadline))
        }["rest_request_timeout"]
        for deadline in (0.5, 3.0, 4.0, 8.0)
    ]

    assert timeouts == ["5", "5", "6", "10"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("aB-_1=", "aB-_1="),
        ("a\\b", "a\\\\b"),
        (" a", "\\ a"),
        ("ä\n", "\\u00e4\\n"),
        ("😀", "\\ud83d\\ude00"),
    ],
)
def test_a_value_is_written_as_java_reads_it(value, text):
    assert escape_property(value) == text


def test_a_setup_does_not_print_its_secret():
    assert "hush" not in repr(setup(secret="hush"))
