"""Where a target leads, and what is open: facts of the numbering plan, row by row."""

from __future__ import annotations

import pytest

from tenants.destinations import is_opened, read_destination
from tenants.opened import BadDestinations, parse_destinations

INTERNAL = ("internal", "", "", "internal")
UNREADABLE = ("invalid", "", "", "invalid")

READ = [
    # Inside the customer's own system.
    ("10002", "DE", INTERNAL),
    ("123456", "", INTERNAL),
    ("sales", "DE", INTERNAL),
    ("sip:sales@pbx.example", "DE", INTERNAL),
    ("sip:10002@pbx.example:5070", "DE", INTERNAL),
    ("*98", "DE", INTERNAL),
    ("#21#", "DE", INTERNAL),
    ("115", "DE", INTERNAL),  # a short number, but none that costs
    ("11801", "BR", INTERNAL),  # a code of that length, but no directory there
    # Public numbers, however they are written.
    ("+4930123456", "", ("public", "4930123456", "DE", "fixed_line")),
    ("004930123456", "", ("public", "4930123456", "DE", "fixed_line")),
    ("030123456", "DE", ("public", "4930123456", "DE", "fixed_line")),
    ("4930123456", "DE", ("public", "4930123456", "DE", "fixed_line")),
    ("+375291234567", "DE", ("public", "375291234567", "BY", "mobile")),
    ("2025550123", "US", ("public", "12025550123", "US", "fixed_line_or_mobile")),
    ("01149301234567", "US", ("public", "49301234567", "DE", "fixed_line")),
    ("08001234567", "DE", ("public", "498001234567", "DE", "toll_free")),
    ("sip:+4930123456@carrier.example", "", ("public", "4930123456", "DE", "fixed_line")),
    ("sips:+49-30-123.456@x", "", ("public", "4930123456", "DE", "fixed_line")),
    ("sip:+4930123456@x;user=phone", "", ("public", "4930123456", "DE", "fixed_line")),
    # What costs.
    ("09001234567", "DE", ("public", "499001234567", "DE", "premium_rate")),
    ("sip:09001234567@x", "DE", ("public", "499001234567", "DE", "premium_rate")),
    ("*31#09001234567", "DE", ("public", "499001234567", "DE", "premium_rate")),
    ("+448701234567", "", ("public", "448701234567", "GB", "premium_rate")),
    ("018012345", "DE", ("public", "4918012345", "DE", "shared_cost")),
    ("11880", "DE", ("public", "4911880", "DE", "premium_rate")),
    ("118218", "FR", ("public", "33118218", "FR", "premium_rate")),
    ("3646", "FR", ("public", "333646", "FR", "premium_rate")),
    ("11880", "", ("public", "", "", "premium_rate")),
    # Networks of no country: the library calls some of them mobile, voip or toll free.
    ("+882161234567", "", ("public", "882161234567", "001", "satellite")),
    ("+881612345678", "", ("public", "881612345678", "001", "satellite")),
    ("+870773123456", "", ("public", "870773123456", "001", "satellite")),
    ("+979123456789", "", ("public", "979123456789", "001", "satellite")),
    ("+88812345", "", ("public", "88812345", "001", "satellite")),
    ("+80012345678", "", ("public", "80012345678", "001", "satellite")),
    # Other countries behind a code that looks familiar.
    ("+14734031234", "US", ("public", "14734031234", "GD", "mobile")),
    ("+447624123456", "GB", ("public", "447624123456", "IM", "mobile")),
    ("+79401234567", "", ("public", "79401234567", "RU", "mobile")),
    # Emergencies.
    ("112", "", ("public", "112", "", "emergency")),
    ("110", "DE", ("public", "110", "DE", "emergency")),
    ("999", "GB", ("public", "999", "GB", "emergency")),
    ("sip:112@pbx.example", "DE", ("public", "112", "DE", "emergency")),
    # What nobody can tell.
    ("+37178123456", "LV", ("invalid", "37178123456", "LV", "invalid")),
    ("1234567", "", UNREADABLE),
    ("030123456", "", UNREADABLE),
    ("0", "DE", UNREADABLE),
    ("+999123456", "DE", UNREADABLE),
    ("+49abc", "DE", UNREADABLE),
    ("9+4930123456", "DE", UNREADABLE),
    ("+*31", "DE", UNREADABLE),
    # A switch may stop reading at a mark, and dial letters as digits.
    ("09001234567#1", "DE", ("public", "499001234567", "DE", "premium_rate")),
    ("sip:00881612345678*1@pbx.example", "DE", ("public", "881612345678", "001", "satellite")),
    ("11833#1", "DE", ("public", "4911833", "DE", "premium_rate")),
    ("*21*0301234567*11*09001234567#", "DE", ("invalid", "", "", "invalid")),
    ("0900CALLNOW", "DE", ("invalid", "", "", "invalid")),
    ("10002#1", "DE", INTERNAL),
    ("*31#+4930123456", "", ("public", "4930123456", "DE", "fixed_line")),
    ("sip:sales@pbx.example;user=phone", "DE", UNREADABLE),
]


@pytest.mark.parametrize(("target", "country", "destination"), READ)
def test_it_reads_where_a_target_leads(target, country, destination):
    assert tuple(read_destination(target, country)) == destination


GERMAN = {"countries": ["DE"], "types": ["fixed_line", "toll_free"]}
OPENED = [
    # By default the tenant's own country, with everyday types.
    ("+4930123456", None, None, None),
    ("+4915112345678", None, None, None),
    ("+498001234567", None, None, None),
    ("+43171123456", None, None, "country"),
    ("+499001234567", None, None, "type"),
    ("11880", None, None, "type"),
    ("10002", None, None, None),
    # As the tenant says.
    ("+4915112345678", GERMAN, None, "type"),
    ("+4930123456", GERMAN, None, None),
    ("+4930123456", {"countries": ["AT"], "types": ["fixed_line"]}, None, "country"),
    ("+4930123456", {"countries": [], "types": []}, None, "country"),
    ("+12025550123", {"countries": ["US"], "types": ["fixed_line"]}, None, "type"),
    ("+12025550123", {"countries": ["US"], "types": ["mobile"]}, None, "type"),
    ("+12025550123", {"countries": ["US"], "types": ["fixed_line", "mobile"]}, None, None),
    ("+499001234567", {"countries": ["DE"], "types": ["premium_rate"]}, None, "type"),
    # Beside that, what is opened for the callee alone.
    ("+43171123456", None, {"countries": ["AT"], "types": []}, None),
    ("+499001234567", None, {"countries": [], "types": ["premium_rate"]}, None),
    ("+881612345678", None, None, "country"),
    ("+881612345678", None, {"countries": ["001"], "types": []}, "type"),
    ("+881612345678", None, {"countries": ["001"], "types": ["satellite"]}, None),
    ("+37178123456", None, None, "invalid"),
    ("+37178123456", None, {"countries": ["LV"], "types": ["mobile"]}, "invalid"),
    ("+37178123456", None, {"countries": [], "types": ["invalid"]}, None),
    ("110", None, {"countries": ["DE"], "types": ["premium_rate", "unknown"]}, "type"),
]


@pytest.mark.parametrize(("target", "tenants", "callees", "refusal"), OPENED)
def test_it_tells_what_refuses_a_destination(target, tenants, callees, refusal):
    assert is_opened(read_destination(target, "DE"), tenants, callees, "DE") == refusal


@pytest.mark.parametrize(
    "kind", ["premium_rate", "satellite", "shared_cost", "personal_number", "uan", "pager"]
    + ["voicemail", "unknown"],
)  # fmt: skip
def test_a_costly_type_is_opened_for_a_callee_only(kind):
    destination = read_destination("+4930123456", "DE")._replace(type=kind)
    whole = {"countries": ["DE"], "types": [kind]}
    assert is_opened(destination, whole, None, "DE") == "type"
    assert is_opened(destination, None, whole, "DE") is None


def test_without_a_country_of_the_tenant_no_country_is_open():
    assert is_opened(read_destination("+4930123456", ""), None, None, "") == "country"


PROBLEMS = [
    ("DE", {"": 'Expected an object with the lists "countries" and "types", or null.'}),
    ({"country": ["DE"]}, {"country": "This key is unknown; possible are countries, types."}),
    ({"countries": "DE"}, {"countries": "Expected a list of texts."}),
    (
        {"countries": ["DE", "de", 49, "UK"], "types": ["land_line"]},
        {
            "countries[1]": "Expected a country as two capital letters, like DE.",
            "countries[2]": "Expected a country as two capital letters, like DE.",
            "countries[3]": "Expected a country as two capital letters, like DE.",
            "types[0]": "This type is unknown; possible are fixed_line, mobile, toll_free, voip.",
        },
    ),
    ({"countries": ["DE", "DE"]}, {"countries[1]": "This is given twice."}),
    ({"countries": ["001"]}, {"countries[0]": "001 can be opened for a callee only."}),
    (
        {"types": ["premium_rate", ["mobile"]]},
        {
            "types[0]": "premium_rate can be opened for a callee only.",
            "types[1]": "This type is unknown; possible are fixed_line, mobile, toll_free, voip.",
        },
    ),
]


@pytest.mark.parametrize(("value", "problems"), PROBLEMS)
def test_it_names_every_problem(value, problems):
    with pytest.raises(BadDestinations) as caught:
        parse_destinations(value, for_callee=False)
    assert caught.value.problems == problems


def test_it_stores_both_lists_in_order():
    value = {"types": ["unknown", "satellite"], "countries": ["RU", "001"]}
    assert parse_destinations(value, for_callee=True) == {
        "countries": ["001", "RU"],
        "types": ["satellite", "unknown"],
    }
    assert parse_destinations({}, for_callee=False) == {"countries": [], "types": []}
    assert parse_destinations(None, for_callee=False) is None
