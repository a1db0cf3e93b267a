"""The names of the forms that a report comes in; light, for whoever only chooses one."""

from enum import StrEnum


class Form(StrEnum):
    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "md"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
