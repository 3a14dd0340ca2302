"""A manager imports a file: uploaded, looked at, confirmed; only what is hers, and only what she looked at."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.urls import reverse

from tenants.admin.pages.upload_form import MAX_DOCUMENT_BYTES
from tenants.models import AuditEntry, Callee, ImportRun, SipAccount, Tenant, Upload, WcsInstance
from tenants.models.upload import LIFETIME, MAX_BYTES
from tests import cast as casting
from tests.manager import (
    TYPED,
    assert_tells_nothing,
    change,
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


def confirm(browser, **more):
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])
    return browser.post(page, {"confirm": "x", **more}, follow=True)


def test_it_is_uploaded_looked_at_and_confirmed(hers, cast):
    page = upload(
        hers, CALLEES + "acme,sales,+49301\nacme,front,10\nacme,support,sip:help@pbx.acme.example\n"
    )
    html = page.content.decode()
    assert "<strong>1 added, 1 changed, 1 unchanged</strong>" in html
    assert "target +4930123456 → +49301" in html
    assert "<td>acme/front</td><td><div>target 10</div></td>" in html
    assert Callee.objects.get(alias="sales").target == "+4930123456"

    done = confirm(hers)
    assert done.request["PATH_INFO"] == LIST
    assert "file.csv is imported: 1 added, 1 changed, 1 unchanged." in said(done)
    assert change(ImportRun.objects.get()) in said(done)
    assert Callee.objects.get(alias="sales").target == "+49301"
    run = ImportRun.objects.get()
    assert (run.by, run.source) == (hers.user, "file.csv")
    assert not Upload.objects.exists()
    assert AuditEntry.objects.filter(action="import:done", actor_name="manager").count() == 1
    assert not AuditEntry.objects.filter(
        action__startswith="callee:", actor_name="manager"
    ).exists()


def test_nothing_to_change_is_said(hers, cast):
    answer = upload(hers, CALLEES + "acme,sales,+4930123456\n")

    assert "nothing to change, 1 rows are the same already" in said(answer)
    assert not Upload.objects.exists()


def test_every_problem_is_on_the_page_and_nothing_is_changed(hers, cast):
    answer = upload(hers, CALLEES + "acme,front,()\nacme,1,1\n")

    assert answer.status_code == 422
    assert "There are 2 problems" in answer.content.decode()
    assert "<b>line 2, column 3 (target):</b> A number or extension" in answer.content.decode()
    assert not Upload.objects.exists()
    assert not Callee.objects.filter(alias="front").exists()


def test_another_tenants_rows_are_refused_as_if_there_was_no_such_tenant(hers, cast):
    there = upload(hers, CALLEES + "globex,frontdesk,1\n").content.decode()
    nowhere = upload(hers, CALLEES + "nobody,frontdesk,1\n").content.decode()

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
        answer = upload(hers, content, table, tenant="globex")
        assert "There is no such tenant." in answer.content.decode()
    assert not Upload.objects.exists()


def test_an_origin_that_is_taken_is_refused_without_a_name(hers, cast):
    answer = upload(
        hers, "tenant,origin\nacme,https://globex.example:8443\n", "domains"
    ).content.decode()

    assert "belongs to another tenant." in answer
    assert "globex." not in answer.replace("globex.example", "")
    assert "It is" not in answer


def test_wcs_instances_are_an_administrators(hers, manager, cast):
    content = '{"wcs_instances": [{"name": "acme-1", "app_key": "x"}]}'

    assert (
        "imported by a platform administrator"
        in upload(hers, content, "", "a.json").content.decode()
    )
    upload(manager, content, "", "a.json")
    confirm(manager)
    assert WcsInstance.objects.get(name="acme-1").app_key == "x"


def test_a_document_is_confirmed_with_a_recent_code(manager, cast):
    upload(manager, '{"wcs_instances": [{"name": "acme-1", "app_key": "x"}]}', "", "a.json")
    unconfirmed(manager)

    assert confirm(manager).request["PATH_INFO"] == "/admin/code/"
    assert WcsInstance.objects.get(name="acme-1").app_key == ""


@pytest.mark.parametrize("role", ["auditor", "nobody"])
def test_who_may_change_nothing_imports_nothing(cast, role):
    browser = signed_in(role)

    assert browser.get(ADD).status_code == 403
    assert upload(browser, CALLEES + "acme,front,1\n").status_code == 403
    assert (
        signed_in("manager", cast.acme, name="looker", may_change=False).get(ADD).status_code == 403
    )


def test_a_preview_is_hers_alone_and_ends(hers, manager, cast):
    upload(hers, CALLEES + "acme,front,10\n")
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])

    for act in (manager.get, manager.post):
        assert "This preview does not exist any more" in said(act(page, {"confirm": "x"}, follow=True))
    assert hers.get(page).status_code == 200
    Upload.objects.update(at=Upload.objects.get().at - LIFETIME)
    assert "This preview does not exist any more" in said(hers.post(page, {"confirm": "x"}, follow=True))
    assert not Callee.objects.filter(alias="front").exists()
    upload(hers, CALLEES + "acme,front,10\n")
    assert Upload.objects.count() == 1


def test_it_is_discarded(hers, cast):
    upload(hers, CALLEES + "acme,front,10\n")
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])

    assert "Nothing was changed" in said(hers.post(page, {"discard": "x"}, follow=True))
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda cast: Callee.objects.filter(alias="sales").update(target="9"),
        lambda cast: Callee.objects.filter(alias="support").update(
            target="9"
        ),  # the preview says: unchanged
        lambda cast: Callee.objects.filter(alias="sales").delete(),
        lambda cast: Callee.objects.create(tenant=cast.acme, alias="front", target="10"),
        lambda cast: Callee.objects.create(tenant=cast.acme, alias="front", target="11"),
    ],
    ids=["changed", "unchanged-then", "deleted", "added-the-same", "added-another"],
)
def test_a_stale_preview_is_refused(hers, cast, meanwhile):
    upload(
        hers, CALLEES + "acme,sales,+49301\nacme,front,10\nacme,support,sip:help@pbx.acme.example\n"
    )
    meanwhile(cast)
    before = list(Callee.objects.values_list())

    assert "The data changed since this preview was made" in said(confirm(hers))
    assert list(Callee.objects.values_list()) == before
    assert not Upload.objects.exists()


def test_a_preview_of_what_is_no_longer_hers_is_refused(hers, cast):
    upload(hers, CALLEES + "acme,front,10\n")
    hers.user.assignments.all().delete()
    hers.user.assignments.create(tenant=cast.globex, may_change=True)

    assert "There is no such tenant" in said(confirm(hers))
    assert not Callee.objects.filter(alias="front").exists()


def test_what_is_pressed_twice_is_done_once(hers, cast):
    upload(hers, CALLEES + "acme,front,10\n")
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])
    hers.post(page, {"confirm": "x"})

    assert "This preview does not exist any more" in said(hers.post(page, {"confirm": "x"}, follow=True))
    assert ImportRun.objects.count() == 1


def test_a_password_is_shown_nowhere_and_kept_sealed(hers, cast):
    pages = [
        upload(
            hers,
            f"tenant,login,domain,password\nacme,10001,sip.acme.example,{TYPED}\n",
            "sip_accounts",
        )
    ]
    assert "password changed" in pages[0].content.decode()
    pages += [
        upload(
            hers,
            f"tenant,login,domain,password\nacme,10002,sip.acme.example,{TYPED}\n",
            "sip_accounts",
        )
    ]
    assert "<div>password set</div>" in pages[1].content.decode()
    upload(
        hers, f"tenant,login,domain,password\nacme,10001,sip.acme.example,{TYPED}\n", "sip_accounts"
    )
    kept = Upload.objects.get()
    assert TYPED not in str(vars(kept))
    assert kept.open().decode().count(TYPED) == 1
    pages += [
        confirm(hers),
        upload(hers, f"tenant,login,domain,password\n{TYPED},1,x,{TYPED}x\n\n", "sip_accounts"),
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
def test_what_no_spreadsheet_writes_gets_a_sentence(hers, cast, content, sentence):
    answer = upload(hers, content)

    assert answer.status_code in (200, 422)
    assert sentence in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_document_of_many_small_values_takes_no_memory(hers, cast):
    answer = upload(
        hers, '{"tenants":[' + "{}," * MAX_DOCUMENT_BYTES + "{}]}", table="", name="a.json"
    )

    assert "It is larger than 1 MiB; manage.py import_tenants takes it" in answer.content.decode()
    assert not Upload.objects.exists()


def test_html_and_formulae_are_shown_as_text(manager, cast):
    name = '<script>alert(1)</script>=HYPERLINK("x")'
    Tenant.objects.filter(slug="acme").update(name=name)
    html = upload(
        manager, "slug,name\nacme,<img src=x onerror=alert(1)>\n", "tenants", "<b>.csv"
    ).content.decode()
    html += confirm(manager).content.decode()
    added = upload(
        manager, "slug,name\nnew,<script>alert(2)</script>\nnewer,'=1+1\n", "tenants"
    ).content.decode()
    assert "<div>name &lt;script&gt;alert(2)" in added
    assert "<div>name =1+1</div>" in added
    html += added + confirm(manager).content.decode()
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


def test_a_large_preview_shows_a_part_and_counts_the_rest(hers, cast):
    html = upload(
        hers, CALLEES + "".join(f"acme,c{number},1\n" for number in range(1000))
    ).content.decode()

    assert "<strong>1000 added, 0 changed, 0 unchanged</strong>" in html
    assert "and 800 more" in html
    assert len(html) < 100_000


def test_the_list_is_hers_alone(hers, manager, cast):
    upload(manager, CALLEES + "globex,front,1\n", name="of-globex.csv")
    confirm(manager)
    upload(hers, CALLEES + "acme,front,1\n", name="of-acme.csv")
    confirm(hers)

    assert "of-globex" not in (mine := hers.get(LIST).content.decode())
    assert "of-acme" in mine
    assert "of-globex" in manager.get(LIST).content.decode()
    other = ImportRun.objects.get(source="of-globex.csv")
    assert hers.get(f"{LIST}{other.pk}/change/").status_code == 302
    assert manager.get(f"{LIST}{other.pk}/change/").status_code == 200
    person("auditor")
