"""No statement and no page needs the rows of two tenants: without the others' rows all is the same.

PostgreSQL itself hides them, by row security for a role of the test's own. What an instance links
stays visible: an instance may speak for several tenants, and only through it they meet.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager

import pytest
from axes.models import AccessAttempt
from django.db import connection, transaction

from hooks.cells.moved_tables import MOVED
from hooks.cells.rows import Whose
from tenants.models import Tenant, WcsInstance
from tests import cast as casting
from tests.hooks.hot_statements import ACME, HOT, PUBLIC_KEY
from tests.manager import signed_in
from tests.test_walk import ENDLESS, SCOPED, paths_with_queries
from tests.visits import text_of
from tests.walk import a_call_gone_astray, a_day_of, addresses, an_import_by

LINKS = {WcsInstance, WcsInstance.tenants.through}
# What is never the same twice; and where the live page goes on, the newest event of all tenants.
CHANGING = re.compile(
    r'(name="(csrfmiddlewaretoken|(initial-)?key)" value|data-now|data-after)="[^"]+"'
    r"|(csrftoken|sessionid|expires)=[^;]+;|'(Expires|Date|Content-Length)': '[^']+'"
    r"|%3A[\w-]{6}%3A[\w-]{43}"  # the signature of a link, with its time
)
# It tries the undo, for which the test's role has not the rights.
NOT_COMPARED = {"tenants_importrun_undo"}


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    a_day_of(cast.globex, cast.globex_1, cast.shared_1)
    a_call_gone_astray(cast.globex, cast.globex_1)
    Tenant.objects.filter(pk=cast.acme.pk).update(public_key=PUBLIC_KEY, visitors="members")
    return cast


@pytest.fixture
def browser(cast):
    browser = signed_in("manager", cast.acme)
    an_import_by(browser.user, cast.acme)
    AccessAttempt.objects.create(username="x", ip_address="203.0.113.9", failures_since_start=1)
    return browser


@pytest.fixture
def alone(cast):
    """Gives a context in which the database shows nobody's rows but Acme's."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE ROLE acme_alone")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO acme_alone")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO acme_alone")
        for table in MOVED:
            if table.model not in LINKS:
                _confine(cursor, table, Whose.of(cast.acme.pk))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return _alone


def _confine(cursor, table, whose):
    """To rows of Acme, and to those that belong to nobody."""
    nobodys = " OR tenant_id IS NULL" if "tenant_id" in table.columns else ""
    condition = cursor.mogrify(f"({table.condition}){nobodys}", whose.parameters)
    cursor.execute(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
    cursor.execute(
        f"CREATE POLICY acme ON {table.name} TO acme_alone "
        f"USING ({condition}) WITH CHECK ({condition})"
    )


@contextmanager
def _alone():
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE acme_alone")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def rows(statement, values):
    """What a statement of the hooks gives, with its writes taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall() if cursor.description else cursor.rowcount
        transaction.set_rollback(True)
    return found


def asks_about_acme(what):
    """What a hook writes takes its ids from what it has read."""
    asked = json.dumps(HOT[what][1])
    return not what.startswith("writing") and "globex" not in asked and "crowd" not in asked


def test_the_others_are_hidden(alone):
    """The positive control."""
    assert set(Tenant.objects.values_list("slug", flat=True)) == {"acme", "globex"}
    with alone():
        assert list(Tenant.objects.values_list("slug", flat=True)) == ["acme"]


@pytest.mark.parametrize("what", [what for what in HOT if asks_about_acme(what)])
def test_a_hook_needs_no_row_of_another_tenant(alone, what):
    statement, values = HOT[what]
    asked = [value.replace('"s7"', '"session-of-acme"') for value in values]
    seen = rows(statement, asked)
    with alone():
        assert rows(statement, asked) == seen


def test_the_questions_are_about_rows_that_are_there(cast):
    [row] = rows(*HOT["connect"])
    assert ACME == "https://www.acme.example"
    assert cast.acme.pk in row


@pytest.mark.long
def test_a_page_needs_no_row_of_another_tenant(browser, alone):
    places = [
        place
        for place in addresses(lambda model: _visible(model, browser.user))
        if place.name not in ENDLESS | NOT_COMPARED and "logout" not in place.path
    ]

    different = {}
    for path in paths_with_queries(places):
        seen = what_is_shown(browser, path)
        with alone():
            shown = what_is_shown(browser, path)
        if shown != seen:
            different[path] = first_difference(seen, shown)
    assert different == {}


def what_is_shown(browser, path):
    text = CHANGING.sub("", text_of(browser.get(path)))
    browser.cookies.pop("messages", None)  # the next page would show them
    return text


def first_difference(one, other):
    place = len(os.path.commonprefix([one, other]))
    return one[place - 60 : place + 80], other[place - 60 : place + 80]


def _visible(model, user):
    found = model._default_manager.all()
    return list(found.visible_to(user) if model in SCOPED else found[:2])
