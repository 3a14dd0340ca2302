"""Tables: what a CSV file adds and changes, and the sentence for each cell that is wrong."""

from __future__ import annotations

import json

import pytest

from tenants.models import Callee, Domain, ImportedRow, ImportRun, SipAccount, Tenant
from tenants.transfer.problems import MOST_LISTED
from tests import cast as casting
from tests.tenants.importing.content import NEW_PASSWORD, TAKEN, help_text, reading_problems

CALLEES = "tenant,alias,target,default"


def test_it_adds_and_changes_and_leaves_alone(table, cast):
    outcome = table(
        "callees",
        CALLEES,
        "acme,sales,+4930999,yes",
        "acme,support,sip:help@pbx.acme.example,no",
        "globex,night,0815,",
    )

    number = ImportRun.objects.get().pk
    assert outcome.lines == [
        "~ callee acme/sales: target +4930123456 → +4930999",
        "+ callee globex/night: target 0815",
        f"This was import {number}; manage.py undo_import {number} takes it back.",
        "done: 1 added, 1 changed, 1 unchanged",
    ]
    assert list(
        Callee.objects.filter(tenant=cast.acme).values_list("alias", "target", "default")
    ) == [
        ("sales", "+4930999", True),
        ("support", "sip:help@pbx.acme.example", False),
    ]
    assert Callee.objects.get(alias="night").target == "0815"
    assert (ImportRun.objects.get().counts, ImportedRow.objects.count()) == (
        {"added": 1, "changed": 1, "unchanged": 1},
        2,
    )


def test_a_second_run_changes_nothing_and_leaves_no_trace(table, cast):
    lines = [CALLEES, "acme,front,1,", "acme,sales,2,yes"]
    table("callees", *lines)

    assert table("callees", *lines).lines == ["nothing to change: 0 added, 0 changed, 2 unchanged"]
    assert ImportRun.objects.count() == 1


def test_every_table_has_its_columns(table, cast):
    assert (
        table(
            "tenants", "slug,name,status,sip_register_required", "initech,Initech GmbH,suspended,ja"
        ).code
        == 0
    )
    assert table("callees", "tenant,alias,target", "initech,front,1").code == 0
    domain = [
        "tenant,origin,include_subdomains,default_callee",
        "initech,https://bücher.example,wahr,front",
    ]
    assert table("domains", *domain).code == 0
    account = [
        "tenant,login,domain,password,port,enabled",
        f"initech,1,sip.example,{NEW_PASSWORD},5080,nein",
    ]
    assert table("sip_accounts", *account).code == 0

    initech = Tenant.objects.get(slug="initech")
    assert (initech.status, initech.sip_register_required) == ("suspended", True)
    stored = Domain.objects.get(tenant=initech)
    assert (stored.origin, stored.include_subdomains, stored.default_callee.alias) == (
        *("https://xn--bcher-kva.example", True, "front"),
    )
    kept = SipAccount.objects.get(tenant=initech)
    assert (kept.port, kept.enabled, kept.password.matches(NEW_PASSWORD)) == (5080, False, True)
    assert table("domains", *domain).lines == table("sip_accounts", *account).lines


def test_an_empty_cell_empties_a_text_and_leaves_the_rest(table, cast):
    header = "tenant,login,domain,password,authentication_name,outbound_proxy,port,enabled"
    outcome = table("sip_accounts", header, "acme,10001,sip.acme.example,,,203.0.113.5,,")

    assert (
        outcome.lines[0]
        == '~ SIP account acme/10001@sip.acme.example: authentication name auth-10001 → ""'
    )
    account = SipAccount.objects.get(pk=cast.acme_account.pk)
    assert (account.port, account.enabled, account.password.matches(casting.ACME_PASSWORD)) == (
        5070,
        True,
        True,
    )

    outcome = table(
        "domains",
        "tenant,origin,include_subdomains,default_callee",
        "acme,https://shops.acme.example,,",
    )
    assert outcome.lines[0] == "~ domain https://shops.acme.example: default callee support → none"


def test_a_password_is_taken_as_it_stands(table, cast):
    table("sip_accounts", "tenant,login,domain,password", "acme,10001,sip.acme.example,'+ x ")

    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.matches("'+ x ")


def test_one_tenant_may_be_given_beside_the_file(table, cast):
    tenant = ("--tenant", "acme")

    assert (
        table("callees", "alias,target", "front,1", options=tenant).lines[0]
        == "+ callee acme/front: target 1"
    )
    assert table("callees", "tenant,alias,target", "globex,front,1", options=tenant).problems == [
        "line 2, column 1 (tenant): These rows are imported for acme alone."
    ]
    assert table("callees", "alias,target", "front,1", options=("--tenant", "nobody")).problems == [
        "line 2: There is no such tenant."
    ]


@pytest.mark.parametrize(
    ("name", "lines", "problem"),
    [
        (
            "callees",
            [CALLEES, ",a,1,"],
            "line 2, column 1 (tenant): The tenant's short name is missing.",
        ),
        (
            "callees",
            [CALLEES, "", "acme,front,4.93012E+11,"],
            "line 3, column 3 (target): A spreadsheet has shortened this "
            "long number to the form 4.93E+11, and its last digits are lost: "
            "format the column as text and enter the number again.",
        ),
        (
            "callees",
            [CALLEES, "acme,front,1,perhaps"],
            "line 2, column 4 (default): Expected yes or no; understood are "
            "yes, true, 1, ja, wahr and no, false, 0, nein, falsch.",
        ),
        (
            "callees",
            [CALLEES, "acme,front,1,,x"],
            "line 2, column 5: There is a value here, but the first line names no such column.",
        ),
        (
            "callees",
            [CALLEES, 'acme,front,"1\n2",'],
            "line 2, column 3 (target): "
            "It holds a control character, such as NUL, a tab or the end of a line.",
        ),
        (
            "sip_accounts",
            ["tenant,login,domain,port", "acme,10001,sip.acme.example,5060.0"],
            "line 2, column 4 (port): Expected a whole number, like 5060.",
        ),
    ],
)
def test_it_says_which_cell_it_cannot_use(name, lines, problem):
    assert reading_problems("\n".join(lines), name) == [problem]


@pytest.mark.parametrize(
    ("name", "lines", "problem"),
    [
        (
            "callees",
            [CALLEES, "nobody,a,1,"],
            "line 2, column 1 (tenant): There is no such tenant.",
        ),
        (
            "callees",
            ["tenant,alias", "acme,front"],
            "line 2: A new callee needs the column target.",
        ),
        (
            "callees",
            [CALLEES, "acme,front,,"],
            "line 2, column 3 (target): This field cannot be blank.",
        ),
        ("callees", [CALLEES, "acme,,1,"], "line 2, column 2 (alias): This field cannot be blank."),
        (
            "callees",
            [CALLEES, "acme,1,1,"],
            "line 2, column 2 (alias): An alias begins with a lower-case letter, "
            "then letters, digits, - and _, like sales.",
        ),
        (
            "callees",
            [CALLEES, "acme,a,1,", 'acme,b,"2"', "acme,a,1,"],
            "line 4, column 2 (alias): The file has this callee already, at line 2.",
        ),
        (
            "callees",
            [CALLEES, "acme,front,1,yes"],
            "line 2, column 4 (default): This tenant has a default callee already. "
            'It is sales: give that one "default": false in the same file.',
        ),
        (
            "domains",
            ["tenant,origin", "globex,https://www.acme.example"],
            f"line 2, column 2 (origin): {TAKEN} It is acme.",
        ),
        (
            "sip_accounts",
            ["tenant,login,domain,port", "acme,10001,sip.acme.example,70000"],
            "line 2, column 4 (port): Ensure this value is less than or equal to 65535.",
        ),
        (
            "sip_accounts",
            ["tenant,login,domain,password", "acme,9,sip.acme.example,"],
            "line 2, column 4 (password): A new SIP account needs this.",
        ),
        (
            "tenants",
            ["slug,name,status", "acme,Acme,asleep"],
            "line 2, column 3 (status): Value 'asleep' is not a valid choice.",
        ),
    ],
)
def test_it_says_what_is_wrong_with_a_cell(table, cast, name, lines, problem):
    assert table(name, *lines).problems == [problem]


def test_every_bad_row_is_listed_up_to_a_number(table, cast):
    outcome = table(
        "callees", CALLEES, *[f"acme,c{number},()," for number in range(MOST_LISTED + 5)]
    )

    assert outcome.err.splitlines()[0].startswith("205 problems with ")
    assert outcome.problems[0].startswith("line 2, column 3 (target): ")
    assert outcome.problems[MOST_LISTED - 1].startswith(f"line {MOST_LISTED + 1}, column 3")
    assert outcome.problems[MOST_LISTED:] == ["and 5 more"]


def test_problems_are_machine_readable(table, cast):
    outcome = table("callees", CALLEES, "acme,front,(),", options=("--json",))

    report = json.loads(outcome.out)
    assert (outcome.code, report["status"], report["more_problems"]) == (1, "problems", 0)
    assert report["problems"][0]["place"] == "line 2, column 3 (target)"


def test_what_belongs_together_may_stand_far_apart(table, run, cast, monkeypatch):
    """Between two batches, neither a moved default nor a repeated row is lost."""
    monkeypatch.setattr("tenants.transfer.importing.BATCH", 2)
    fill = [f"acme,c{number},1," for number in range(5)]

    assert table("callees", CALLEES, "acme,new,1,yes", *fill, "acme,sales,+4930123456,no").code == 0
    assert cast.acme.callees.get(default=True).alias == "new"
    assert table("callees", CALLEES, *fill, "acme,c0,1,").problems == [
        "line 7, column 2 (alias): The file has this callee already, at line 2."
    ]
    assert (
        table("callees", CALLEES, "acme,x,1,yes", *fill, "acme,y,1,yes")
        .problems[0]
        .startswith("line 2, column 4")
    )
    tenant = {
        "slug": "acme",
        "domains": [
            {"origin": f"https://{name}.example", "default_callee": "late"} for name in "abc"
        ],
        "callees": [{"alias": alias, "target": "1"} for alias in ("early", "late")],
    }
    outcome = run({"tenants": [tenant]})
    assert outcome.lines[:3] == [
        f"+ domain https://{name}.example: default callee late" for name in "abc"
    ]
    assert Domain.objects.get(origin="https://a.example").default_callee.alias == "late"


def test_help_teaches():
    text = help_text("import_csv")

    for words in (
        "acme,sales,+4930123456,yes",
        "--dry-run",
        "--tenant",
        "undo_import",
        "Exit code 0",
        "4.93E+11",
        "ja",
    ):
        assert words in text
