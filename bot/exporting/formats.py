"""The formats of a plan, by the ending of the file."""

from collections.abc import Callable

from bot.exporting.comma_separated import comma_separated
from bot.exporting.pdf import page_description
from bot.exporting.plan_json import plan_json
from bot.plan_document import PlanDocument


def _spreadsheet(document: PlanDocument) -> bytes:
    # Only with the first file, as in bot.importing.reading.
    from bot.exporting.spreadsheet import workbook

    return workbook(document)


def _word(document: PlanDocument) -> bytes:
    from bot.exporting.word import word_document

    return word_document(document)


FORMATS: dict[str, Callable[[PlanDocument], bytes]] = {
    ".xlsx": _spreadsheet,
    ".docx": _word,
    ".pdf": page_description,
    ".csv": comma_separated,
    ".json": plan_json,
}


def exported(document: PlanDocument, ending: str) -> bytes:
    """The document in the format of an ending such as ".xlsx".

    Raises KeyError for an ending that is none of FORMATS, and spreadsheet.TooLong.
    """
    return FORMATS[ending](document)
