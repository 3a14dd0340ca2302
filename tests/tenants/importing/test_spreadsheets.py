"""Files as spreadsheets write them, and as nobody should."""

from __future__ import annotations

import codecs
import io
import tracemalloc
import zipfile

import pytest

from tenants.models import Callee, Tenant
from tests.tenants.importing.content import read_rows, reading_problems

LINE = "Ünïcode GmbH"
CALLEES = "tenant,alias,target"


@pytest.mark.parametrize("separator", list(",;\t|"))
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-bom", "utf-16-be-bom", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_every_encoding_and_separator(encode, separator):
    text = f"slug{separator}name\r\nacme{separator}{LINE}\r\n"

    assert [row.values for row in read_rows(encode(text), "tenants")] == [
        {"slug": "acme", "name": LINE}
    ]


def test_what_is_read_is_stored(table, cast):
    assert table("tenants", f"slug;name\r\nacme;{LINE}\r\n".encode("utf-16")).code == 0
    assert Tenant.objects.get(slug="acme").name == LINE


@pytest.mark.parametrize(
    "lines",
    [
        [" Target ;ALIAS; Tenant ", "+49 ;front;acme"],
        [
            "",
            ";;;",
            "tenant;alias;target;;",
            "",
            "acme;front;+49;;",
            ";;",
            "acme;sales;+4930123456",
        ],
        ['"tenant";"alias";"target"', '"acme";" front\n";"+49"'],
        ["sep=;", "tenant;alias;target", "acme;front;+49"],
        ["tenant;alias;target;DEFAULT", "acme;front;+49"],
        ["tenant\talias\ttarget", "acme\tfront\t'+49"],
        [b"tenant;alias;target\racme;front;+49\r"],
    ],
)
def test_every_way_to_lay_out_a_table(lines):
    encoded = [line.encode() if isinstance(line, str) else line for line in lines]
    row, *others = read_rows(b"\n".join(encoded), "callees")

    assert (row.tenant_slug, row.values["alias"], row.values["target"]) == ("acme", "front", "+49")
    assert [other.values["alias"] for other in others] in ([], ["sales"])


def test_a_table_as_a_spreadsheet_lays_it_out_is_imported(table, cast):
    outcome = table("callees", "sep=;", " Target ;ALIAS; Tenant ;;", ";;;", "'+49 ;front;acme;;")

    assert (outcome.code, outcome.lines[0]) == (0, "+ callee acme/front: target +49")
    assert Callee.objects.get(alias="front").target == "+49"


@pytest.mark.parametrize("word", ["yes", "TRUE", "1", "ja", "Wahr", " Yes "])
def test_words_for_yes(word):
    row, *_ = read_rows(f"Slug,SIP register-required\nacme,{word}", "tenants")

    assert row.values["sip_register_required"] is True


@pytest.mark.parametrize("number", ["0815", "+4930", "007", "1.5", "12E5", "*21#"])
def test_numbers_stay_what_they_are(number):
    row, *_ = read_rows(f"{CALLEES}\nacme,front,{number}", "callees")

    assert row.values["target"] == number


def test_a_number_with_a_leading_zero_is_stored_as_it_is(table, cast):
    assert table("callees", CALLEES, "acme,front,0815").code == 0
    assert Callee.objects.get(alias="front").target == "0815"


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "x" * 1000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "It is empty: the first line names the columns."),
        (b"\n\n;;;\n", "It is empty: the first line names the columns."),
        (
            _zip(),
            "This is a ZIP archive, such as an .xlsx or .ods workbook, not CSV: save the sheet "
            "itself as CSV.",
        ),
        (b"tenant,alias,target\nacme,a\0b,1", "Line 2 holds a NUL: this is not a text file."),
        (b"\0\0\0\0", "It begins with zeros: this is not a text file."),
        (
            b"tenant,alias,target\nacme,\x81,1",
            "It is neither UTF-8, UTF-16 nor Windows-1252: save it as CSV UTF-8.",
        ),
        (
            "tenant,alias\nacme,\ud800".encode("utf-16-le", "surrogatepass"),
            "Line 2 or one soon after it is not in the encoding that the file begins in.",
        ),
        (
            b'tenant,alias,target\nacme,"a,1\nacme,b,2\n',
            "Line 2: a quote is opened there and not closed.",
        ),
        (
            b'tenant,alias,target\nacme,"a' + b"x\n" * 2000,
            "Line 2: a quote is opened there and not closed.",
        ),
        (
            b'tenant,alias,target\nacme,"a"b,1',
            "Line 2: after a closing quote comes something else than a separator; "
            "a quote inside quotes is doubled.",
        ),
        (
            b"tenant,alias,target\nacme," + b"x" * 70_000,
            "Line 2 is longer than 65,536 characters: this is not a table.",
        ),
        (
            b"tenant" + b",a" * 200,
            "Line 1: 201 columns; possible are "
            "tenant, alias, target, default, keypad, ringing_capacity, cool_down.",
        ),
        (
            b"acme,never-to-be-shown-1,3",
            "Line 1 names no column. Possible are "
            "tenant, alias, target, default, keypad, ringing_capacity, cool_down.",
        ),
        (
            b"tenant,alias,target,<b>",
            "line 1, column 4: This is not the name of a column. "
            "Possible are "
            "tenant, alias, target, default, keypad, ringing_capacity, cool_down.",
        ),
        (
            b"tenant,alias,target,targt",
            "line 1, column 4: The column targt is unknown; did you mean target?",
        ),
        (
            b"tenant,alias,target,Alias",
            "line 1, column 4: The column alias is given twice, first as column 2.",
        ),
        (
            b"tenant,target",
            "line 1: The column alias is missing. "
            "The first line names the columns: "
            "tenant, alias, target, default, keypad, ringing_capacity, cool_down.",
        ),
        (
            b"alias,target",
            "line 1: The column tenant is missing. "
            "The first line names the columns: "
            "tenant, alias, target, default, keypad, ringing_capacity, cool_down.",
        ),
    ],
)
def test_it_refuses_what_is_not_a_table(content, problem):
    assert reading_problems(content, "callees") == [problem]


@pytest.mark.parametrize(
    "content",
    [
        b"tenant,alias,target\n" + b"," * 10_000_000,
        b'tenant,alias,target\n"' + b"x" * 10_000_000,
        b'tenant,alias,target\n"' + b'\n","' * 2_000_000,
        b"tenant" + b"," * 10_000_000,
        b"\xff" * 10_000_000,
        b"P" * 10_000_000,
    ],
    ids=["cells", "quoted", "quoted-cells", "columns", "bytes", "line"],
)
def test_a_bomb_takes_little_memory(content):
    tracemalloc.start()
    problems = reading_problems(content, "callees")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(problems) == 1
    assert peak < 30_000_000, peak


def test_an_import_of_a_bomb_takes_little_memory(table, cast):
    tracemalloc.start()
    outcome = table("callees", b'tenant,alias,target\n"' + b'\n","' * 2_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(outcome.problems) == 1
    assert peak < 30_000_000, peak


def test_blank_lines_are_not_rows(table, cast):
    outcome = table("callees", b"tenant,alias,target\n" + b"\n" * 100_000 + b"acme,front,()")

    (row,) = read_rows(b"tenant,alias,target\n" + b"\n" * 1_000_000 + b"acme,front,()", "callees")
    assert row.place == "line 1000002"
    assert outcome.problems[0].startswith("line 100002, column 3 (target): A number or extension")


def test_a_table_of_too_many_rows_is_refused(table, cast, monkeypatch):
    monkeypatch.setattr("tenants.transfer.reading.csv_table.MOST_ROWS", 3)
    lines = [f"acme,c{number},1" for number in range(4)]

    assert table("callees", CALLEES, *lines).problems == ["It has more than 3 rows; split it."]
    assert table("callees", CALLEES, *lines[1:]).code == 0


def test_a_table_given_to_the_wrong_command_is_shown_the_right_one(run, cast):
    assert "manage.py import_csv" in run("tenant,alias,target", name="a.csv").problems[0]
