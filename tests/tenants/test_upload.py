"""A manager imports a file: upload, preview, confirmation; within their tenants, as previewed."""

from __future__ import annotations

import io
import zipfile

import pytest

from tenants.admin.pages.upload_form import MAX_DOCUMENT_BYTES
from tenants.models import AuditEntry, Callee, ImportRun, SipAccount, Tenant, Upload, WcsInstance
from tenants.models.domain import UNAVAILABLE
from tenants.models.upload import MAX_BYTES
from tests import cast as casting
from tests.manager import (
    TYPED,
    assert_tells_nothing,
    change,
    confirm_upload,
    person,
    said,
    signed_in,
    unconfirmed,
    upload,
)

ADD = "/admin/tenants/importrun/add/"
LIST = "/admin/tenants/importrun/"
CALLEES = "tenant,alias,target\n"


@pytest.fixture
def cast(db):
    return casting.assemble()


def test_it_is_uploaded_looked_at_and_confirmed(acme_manager, cast):
    page = upload(
        acme_manager,
        CALLEES + "acme,sales,+49301\nacme,front,10\nacme,support,sip:help@pbx.acme.example\n",
    )
    html = page.content.decode()
    assert "<strong>1 added, 1 changed, 1 unchanged</strong>" in html
    assert "target +4930123456 → +49301" in html
    assert "<td>acme/front</td><td><div>target 10</div></td>" in html
    assert Callee.objects.get(alias="sales").target == "+4930123456"

    done = confirm_upload(acme_manager)
    assert done.request["PATH_INFO"] == LIST
    assert "file.csv is imported: 1 added, 1 changed, 1 unchanged." in said(done)
    assert change(ImportRun.objects.get()) in said(done)
    assert Callee.objects.get(alias="sales").target == "+49301"
    run = ImportRun.objects.get()
    assert (run.by, run.source) == (acme_manager.user, "file.csv")
    assert not Upload.objects.exists()
    assert AuditEntry.objects.filter(action="import:done", actor_name="manager").count() == 1
    assert not AuditEntry.objects.filter(
        action__startswith="callee:", actor_name="manager"
    ).exists()


def test_nothing_to_change_is_said(acme_manager, cast):
    answer = upload(acme_manager, CALLEES + "acme,sales,+4930123456\n")

    assert "nothing to change, 1 rows are the same already" in said(answer)
    assert not Upload.objects.exists()


def test_every_problem_is_on_the_page_and_nothing_is_changed(acme_manager, cast):
    answer = upload(acme_manager, CALLEES + "acme,front,()\nacme,1,1\n")

    assert answer.status_code == 422
    assert "There are 2 problems" in answer.content.decode()
    assert "<b>line 2, column 3 (target):</b> A number or extension" in answer.content.decode()
    assert not Upload.objects.exists()
    assert not Callee.objects.filter(alias="front").exists()


def test_another_tenants_rows_are_refused_as_if_there_was_no_such_tenant(acme_manager, cast):
    there = upload(acme_manager, CALLEES + "globex,frontdesk,1\n").content.decode()
    nowhere = upload(acme_manager, CALLEES + "nobody,frontdesk,1\n").content.decode()

    assert "line 2, column 1 (tenant):</b> There is no such tenant." in there
    assert (
        there.partition("errornote")[2].partition("</ul>")[0]
        == nowhere.partition("errornote")[2].partition("</ul>")[0]
    )
    for table, content in [
        ("tenants", "slug,name\nglobex,X\n"),
        ("tenants", "slug,name\nnobody,X\n"),
        (
            "",
            '{"tenants": [{"slug": "globex", "callees": [{"alias": "frontdesk", "target": "1"}]}]}',
        ),
        ("callees", "alias,target\nfrontdesk,1\n"),
    ]:
        answer = upload(acme_manager, content, table, tenant="globex")
        assert "There is no such tenant." in answer.content.decode()
    assert not Upload.objects.exists()


def test_an_origin_that_is_taken_is_refused_without_a_name(acme_manager, cast):
    answer = upload(
        acme_manager, "tenant,origin\nacme,https://globex.example:8443\n", "domains"
    ).content.decode()

    assert UNAVAILABLE in answer
    assert "another tenant" not in answer
    assert "globex." not in answer.replace("globex.example", "")
    assert "It is" not in answer


def test_wcs_instances_are_an_administrators(acme_manager, manager, cast):
    content = '{"wcs_instances": [{"name": "acme-1", "app_key": "x"}]}'

    assert (
        "imported by a platform administrator"
        in upload(acme_manager, content, "", "a.json").content.decode()
    )
    upload(manager, content, "", "a.json")
    confirm_upload(manager)
    assert WcsInstance.objects.get(name="acme-1").app_key == "x"


def test_a_document_is_confirmed_with_a_recent_code(manager, cast):
    upload(manager, '{"wcs_instances": [{"name": "acme-1", "app_key": "x"}]}', "", "a.json")
    unconfirmed(manager)

    assert confirm_upload(manager).request["PATH_INFO"] == "/admin/code/"
    assert WcsInstance.objects.get(name="acme-1").app_key == ""


@pytest.mark.parametrize("role", ["auditor", "nobody"])
def test_who_may_change_nothing_imports_nothing(cast, role):
    browser = signed_in(role)

    assert browser.get(ADD).status_code == 403
    assert upload(browser, CALLEES + "acme,front,1\n").status_code == 403
    assert (
        signed_in("manager", cast.acme, name="looker", may_change=False).get(ADD).status_code == 403
    )


@pytest.mark.proof
def test_a_password_is_shown_nowhere_and_kept_sealed(acme_manager, cast):
    pages = [
        upload(
            acme_manager,
            f"tenant,login,domain,password\nacme,10001,sip.acme.example,{TYPED}\n",
            "sip_accounts",
        )
    ]
    assert "password changed" in pages[0].content.decode()
    pages += [
        upload(
            acme_manager,
            f"tenant,login,domain,password\nacme,10002,sip.acme.example,{TYPED}\n",
            "sip_accounts",
        )
    ]
    assert "<div>password set</div>" in pages[1].content.decode()
    upload(
        acme_manager,
        f"tenant,login,domain,password\nacme,10001,sip.acme.example,{TYPED}\n",
        "sip_accounts",
    )
    kept = Upload.objects.get()
    assert TYPED not in str(vars(kept))
    assert kept.open().decode().count(TYPED) == 1
    pages += [
        confirm_upload(acme_manager),
        upload(
            acme_manager, f"tenant,login,domain,password\n{TYPED},1,x,{TYPED}x\n\n", "sip_accounts"
        ),
    ]

    assert_tells_nothing(*(page.content.decode() for page in pages))
    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.matches(TYPED)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x", "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x" * (MAX_BYTES + 1), "It is larger than 10 MiB; split it."),
        (_zip(), "This is a ZIP archive"),
        (b"tenant" + b",x" * 5_000_000, "is longer than 65,536 characters"),
        (b"tenant,alias,target\nacme,a\0,1", "Line 2 holds a NUL"),
        (b'tenant,alias,target\nacme,"' + b"x" * 5_000_000, "is longer than 65,536 characters"),
        (b"\n" * 1_000_000, "It is empty"),
        (b"", "It is empty"),
    ],
    ids=["too-large", "zip", "columns", "nul", "endless-quote", "blank-lines", "empty"],
)
def test_what_no_spreadsheet_writes_gets_a_sentence(acme_manager, cast, content, sentence):
    answer = upload(acme_manager, content)

    assert answer.status_code in (200, 422)
    assert sentence in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_document_of_many_small_values_takes_no_memory(acme_manager, cast):
    answer = upload(
        acme_manager, '{"tenants":[' + "{}," * MAX_DOCUMENT_BYTES + "{}]}", table="", name="a.json"
    )

    assert "It is larger than 1 MiB; manage.py import_tenants takes it" in answer.content.decode()
    assert not Upload.objects.exists()


def test_html_and_formulae_are_shown_as_text(manager, cast):
    name = '<script>alert(1)</script>=HYPERLINK("x")'
    Tenant.objects.filter(slug="acme").update(name=name)
    html = upload(
        manager, "slug,name\nacme,<img src=x onerror=alert(1)>\n", "tenants", "<b>.csv"
    ).content.decode()
    html += confirm_upload(manager).content.decode()
    added = upload(
        manager, "slug,name\nnew,<script>alert(2)</script>\nnewer,'=1+1\n", "tenants"
    ).content.decode()
    assert "<div>name &lt;script&gt;alert(2)" in added
    assert "<div>name =1+1</div>" in added
    html += added + confirm_upload(manager).content.decode()
    html += manager.get(change(ImportRun.objects.latest("id"))).content.decode()
    html += manager.get(
        change(ImportRun.objects.latest("id")).replace("change", "undo")
    ).content.decode()
    html += upload(manager, "slug,<script>\nacme,<i>\n", "tenants").content.decode()
    html += upload(manager, "slug,status\nacme,<script>x\n", "tenants").content.decode()

    assert "&lt;img src=x" in html
    assert not [
        tag for tag in ("<script>alert", "<img src=x", "<b>.csv", "<script>x", "<i>") if tag in html
    ]


def test_a_large_preview_shows_a_part_and_counts_the_rest(acme_manager, cast):
    html = upload(
        acme_manager, CALLEES + "".join(f"acme,c{number},1\n" for number in range(1000))
    ).content.decode()

    assert "<strong>1000 added, 0 changed, 0 unchanged</strong>" in html
    assert "and 800 more" in html
    assert len(html) < 100_000


def test_the_list_shows_only_own_imports(acme_manager, manager, cast):
    upload(manager, CALLEES + "globex,front,1\n", name="of-globex.csv")
    confirm_upload(manager)
    upload(acme_manager, CALLEES + "acme,front,1\n", name="of-acme.csv")
    confirm_upload(acme_manager)

    assert "of-globex" not in (mine := acme_manager.get(LIST).content.decode())
    assert "of-acme" in mine
    assert "of-globex" in manager.get(LIST).content.decode()
    other = ImportRun.objects.get(source="of-globex.csv")
    assert acme_manager.get(f"{LIST}{other.pk}/change/").status_code == 302
    assert manager.get(f"{LIST}{other.pk}/change/").status_code == 200
    person("auditor")
