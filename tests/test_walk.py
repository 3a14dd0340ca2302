"""Only those who may find anything of Acme on the site: every page, choice, action and download."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelChoiceField
from django.forms.models import InlineForeignKeyField
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, path

from clickhook import urls
from tenants.models import WcsInstance
from tests import cast as casting
from tests.manager import Form, change, person, signed_in, url
from tests.visits import Walker, leaked, snapshot, text_of
from tests.walk import a_call_gone_astray, a_day_of, addresses, an_import_by, private_texts

# What a visitor may add to the address of a list: nothing that is private to Acme.
LIST_QUERIES = [
    "?q=acme",
    "?q=session-of-acme",
    "?q=call-of-acme",
    "?tenant=acme",
    "?_popup=1&_to_field=id",
    "?e=1",
]
LIST_QUERIES += [
    "?tenant__slug__startswith=a",
    "?tenant__assignments__user__password__startswith=p",
]
ENDS_THE_WALK = {"logout"}  # its own tests are elsewhere
ENDLESS = {"hooks_call_live_stream"}  # tests/hooks/test_live.py reads it
OUTSIDERS = ["manager", "nobody", "anonymous"]  # another tenant's manager; staff without a role
OWNED, THROUGH = ("domains", "callees", "sip_accounts"), WcsInstance.tenants.through
SCOPED = [model for model in admin.site._registry if hasattr(model.objects.all(), "visible_to")]


def autocompletes() -> list[str]:
    """Every field of every table that points at a table with pages."""
    choices = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if (
                field.remote_field
                and field.concrete
                and field.related_model in admin.site._registry
            ):
                query = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                    "term": "",
                }
                choices.append(f"/admin/autocomplete/?{urlencode(query)}")
    assert len(choices) > 20
    return choices


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    a_day_of(cast.globex, cast.globex_1, cast.shared_1)
    a_call_gone_astray(cast.globex, cast.acme_1)
    AccessAttempt.objects.create(
        username="mary-of-acmes", ip_address="203.0.113.9", failures_since_start=1
    )
    return cast


@pytest.fixture
def acmes_manager(cast):
    browser = signed_in("manager", cast.acme, name="mary-of-acmes")
    an_import_by(browser.user, cast.acme)
    return browser


@pytest.fixture
def places(acmes_manager):
    def visible_rows(model):
        rows = model._default_manager.all()
        return list(rows.visible_to(acmes_manager.user) if model in SCOPED else rows[:2])

    return [place for place in addresses(visible_rows) if place.name not in ENDLESS]


def visitor_of(cast, who):
    if who == "anonymous":
        return Client()
    return signed_in(who, *([cast.globex] if who == "manager" else []))


def paths_with_queries(places):
    """Every address, lists with whatever may be added to them, and every choice."""
    for place in places:
        yield place.path
        yield from (
            place.path + query for query in LIST_QUERIES if place.is_list and (place.rows in SCOPED)
        )
    for choice in autocompletes():
        yield from (choice, choice + "acme")


@pytest.mark.proof
def test_acmes_own_manager_finds_all_of_it(cast, acmes_manager, places):
    """The positive control: what the others do not find is there to be found."""
    walker, private, found, silent = Walker(acmes_manager), private_texts(cast), set(), []
    for place in places:
        here = leaked(walker.get(place.path).text, private, place.path)
        found |= here
        if place.rows in SCOPED and place.name.endswith(("_changelist", "_change")) and not here:
            silent.append(place.path)

    assert private - found == set()
    assert silent == [change(cast.shared_1)]
    assert "acme and 1 of others" in walker.get(change(cast.shared_1)).text
    choices = set().union(
        *(leaked(walker.get(choice).text, private, "") for choice in autocompletes())
    )
    assert choices >= {'"acme"', "instance-of-acme", "https://www.acme.example"}


@pytest.mark.proof
def test_an_auditor_finds_all_of_it_and_no_secret(cast, places):
    walker, private, found = Walker(signed_in("auditor")), private_texts(cast), set()
    for place in places:
        text = walker.get(place.path).text
        found |= leaked(text, private, place.path)
        assert [secret for secret in (*casting.SECRETS, "v1.k") if secret in text] == [], place.path
    assert private - found == set()


@pytest.mark.early
@pytest.mark.proof
@pytest.mark.parametrize("who", ["manager", "nobody", "anonymous"])
def test_nobody_else_finds_anything(cast, places, who):
    walker, private = Walker(visitor_of(cast, who)), private_texts(cast)
    paths = [place.path for place in places]
    for where in paths_with_queries(places) if who == "manager" else paths:
        visit = walker.get(where)
        assert leaked(visit.text, private, where) == set(), where
        assert visit.status < 500, where


@pytest.mark.proof
def test_a_row_of_another_is_as_if_there_were_none(cast, places):
    """Neither its existence nor anything else shows: the answers differ only in what was asked."""
    outsider = signed_in("manager", cast.globex)
    walker = Walker(outsider)
    for place in places:
        row = place.path.split("/")[4] if place.rows in SCOPED and place.path.count("/") > 5 else ""
        # A page beside the tenants' may be about a SIP account: tests of its own try others' rows.
        is_row = any(letter.isdigit() for letter in row) and is_key_of(place.rows, row)
        if not is_row or place.rows.objects.visible_to(outsider.user).filter(pk=row).exists():
            continue

        none = "ffffffff-0000-4000-8000-000000000000" if "-" in row else "987654"
        real, missing = (walker.get(where) for where in (place.path, place.path.replace(row, none)))
        assert (real.status, real.location) == (missing.status, missing.location)
        if real.location:
            assert real.messages == [text.replace(none, row) for text in missing.messages] != []


def is_key_of(rows, text):
    try:
        rows._meta.pk.to_python(text)
    except ValidationError:
        return False
    return True


def post(client, place, data):
    """The answer, and what changed; it is undone."""
    with transaction.atomic():
        answer = client.post(place, data, follow=True)
        after = snapshot()
        transaction.set_rollback(True)
    return answer, after


@pytest.mark.parametrize("who", [*OUTSIDERS, "auditor"])
@pytest.mark.proof
def test_nobody_else_changes_anything_at_any_address(cast, places, who):
    walker, private, before = Walker(visitor_of(cast, who)), private_texts(cast), snapshot()
    data = {"post": "yes", "tenant": cast.acme.pk, "slug": "x", "name": "x"}
    for place in places:
        if place.name not in ENDS_THE_WALK:
            visit = walker.post(place.path, data)
            assert who == "auditor" or leaked(visit.text, private, place.path) == set(), place.path
    assert before == snapshot()


def actions():
    request = RequestFactory().get("/")
    request.user = person(name="the-boss")
    return [
        (model, name)
        for model, page in admin.site._registry.items()
        for name in page.get_actions(request)
    ]


@pytest.mark.parametrize("who", [*OUTSIDERS, "auditor"])
@pytest.mark.proof
def test_no_action_does_anything_to_rows_of_another(cast, acmes_manager, who):
    visitor, private, everywhere = visitor_of(cast, who), private_texts(cast), actions()
    before = snapshot()
    assert len(everywhere) > 6
    for model, name in everywhere:
        rows = model.objects.all()
        if model in SCOPED:
            rows = rows.visible_to(acmes_manager.user)

        chosen = {"action": name, ACTION_CHECKBOX_NAME: [row.pk for row in rows], "post": "yes"}
        answer, after = post(visitor, url(model), chosen)
        assert before == after, (model, name)
        assert who == "auditor" or leaked(text_of(answer), private, "") == set(), (model, name)

        _, after = post(visitor, url(model), chosen | {"select_across": "1"})
        assert rows_of(cast.acme, before) == rows_of(cast.acme, after), (model, name)


def rows_of(tenant, rows):
    return [
        [row for row in table if row.get("tenant_id") == tenant.pk] for table in rows[1].values()
    ]


def test_the_same_action_works_where_it_may(cast, acmes_manager):
    chosen = {
        "action": "delete_selected",
        ACTION_CHECKBOX_NAME: [cast.sales.pk, cast.support.pk],
        "post": "yes",
    }
    before, (_, after) = snapshot(), post(acmes_manager, url(casting.Callee), chosen)
    assert len(before[1]["Callee"]) - len(after[1]["Callee"]) == 2


def fields_for_ids(page):
    """Every field of a page that takes an id, with the kind of row it takes."""
    forms = [page.context["adminform"].form]
    forms += [
        form for inline in page.context["inline_admin_formsets"] for form in inline.formset.forms
    ]
    for form in forms:
        for name, field in form.fields.items():
            if isinstance(field, InlineForeignKeyField):
                yield form.add_prefix(name), type(field.parent_instance)
            elif isinstance(field, ModelChoiceField):
                yield form.add_prefix(name), field.queryset.model


@pytest.mark.proof
def test_no_form_takes_an_id_of_another(cast, acmes_manager):
    outsider, private = signed_in("manager", cast.globex), private_texts(cast)
    before, tried = snapshot(), 0

    def foreign_row(model):
        if model is THROUGH:
            return THROUGH.objects.get(wcsinstance=cast.acme_1)
        own = model.objects.visible_to(outsider.user)
        return model.objects.visible_to(acmes_manager.user).exclude(pk__in=own).first()

    own = [cast.globex, cast.globex_1, *(getattr(cast.globex, rows).first() for rows in OWNED)]
    for where in [*(change(row) for row in own), *(url(type(row), "add") for row in own)]:
        page = outsider.get(where)
        form = Form(page.content.decode())
        data = {name: value for name, value in form.data.items() if value is not None}

        for name, model in fields_for_ids(page):
            foreign = foreign_row(model)
            answer, after = post(outsider, where, data | {name: foreign.pk})
            assert before == after, (where, name)
            assert leaked(text_of(answer), private, str(foreign.pk)) == set(), (where, name)
            tried += 1

        _, after = post(outsider, where, data | {"tenant": cast.acme.pk, "tenants": [cast.acme.pk]})
        assert rows_of(cast.acme, before) == rows_of(cast.acme, after), where
    assert tried > 10


@pytest.mark.parametrize("route", ["admin/reports/<slug:report>/", "admin/<int:id>/<int:other>/"])
def test_a_page_that_the_walk_cannot_reach_fails_it(monkeypatch, route):
    monkeypatch.setattr(urls, "urlpatterns", [path(route, lambda request: None)])
    clear_url_caches()
    with pytest.raises(AssertionError, match=r"tests/walk\.py"):
        addresses(lambda model: [])
    monkeypatch.undo()
    clear_url_caches()
