"""What the button says, in which language, and when nobody is there."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.e2e.button.test_calls import dialled

WORDS = {
    "en": ("Call us", "Hang up", "Ringing …", "The line is busy. Please try again later."),
    "de": (
        "Anrufen",
        "Auflegen",
        "Es klingelt …",
        "Die Leitung ist besetzt. Bitte versuchen Sie es später noch einmal.",
    ),
    "fr": (
        "Appeler",
        "Raccrocher",
        "Ça sonne…",
        "La ligne est occupée. Veuillez réessayer plus tard.",
    ),
    "es": ("Llamar", "Colgar", "Llamando…", "La línea está ocupada. Inténtelo más tarde."),
    "ru": ("Позвонить", "Завершить", "Идут гудки…", "Линия занята. Попробуйте позже."),
}


@pytest.mark.parametrize("language", WORDS)
def test_it_speaks_the_language_of_the_page(visit, wcs, language):
    call_us, hang_up, ringing, busy = WORDS[language]
    page = visit().opens(language=f"{language}-CH")
    expect(page.button).to_have_text(call_us)
    expect(page.element.locator(".clickhook")).to_have_attribute("lang", language)
    _visitor, call = dialled(page, wcs)
    call.becomes("RING")
    expect(page.button).to_have_text(hang_up)
    page.says(ringing)
    call.becomes("BUSY")
    page.says(busy)


@pytest.mark.parametrize(
    ("body", "label"),
    [
        ('<div lang="ru">{}</div>', "Позвонить"),
        ('<div lang="it">{}</div>', "Call us"),
        ('<div lang="">{}</div>', "Call us"),
    ],
)
def test_the_nearest_language_counts(visit, body, label):
    page = visit()
    page.opens(body.format(page.tag()), language="de")
    expect(page.button).to_have_text(label)


def test_the_tag_can_name_language_and_label(visit):
    page = visit()
    page.opens(
        page.tag(language="fr", label="Nos conseillers &lt;b&gt;") + page.tag(language="es"),
        language="de",
    )
    expect(page.button.nth(0)).to_have_text("Nos conseillers <b>")
    expect(page.button.nth(1)).to_have_text("Llamar")


HOURS = {"hours": "Mo-Fr 09:00-12:00,13:00-17:30; Sa 10:00-14:00", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("now", "when"),
    [
        ("2026-11-25T07:59:59Z", "Wednesday, 09:00"),  # a Wednesday; Berlin is one hour ahead
        ("2026-11-25T08:00:00Z", ""),
        ("2026-11-25T11:30:00Z", "Wednesday, 13:00"),
        ("2026-11-25T16:30:00Z", "Thursday, 09:00"),
        ("2026-11-27T20:00:00Z", "Saturday, 10:00"),
        ("2026-11-28T12:59:00Z", ""),
        ("2026-11-28T13:00:00Z", "Monday, 09:00"),
        ("2026-07-06T07:00:00Z", ""),  # summer: two hours ahead
        ("2026-07-06T06:59:00Z", "Monday, 09:00"),
    ],
)
def test_it_knows_the_opening_hours(visit, wcs, now, when):
    page = visit()
    page.page.clock.set_fixed_time(datetime.fromisoformat(now))
    page.opens(page.tag(**HOURS))
    if when:
        zone = "GMT+1" if "-11-" in now else "GMT+2"
        page.says(f"We are closed now and open again on {when} ({zone}).")
        expect(page.button).to_be_disabled()
        page.button.click(force=True)
        page.is_in_state("closed")
        assert wcs.nobody_came()
    else:
        page.is_in_state("idle")
        dialled(page, wcs)


def test_it_opens_and_closes_while_it_is_looked_at(visit):
    page = visit()
    page.page.clock.install(time=datetime.fromisoformat("2026-11-25T07:59:00Z"))
    page.opens(page.tag(**HOURS), language="de")
    page.is_in_state("closed")
    page.says("Wir haben jetzt geschlossen und öffnen wieder am Mittwoch, 09:00 (MEZ).")
    page.page.clock.run_for(90_000)
    page.is_in_state("idle")
    page.says("")
    page.page.clock.run_for("03:00:00")
    page.is_in_state("closed")


@pytest.mark.parametrize(
    ("hours", "now", "is_open"),
    [
        ("Sa-Mo 00:00-24:00", "2026-11-29T23:59:00Z", True),
        ("Sa-Mo 00:00-24:00", "2026-11-30T23:59:00Z", True),
        ("Sa-Mo 00:00-24:00", "2026-12-01T00:00:00Z", False),
        ("Mo,We 08:00-09:00", "2026-11-25T08:30:00Z", True),
        ("Mo,We 08:00-09:00", "2026-11-24T08:30:00Z", False),
    ],
)
def test_days_in_a_row_and_one_by_one(visit, hours, now, is_open):
    page = visit()
    page.page.clock.set_fixed_time(datetime.fromisoformat(now))
    page.opens(page.tag(hours=hours, timezone="UTC"))
    page.is_in_state("idle" if is_open else "closed")
