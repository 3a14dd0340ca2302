"""The form that takes a file to import."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.models.upload import MAX_BYTES
from tenants.transfer.problems import printable
from tenants.transfer.reading.csv_table import MOST_COLUMNS
from tenants.transfer.tables import RATE, WITH_RATES

# A document is read whole, and a value of one byte takes hundreds of bytes of memory.
MAX_DOCUMENT_BYTES = 1024**2
WHOLE_DOCUMENT = ("everything", "everything: JSON or YAML")


class UploadForm(forms.Form):
    table = forms.ChoiceField(label="What is in the file", initial="callees")
    file = forms.FileField(
        help_text=f"CSV as a spreadsheet saves it, at most {MAX_BYTES // 1024**2} MiB, "
        "or JSON or YAML, at most 1 MiB.",
        allow_empty_file=True,
    )
    tenant = forms.CharField(
        required=False,
        label="Short name of the tenant",
        help_text="For rates, and for a CSV file without a tenant column.",
        max_length=63,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = [
            (name, f"{str(table.model._meta.verbose_name_plural)}: CSV")
            for name, table in WITH_RATES.items()
        ]
        self.fields["table"].choices = [*reversed(tables), WHOLE_DOCUMENT]  # type: ignore[attr-defined]

        self.ignored_columns = self._ticked_columns()

    def offer_columns(self, names: list[str]) -> None:
        """As ticks below the file, which has to be chosen again: a browser does not keep it."""
        offered = list(dict.fromkeys([*names, *self.ignored_columns]))
        if offered:
            self.fields["ignored_columns"] = forms.MultipleChoiceField(
                required=False,
                label="Leave out these columns",
                choices=[(name, name) for name in offered],
                widget=forms.CheckboxSelectMultiple,
                help_text="Tick the columns that are not needed here, and choose the file again.",
            )

    def _ticked_columns(self) -> list[str]:
        posted = self.data.getlist("ignored_columns") if self.is_bound else []  # type: ignore[attr-defined]
        return [printable(name) for name in posted[:MOST_COLUMNS]]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError(f"It is larger than {MAX_BYTES // 1024**2} MiB; split it.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if WITH_RATES.get(cleaned.get("table", "")) is RATE and not cleaned.get("tenant"):
            self.add_error("tenant", "Whose rates are these? Their file has no column for it.")

        is_document = cleaned.get("table") == WHOLE_DOCUMENT[0]
        if is_document and "file" in cleaned and cleaned["file"].size > MAX_DOCUMENT_BYTES:
            self.add_error(
                "file",
                "It is larger than 1 MiB; manage.py import_tenants takes it, and CSV files may be "
                "larger.",
            )
        return cleaned

    def clean_tenant(self) -> str:
        slug: str = self.cleaned_data["tenant"].strip()
        return slug
