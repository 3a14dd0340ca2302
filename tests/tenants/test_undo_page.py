"""An import is undone on its page: by whom, with the second factor, if nothing changed since."""

from __future__ import annotations

import pytest

from tenants.models import AuditEntry, Callee, ImportRun, SipAccount
from tenants.transfer.checking.allowed import OPERATOR, allowed_to
from tenants.transfer.importing import run
from tenants.transfer.reading.source import Source
from tenants.transfer.tables import BY_NAME
from tests import cast as casting
from tests.manager import TYPED, assert_tells_nothing, change, said, signed_in, unconfirmed

NOT_ALLOWED = "It touched rows that you may not change."
CALLEES = "tenant,alias,target\nacme,sales,+49301\nacme,front,10\n"


@pytest.fixture
def cast(db):
    return casting.assemble()


def imported(content, allowed=OPERATOR, table="callees"):
    report = run(
        Source("file.csv", content.encode(), BY_NAME.get(table)),
        allowed,
        False,
        lambda *state: None,
    )
    return ImportRun.objects.get(pk=report.run)


def by(browser, content=CALLEES, **more):
    return imported(content, allowed_to(browser.user), **more)


def page(done):
    return change(done).replace("/change/", "/undo/")


def targets():
    return dict(Callee.objects.filter(tenant__slug="acme").values_list("alias", "target"))


def test_a_manager_undoes_their_import(acme_manager, cast):
    before = targets()
    done = by(acme_manager)
    assert page(done) in acme_manager.get(change(done)).content.decode()

    html = acme_manager.get(page(done)).content.decode()
    for words in (
        "0 added, 1 changed, 1 removed, 0 unchanged",
        "target +49301 → +4930123456",
        "<div>target 10</div>",
    ):
        assert words in html
    assert targets()["sales"] == "+49301"  # a look changes nothing
    assert ImportRun.objects.count() == 1

    answer = acme_manager.post(page(done), follow=True)
    assert targets() == before
    undone = ImportRun.objects.get(undoes=done)
    assert undone.by == acme_manager.user
    assert f"Import {done.pk} is undone: 0 added, 1 changed, 1 removed" in said(answer)
    assert change(undone) in said(answer)
    assert answer.request["PATH_INFO"] == change(done)
    assert page(done) not in answer.content.decode()
    entry = AuditEntry.objects.get(action="import:undone")
    assert (entry.actor_name, entry.tenant) == ("manager", cast.acme)


def test_the_undo_is_undone(acme_manager, cast):
    done = by(acme_manager)
    after = targets()
    acme_manager.post(page(done))
    acme_manager.post(page(ImportRun.objects.get(undoes=done)))

    assert targets() == after


def test_pressed_twice_it_is_done_once(acme_manager, cast):
    done = by(acme_manager)
    acme_manager.post(page(done))

    for act in (acme_manager.post, acme_manager.get):
        assert f"Import {done.pk} is undone already, by import" in said(
            act(page(done), follow=True)
        )
    assert ImportRun.objects.count() == 2


def test_it_asks_for_the_code_first(acme_manager, cast):
    done = by(acme_manager)
    unconfirmed(acme_manager)

    assert acme_manager.get(page(done)).status_code == 200
    assert acme_manager.post(page(done))["Location"].startswith("/admin/code/?")
    assert targets()["sales"] == "+49301"


@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        (
            lambda cast: Callee.objects.filter(alias="sales").update(target="9"),
            "acme/sales:</b> Changed since: target.",
        ),
        (
            lambda cast: Callee.objects.filter(alias="front").delete(),
            "acme/front:</b> It was deleted since.",
        ),
        (
            lambda cast: cast.acme.domains.update(default_callee=Callee.objects.get(alias="front")),
            "acme/front:</b> 2 domains refer to it now.",
        ),
    ],
    ids=["changed", "deleted", "referred to"],
)
def test_what_changed_since_is_listed_and_nothing_is_undone(acme_manager, cast, since, sentence):
    done = by(acme_manager)
    since(cast)
    before = targets()
    look, answer = acme_manager.get(page(done)), acme_manager.post(page(done))

    assert (look.status_code, answer.status_code) == (200, 422)
    for html in (look.content.decode(), answer.content.decode()):
        assert sentence in html
        assert 'value="Undo' not in html
    assert targets() == before
    assert ImportRun.objects.count() == 1


def test_anothers_import_is_as_if_there_were_none(acme_manager, cast):
    done = imported(CALLEES)  # an operator's, of Acme's rows alone
    nowhere = page(done).replace(str(done.pk), "987654")

    for act in (acme_manager.get, acme_manager.post):
        there, none = act(page(done), follow=True), act(nowhere, follow=True)
        assert there.redirect_chain == none.redirect_chain == [("/admin/", 302)]
        assert said(there) == said(none).replace("987654", str(done.pk))
    assert signed_in("manager", cast.globex, name="other").post(page(done)).status_code == 302
    assert targets()["sales"] == "+49301"


@pytest.mark.parametrize("role", ["auditor", "nobody", "looker"])
def test_who_may_change_nothing_undoes_nothing(acme_manager, cast, role):
    done = by(acme_manager)
    visitor = (
        signed_in("manager", cast.acme, name=role, may_change=False)
        if role == "looker"
        else signed_in(role)
    )
    answers = [visitor.get(page(done)), visitor.post(page(done))]

    assert [answer.status_code for answer in answers] == [403 if role == "auditor" else 302] * 2
    assert page(done) not in visitor.get(change(done), follow=True).content.decode()
    assert targets()["sales"] == "+49301"


def test_a_manager_does_not_undo_what_is_out_of_reach(acme_manager, cast):
    acme_manager.user.assignments.create(tenant=cast.globex, may_change=True)
    done = by(acme_manager, CALLEES + "globex,front,1\n")
    acme_manager.user.assignments.filter(tenant=cast.globex).update(may_change=False)
    before = targets()

    assert page(done) not in acme_manager.get(change(done)).content.decode()
    for act in (acme_manager.get, acme_manager.post):
        assert NOT_ALLOWED in act(page(done)).content.decode()
    assert targets() == before
    acme_manager.user.assignments.update(may_change=True)
    assert acme_manager.post(page(done)).status_code == 302
    assert targets() != before


@pytest.mark.parametrize(
    "content",
    [
        '{"tenants": [{"slug": "new", "name": "New"}]}',
        '{"wcs_instances": [{"name": "acme-1", "app_key": "x"}]}',
    ],
    ids=["a tenant that came", "a WCS instance"],
)
def test_what_an_administrator_imported_a_manager_does_not_undo(acme_manager, cast, content):
    """Even if the manager was that administrator once, and may change every tenant now."""
    done = imported(content, table="")
    ImportRun.objects.update(by=acme_manager.user)
    for tenant in casting.Tenant.objects.exclude(assignments__user=acme_manager.user):
        acme_manager.user.assignments.create(tenant=tenant, may_change=True)

    assert NOT_ALLOWED in acme_manager.post(page(done)).content.decode()
    assert ImportRun.objects.count() == 1


def test_an_administrator_undoes_anybodys(acme_manager, cast):
    done = by(acme_manager)

    assert signed_in().post(page(done), follow=True).status_code == 200
    assert targets()["sales"] == "+4930123456"


def test_a_password_is_shown_nowhere_and_is_the_old_one_again(acme_manager, cast):
    done = by(
        acme_manager,
        f"tenant,login,domain,password\nacme,10001,sip.acme.example,{TYPED}\n",
        table="sip_accounts",
    )
    look = acme_manager.get(page(done)).content.decode()

    assert "password restored" in look
    assert_tells_nothing(look, acme_manager.post(page(done), follow=True).content.decode())
    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.matches(casting.ACME_PASSWORD)
