"""Citations of an answer as the AI SDK has them: sources beside the text, and where in it they are cited."""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from typing_extensions import TypedDict

from leadhand.events import CitedPassage, TextCited
from tools.passage_views import mark_of

_MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "markdown": "text/markdown",
    "csv": "text/csv",
}


class Place(TypedDict):
    """Where a passage stands. `page`: of a PDF, from 1."""

    documentId: str
    section: list[str]
    page: int | None
    version: int


class PlaceMetadata(TypedDict):
    leadhand: Place


class SourcePart(TypedDict):
    """A cited passage, once in a message."""

    type: Literal["source-document"]
    sourceId: str
    mediaType: str
    title: str
    filename: str
    providerMetadata: PlaceMetadata


class CitedSource(TypedDict):
    type: Literal["source"]
    sourceType: Literal["document"]
    id: str
    mediaType: str
    title: str
    filename: str
    providerMetadata: PlaceMetadata


class Citation(TypedDict):
    """`startIndex` to before `endIndex`: the number in the text that stands for it, in UTF-16 units."""

    source: CitedSource
    startIndex: int
    endIndex: int
    citedText: str


def utf16_length(text: str) -> int:
    """How long a text is for JavaScript."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def source_of(passage: CitedPassage) -> SourcePart:
    return SourcePart(
        type="source-document",
        sourceId=passage.id,
        mediaType=_media_type(passage),
        title=passage.title,
        filename=passage.source,
        providerMetadata=_place(passage),
    )


def citation_of(passage: CitedPassage, mark: str, *, end: int) -> Citation:
    """`end`: behind the mark, in the text part that holds it."""
    source = CitedSource(
        type="source",
        sourceType="document",
        id=passage.id,
        mediaType=_media_type(passage),
        title=passage.title,
        filename=passage.source,
        providerMetadata=_place(passage),
    )
    return Citation(source=source, startIndex=end - len(mark), endIndex=end, citedText=passage.text)


def events_between(part_id: str, text: str, citations: Sequence[Citation]) -> list[tuple[str, TextCited]]:
    """The pieces of a stored text that end with a mark, each with the event that follows it."""
    pieces: list[tuple[str, TextCited]] = []
    begin = 0
    for one in sorted(citations, key=lambda one: one["endIndex"]):
        end = one["endIndex"]
        mark = _cut(text, one["startIndex"], end)
        pieces.append((_cut(text, begin, end), TextCited(part_id, mark, _passage(one))))
        begin = end
    return pieces


def with_marks(text: str, citations: Sequence[Citation]) -> str:
    """The text as its model wrote it: each number is the mark of its passage again."""
    for one in sorted(citations, key=lambda one: one["startIndex"], reverse=True):
        mark = mark_of(UUID(one["source"]["id"]))
        text = _cut(text, 0, one["startIndex"]) + mark + _cut(text, one["endIndex"], None)
    return text


def _cut(text: str, begin: int, end: int | None) -> str:
    if text.isascii():
        return text[begin:end]
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * begin : None if end is None else 2 * end].decode("utf-16-le", "surrogatepass")


def _media_type(passage: CitedPassage) -> str:
    return _MEDIA_TYPES.get(passage.kind, "text/plain")


def _place(passage: CitedPassage) -> PlaceMetadata:
    place = Place(
        documentId=passage.document_id, section=passage.section, page=passage.page, version=passage.version
    )
    return PlaceMetadata(leadhand=place)


def _passage(one: Citation) -> CitedPassage:
    source = one["source"]
    place = source["providerMetadata"]["leadhand"]
    kinds = (kind for kind, media_type in _MEDIA_TYPES.items() if media_type == source["mediaType"])
    return CitedPassage(
        id=source["id"],
        document_id=place["documentId"],
        source=source["filename"],
        title=source["title"],
        kind=next(kinds, "text"),
        section=place["section"],
        page=place["page"],
        version=place["version"],
        text=one["citedText"],
    )
