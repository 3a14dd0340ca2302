"""The form that takes a file to import."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.importing.tables import BY_NAME
from tenants.models.upload import MAX_BYTES

EVERYTHING = ("everything", "everything: JSON or YAML")


class UploadForm(forms.Form):
    table = forms.ChoiceField(label="What is in the file", initial="callees")
    file = forms.FileField(
        help_text=f"CSV as a spreadsheet saves it, or JSON or YAML; at most {MAX_BYTES // 1024**2} MiB.",
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
        tables = [(name, f"{str(table.model._meta.verbose_name_plural)}: CSV") for name, table in BY_NAME.items()]
        self.fields["table"].choices = [*reversed(tables), EVERYTHING]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError(f"It is larger than {MAX_BYTES // 1024**2} MiB; split it.")
        return file

    def clean_tenant(self) -> str:
        slug: str = self.cleaned_data["tenant"].strip()
        return slug
