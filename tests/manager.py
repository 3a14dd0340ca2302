"""An account manager at the admin's pages, as a browser would post them."""

from __future__ import annotations

import time
from html.parser import HTMLParser

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from tenants.models import ImportRun, SecondFactor, Upload
from tenants.scope import AUDITORS
from tests.cast import SECRETS

TYPED = "typed-by-the-manager-4b1d"


def person(role="administrator", *tenants, name="", may_change=True):
    """An administrator, a manager of these tenants, an auditor, or nobody: staff without a role."""
    user = User.objects.create_user(
        name or role, is_staff=True, is_superuser=role == "administrator"
    )
    if role == "auditor":
        user.groups.add(Group.objects.get_or_create(name=AUDITORS)[0])
    for tenant in tenants:
        user.assignments.create(tenant=tenant, may_change=may_change)
    return user


def signed_in(role="administrator", *tenants, **more):
    """The browser of a person who has just given password and second factor."""
    user = person(role, *tenants, **more)
    client = Client()
    client.force_login(user)
    session = client.session
    session["otp_device_id"] = SecondFactor.objects.create(user=user).persistent_id
    session["confirmed_at"] = time.time()
    session.save()
    client.user = user
    return client


class Form(HTMLParser):
    """What a browser would post from a page."""

    def __init__(self, html):
        super().__init__()
        self.data, self._select, self._textarea = {}, None, ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given and self._select:
            self.data.setdefault(self._select, []).append(value)
        elif tag == "input" and name and given.get("type") == "password":
            assert value == "", "a password field is rendered empty"
            assert given["autocomplete"] == "new-password"
            self.data[name] = ""
        elif tag == "textarea" and name:
            self._textarea, self.data[name] = name, ""
        elif tag == "input" and name and given.get("type") == "checkbox":
            self._tick(name, value, "checked" in given)
        elif tag == "input" and name and given.get("type") not in {"submit", "search"}:
            self.data[name] = value

    def _tick(self, name, value, ticked):
        """A box with a value is one of several of that name."""
        if ticked and value:
            self.data.setdefault(name, []).append(value)
        elif ticked:
            self.data[name] = "on"

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data):
        if self._textarea:
            self.data[self._textarea] = (self.data[self._textarea] + data).removeprefix("\n")


def url(model, view="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def change(row):
    return url(row, "change", row.pk)


def submit(manager, page, follow=True, **typed):
    """Opens the page, changes what is named, and presses Save."""
    data = Form(manager.get(page).content.decode()).data | typed
    return manager.post(
        page, {name: value for name, value in data.items() if value is not None}, follow=follow
    )


def reposting(manager, page):
    """Opens the page once, which takes long, and presses Save each time with other changes."""
    shown = Form(manager.get(page).content.decode()).data

    def post(**typed):
        data = shown | typed
        return manager.post(
            page, {name: value for name, value in data.items() if value is not None}
        )

    return post


def unconfirmed(browser):
    """Five minutes after the last code."""
    session = browser.session
    session["confirmed_at"] = time.time() - 301
    session.save()
    return browser


def upload(browser, content, table="callees", name="file.csv", follow=True, **more):
    """A file on the import's page."""
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return browser.post(
        url(ImportRun, "add"),
        {"table": table or "everything", "file": file, "tenant": "", **more},
        follow=follow,
    )


def confirm_upload(browser, **more):
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])
    return browser.post(page, {"confirm": "x", **more}, follow=True)


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def row(prefix, index, **values):
    """A row added to a page's table."""
    return {
        f"{prefix}-TOTAL_FORMS": index + 1,
        **{f"{prefix}-{index}-{name}": value for name, value in values.items()},
    }


def hidden_words():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT password FROM tenants_sipaccount UNION SELECT signing_secret FROM "
            "tenants_wcsinstance"
        )
        tokens = [token for (token,) in cursor.fetchall() if token]
    return [*SECRETS, TYPED, *tokens, "v1."]


def assert_tells_nothing(*texts):
    for text in texts:
        assert [word for word in hidden_words() if word in text] == []


def errors_of(response):
    context = response.context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    listed = [
        context["adminform"].form.errors,
        *(form.errors for formset in formsets for form in formset.forms),
    ]
    return " ".join(
        str(errors) for errors in [*listed, *(formset.non_form_errors() for formset in formsets)]
    )
