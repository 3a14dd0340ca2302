"""The form that takes a file to import."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.models.upload import MAX_BYTES
from tenants.transfer.tables import BY_NAME

# A document is read whole, and its smallest values, a byte or two of the file, take hundreds of bytes of memory each.
MAX_DOCUMENT_BYTES = 1024**2
EVERYTHING = ("everything", "everything: JSON or YAML")


class UploadForm(forms.Form):
    table = forms.ChoiceField(label="What is in the file", initial="callees")
    file = forms.FileField(
        help_text=f"CSV as a spreadsheet saves it, at most {MAX_BYTES // 1024**2} MiB, or 1 MiB of JSON or YAML.",
        allow_empty_file=True,
    )
    tenant = forms.CharField(
        required=False,
        label="Short name of the tenant",
        help_text="Only where a CSV file has no column that says whose each row is.",
        max_length=63,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = [
            (name, f"{str(table.model._meta.verbose_name_plural)}: CSV")
            for name, table in BY_NAME.items()
        ]
        self.fields["table"].choices = [*reversed(tables), EVERYTHING]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError(f"It is larger than {MAX_BYTES // 1024**2} MiB; split it.")
        return file

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_document = given.get("table") == EVERYTHING[0]
        if is_document and "file" in given and given["file"].size > MAX_DOCUMENT_BYTES:
            self.add_error(
                "file",
                "It is larger than 1 MiB; manage.py import_tenants takes it, and tables may be larger, as CSV.",
            )
        return given

    def clean_tenant(self) -> str:
        slug: str = self.cleaned_data["tenant"].strip()
        return slug
