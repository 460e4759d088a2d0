"""What can be chosen of an export; light enough to be shown by the help."""

from __future__ import annotations

import enum


class Form(enum.StrEnum):
    """Of the files."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Detail(enum.StrEnum):
    """Of the rows, where a measure is recorded by segment."""

    INDUSTRY = "industry"
    SEGMENT = "segment"
