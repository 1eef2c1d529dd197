"""A short list, as a file that a spreadsheet opens."""

import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from sporades.exchanges.spreadsheets import FORMS, Row, Sheet


def sheet_of(rows: Iterable[Row], columns: Sequence[str], *, name: str) -> HttpResponse:
    """Answer with rows as a CSV, in which nothing is run.

    Args:
        rows: what each line says.
        columns: their titles.
        name: of the file, without « .csv ».
    """
    file = io.BytesIO()
    FORMS["csv"].write(Sheet(name, list(columns), rows, ()), file)
    return HttpResponse(
        file.getvalue(),
        content_type=FORMS["csv"].content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
