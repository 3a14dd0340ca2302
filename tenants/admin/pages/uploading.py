"""A file in three steps: uploaded, looked at, confirmed. What is confirmed is what was looked at, or nothing is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.admin.pages.import_page import changes_of, link_to, page, silent
from tenants.admin.pages.upload_form import UploadForm
from tenants.admin.scoped import scope
from tenants.models import Upload
from tenants.scope import NOTHING
from tenants.secrets.encryption import SecretUnreadable
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed
from tenants.transfer.checking.allowed import allowed_to
from tenants.transfer.importing import run
from tenants.transfer.problems import ImportRefused, shown
from tenants.transfer.reading.csv_table import known
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report
from tenants.transfer.tables import BY_NAME

GONE = "This preview is gone: it lasts an hour, and ends when it is confirmed or another file is uploaded."
LOST = "The uploaded file does not open with this server's keys any more. Upload it again."


@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    _check(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "title": "Import a file"}
    if request.method == "POST" and form.is_valid():
        source = Source(_name(form), form.cleaned_data["file"].read(), *_of(form.cleaned_data))
        try:
            report = run(source, allowed_to(request.user), True, silent)  # type: ignore[arg-type]
        except ImportRefused as refusal:
            context["refusal"] = refusal
        else:
            return _kept(request, source, report)
    examples = [(name, ",".join(known(table))) for name, table in BY_NAME.items()]
    return page(
        request,
        "upload",
        context | {"examples": examples},
        status=422 if "refusal" in context else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, key: Any) -> HttpResponse:
    _check(request)
    found = Upload.objects.living().filter(pk=key, owner=request.user.pk).first()
    if found is None:
        messages.error(request, GONE)
        return _to("add")
    if request.method == "GET":
        context = {"title": "Preview of the import", "upload": found, **found.preview}
        return page(request, "preview", context)
    if "discard" in request.POST:
        found.delete()
        messages.info(request, "Nothing was changed, and the file is forgotten.")
        return _to("add")
    # A document may hold signing secrets.
    return (
        ask_for_confirmation(request)
        if not found.table and not is_confirmed(request)
        else _confirmed(request, key)
    )


def _confirmed(request: HttpRequest, key: Any) -> HttpResponse:
    refusal = ""
    with transaction.atomic():
        found = Upload.objects.living().select_for_update().filter(pk=key).first()
        if found is None:  # pressed twice
            return _to("changelist")
        try:
            report = _run(request, found)
            found.delete()
        except SecretUnreadable:
            refusal = LOST
        except ImportRefused as error:
            refusal = " ".join(error.lines()[:5])
    if refusal:
        Upload.objects.filter(pk=key).delete()
        messages.error(request, f"Nothing was changed. {refusal}")
        return _to("add")
    done = "{} is imported: {}. It can be undone on the page of {}."
    messages.success(request, format_html(done, found.name, report.counted, link_to(report)))
    return _to("changelist")


def _run(request: HttpRequest, found: Upload) -> Report:
    source = Source(found.name, found.open(), BY_NAME.get(found.table), found.tenant)
    return run(source, allowed_to(request.user), False, silent, found.digest)  # type: ignore[arg-type]


def _kept(request: HttpRequest, source: Source, report: Report) -> HttpResponse:
    Upload.objects.of_no_more_use(request.user).delete()  # type: ignore[arg-type]
    if not report.changes:
        messages.info(
            request,
            f"{source.name}: nothing to change, {report.unchanged:,} rows are as they should be.",
        )
        return _to("add")
    table = next((name for name, table in BY_NAME.items() if table is source.table), "")
    kept = Upload(
        owner_id=int(request.user.pk or 0),
        name=source.name,
        table=table,
        tenant=source.tenant,
        digest=report.digest,
    )
    kept.seal(source.content)
    kept.preview = changes_of(report)
    kept.save()
    return HttpResponseRedirect(reverse("admin:tenants_importrun_preview", args=[kept.pk]))


def _of(given: dict[str, Any]) -> tuple[Any, str]:
    table = BY_NAME.get(given["table"])
    return table, given["tenant"] if table else ""


def _name(form: UploadForm) -> str:
    return shown(form.cleaned_data["file"].name or "a file")[-255:]


def _check(request: HttpRequest) -> None:
    if scope(request).changeable == NOTHING.changeable:
        raise PermissionDenied


def _to(view: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"admin:tenants_importrun_{view}"))
