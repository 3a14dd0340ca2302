"""A file is uploaded, previewed and confirmed; then exactly what the preview says is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.admin.pages.import_page import changes_context, import_link, no_progress, render_page
from tenants.admin.pages.pacing import pace_upload
from tenants.admin.pages.upload_form import UploadForm
from tenants.admin.scoped import scope
from tenants.models import Upload
from tenants.scope import NO_TENANTS
from tenants.secrets.encryption import SecretUnreadable
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed
from tenants.transfer.checking.allowed import allowed_to
from tenants.transfer.importing import run
from tenants.transfer.problems import ImportRefused, printable
from tenants.transfer.rate_importing import import_deck
from tenants.transfer.reading.csv_table import column_names
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report
from tenants.transfer.tables import RATE, WITH_RATES

PREVIEW_GONE = (
    "This preview does not exist any more: it lasts an hour, and ends when it is confirmed or "
    "another file is uploaded."
)
FILE_UNREADABLE = (
    "The uploaded file does not open with this server's keys any more. Upload it again."
)


@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    _require_changeable_tenants(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "title": "Import a file"}

    if request.method == "POST" and form.is_valid():
        source = _form_source(form)
        if wait := pace_upload(request.user, source):  # type: ignore[arg-type]
            messages.error(request, wait)
            return render_page(request, "upload", context | _examples(), status=429)
        try:
            report = _importer(source)(source, allowed_to(request.user), True, no_progress)  # type: ignore[arg-type]
        except ImportRefused as refusal:
            context["refusal"] = refusal
            form.offer_columns(refusal.unknown_columns)
        else:
            return _show_preview(request, source, report)

    status = 422 if "refusal" in context else 200
    return render_page(request, "upload", context | _examples(), status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, key: Any) -> HttpResponse:
    _require_changeable_tenants(request)
    upload = Upload.objects.living().filter(pk=key, owner=request.user.pk).first()
    if upload is None:
        messages.error(request, PREVIEW_GONE)
        return _redirect("add")

    if request.method == "GET":
        context = {"title": "Preview of the import", "upload": upload, **upload.preview}
        return render_page(request, "preview", context)

    if "discard" in request.POST:
        upload.delete()
        messages.info(request, "Nothing was changed, and the file is deleted.")
        return _redirect("add")

    # A document may hold signing secrets.
    if not upload.table and not is_confirmed(request):
        return ask_for_confirmation(request)
    return _import_upload(request, key)


def _import_upload(request: HttpRequest, key: Any) -> HttpResponse:
    refusal = ""
    with transaction.atomic():
        upload = Upload.objects.living().select_for_update().filter(pk=key).first()
        if upload is None:  # the button was pressed twice
            return _redirect("changelist")
        try:
            report = _run(request, upload)
            upload.delete()
        except SecretUnreadable:
            refusal = FILE_UNREADABLE
        except ImportRefused as error:
            refusal = " ".join(error.lines()[:5])

    if refusal:
        Upload.objects.filter(pk=key).delete()
        messages.error(request, f"Nothing was changed. {refusal}")
        return _redirect("add")

    text = "{} is imported: {}. It can be undone on the page of {}."
    link = import_link(report)
    messages.success(request, format_html(text, upload.name, report.counts_text, link))
    return _redirect("changelist")


def _examples() -> dict[str, Any]:
    examples = [(name, ",".join(column_names(table))) for name, table in WITH_RATES.items()]
    return {"examples": examples}


def _run(request: HttpRequest, upload: Upload) -> Report:
    table, ignored = WITH_RATES.get(upload.table), tuple(upload.ignored_columns)
    source = Source(upload.name, upload.open(), table, upload.tenant, ignored)
    allowed = allowed_to(request.user)  # type: ignore[arg-type]
    return _importer(source)(source, allowed, False, no_progress, upload.digest)


def _importer(source: Source) -> Callable[..., Report]:
    return import_deck if source.table is RATE else run


def _show_preview(request: HttpRequest, source: Source, report: Report) -> HttpResponse:
    Upload.objects.replaced_by_upload_of(request.user).delete()  # type: ignore[arg-type]
    if not report.changes:
        messages.info(
            request,
            f"{source.name}: nothing to change, {report.unchanged:,} rows are the same already.",
        )
        return _redirect("add")

    upload = Upload(
        owner_id=int(request.user.pk or 0),
        name=source.name,
        table=next((name for name, table in WITH_RATES.items() if table is source.table), ""),
        tenant=source.tenant,
        ignored_columns=list(source.ignored_columns),
        digest=report.digest,
        preview=changes_context(report),
    )
    upload.seal(source.content)
    upload.save()
    return HttpResponseRedirect(reverse("admin:tenants_importrun_preview", args=[upload.pk]))


def _form_source(form: UploadForm) -> Source:
    file = form.cleaned_data["file"]
    table = WITH_RATES.get(form.cleaned_data["table"])
    tenant = form.cleaned_data["tenant"] if table else ""
    name = printable(file.name or "a file")[-255:]
    ignored = tuple(form.ignored_columns) if table else ()
    return Source(name, file.read(), table, tenant, ignored)


def _require_changeable_tenants(request: HttpRequest) -> None:
    if scope(request).changeable == NO_TENANTS.changeable:
        raise PermissionDenied


def _redirect(view: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"admin:tenants_importrun_{view}"))
