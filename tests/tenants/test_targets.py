"""What is dialled is what was meant, however people and spreadsheets write a number."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tenants.models import Callee
from tenants.targets import SENTENCE, SHORTENED, TRUNK_ZERO, BadTarget, normalise_target
from tests import cast as casting
from tests.manager import change, errors_of, row, submit, upload, url

READ = [
    ("+4930123456", "+4930123456"),
    ("10001", "10001"),
    ("*97", "*97"),
    ("app-7f", "app-7f"),
    ("front.desk", "front.desk"),
    ("030-123-456", "030123456"),
    ("+1-555-123-4567", "+15551234567"),
    ("555.123.4567", "5551234567"),
    ("+49 30 123456", "+4930123456"),
    ("+49\u00a030\u2011123456", "+4930123456"),
    ("(030) 123-456", "030123456"),
    ("030.123456", "030123456"),
    ("01.42.68.53.00", "0142685300"),
    ("12-34-56", "123456"),
    ("tel:+49-30-123456", "+4930123456"),
    ("TEL:030 123456", "030123456"),
    ('="0301234567"', "0301234567"),
    ("\u202a+4930123456\u202c", "+4930123456"),
    ("\u200b030 1\ufeff", "0301"),
    ("sip:sales@pbx.example", "sip:sales@pbx.example"),
    ("SIP:sales@pbx.example:5080", "sip:sales@pbx.example:5080"),
    ("sip:sales@pbx.example;transport=tcp", "sip:sales@pbx.example;transport=tcp"),
    ("sip:+4930123456@pbx.example;user=phone", "sip:+4930123456@pbx.example;user=phone"),
    ("sips:sales@[2001:db8::1]:5061;lr", "sips:sales@[2001:db8::1]:5061;lr"),
]
REFUSED = [
    *[(text, SHORTENED) for text in ("4.93E11", "4.93012E+11", "4,93e+11", "493012E6")],
    *[(text, SHORTENED) for text in ("sip:4.93E11@pbx.example", "tel:4.93E+11")],
    *[(text, "decimal number") for text in ("10001.0", "10001,0", "10001.", "10.001", "555.1234")],
    *[(text, "a date") for text in ("26.11.2026", "2026-11-26", "11/26/26", "26-Nov", "Nov-26")],
    *[(text, SENTENCE) for text in ("nan", "None", "NULL", "#N/A", "n/a", "inf", "true")],
    *[(text, SENTENCE) for text in ("+", "*", "++49", "49+30", "-5", "+.5", "030-", "(030", ")(")],
    *[(text, SENTENCE) for text in ("192.0.2.7", "sales desk", "tel:sales", "sales@pbx.example")],
    *[(text, SENTENCE) for text in ("sip:x@h:99999", "sip:x@h?Route=y", "sip:x@h;a b", "sip:x@")],
    ("+49 (0)30 123456", f"{TRUNK_ZERO} Write +4930123456."),
    ("0049 (0) 30 123456", f"{TRUNK_ZERO} Write 004930123456."),
    ("+49\u202a30123", "U+202A (left-to-right embedding). Write +4930123."),
    ("\u202e654321", "U+202E (right-to-left override)."),
    ("０30", "U+FF10 (fullwidth digit zero). Write 030."),
    ("sip:s\u0430les@pbx.example", "U+0430 (cyrillic small letter a)."),
]


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.mark.parametrize(("text", "target"), READ)
def test_it_reads_what_people_write(text, target):
    assert normalise_target(text) == target
    assert normalise_target(target) == target


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_it_refuses_what_would_be_dialled_wrongly(text, sentence):
    with pytest.raises(BadTarget) as refusal:
        normalise_target(text)
    assert sentence in str(refusal.value)


@pytest.mark.proof
@pytest.mark.parametrize("text", ["4.93E11", "10001.0", "26.11.2026", "nan", "None", "+"])
def test_every_way_in_refuses_it(manager, cast, text):
    with pytest.raises(BadTarget) as refusal:
        normalise_target(text)
    sentence = str(refusal.value)
    typed = {"alias": "new", "target": text}

    with pytest.raises(ValidationError, match="(?s)target"):
        Callee(tenant=cast.acme, **typed).full_clean()
    for answer in (
        submit(manager, change(cast.acme), **row("callees", 2, **typed)),
        submit(manager, url(Callee, "add"), tenant=cast.acme.pk, **typed),
    ):
        assert sentence in errors_of(answer)
    document = '{"tenants": [{"slug": "acme", "callees": [{"alias": "new", "target": "%s"}]}]}'
    for answer in (
        upload(manager, f"tenant,alias,target\nacme,new,{text}\n"),
        upload(manager, document % text, "", "a.json"),
    ):
        assert sentence in answer.content.decode()
    assert not Callee.objects.filter(alias="new").exists()


def test_the_pages_store_what_is_dialled(manager, cast):
    submit(manager, url(Callee, "add"), tenant=cast.acme.pk, alias="new", target="(030) 123-456")
    assert Callee.objects.get(alias="new").target == "030123456"


def test_the_preview_shows_what_is_dialled(manager, cast):
    page = upload(manager, 'tenant,alias,target\nacme,new,"=""030-123 456"""\n').content.decode()
    assert "target 030123456" in page


def test_another_spelling_of_the_stored_number_changes_nothing(manager, cast):
    page = upload(manager, "tenant,alias,target\nacme,sales,+49 30 123-456\n").content.decode()
    assert "nothing to change" in page
