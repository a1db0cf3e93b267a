"""A shop's documents: uploaded, listed, deleted and searched."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, File, Form, Path, Query, UploadFile
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from knowledge.answerable import Verdict
from knowledge.library import Upload, absent
from knowledge.search import MAX_TOP_K, Filters
from leadhand.context import Permission, TenantContext
from leadhand.cursors import decode_cursor, encode_cursor
from leadhand.errors import InvalidRequest
from server.caller import OpenDesk, Reader
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.described import api_router, refusal
from storage.knowledge import ListedDocument, State
from storage.knowledge_passages import FoundPassage

router = api_router("knowledge")

# Takes larger bodies than the others.
UPLOAD_PATH: Final = "/api/knowledge/documents"
DEFAULT_TOP_K: Final = 8
MAX_WORDS_CHARS: Final = 1_000
DATED_YEARS: Final = range(1900, 2200)
_ABSENT: Final[dict[int | str, dict[str, Any]]] = {
    404: refusal("The shop has no such document that the caller may read: `not_found`")
}
_CHANGED: Final = refusal("The documents were indexed with another model: `embedding_changed`")


async def knowledge_reader(tenant: Reader) -> TenantContext:
    """A caller who may read documents."""
    tenant.require(Permission.KNOWLEDGE_READ)
    return tenant


async def knowledge_writer(tenant: Annotated[TenantContext, Depends(knowledge_reader)]) -> TenantContext:
    """A caller who may also change them."""
    tenant.require(Permission.KNOWLEDGE_WRITE)
    return tenant


KnowledgeReader = Annotated[TenantContext, Depends(knowledge_reader)]
KnowledgeWriter = Annotated[TenantContext, Depends(knowledge_writer)]
DocumentId = Annotated[str, Path(alias="id", max_length=100, description="`id` of a document")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f]*$")]
Source = Annotated[Line, Field(max_length=300)]
Title = Annotated[Line, Field(max_length=300)]
Category = Annotated[Line, Field(max_length=100)]


def _in_calendars(moment: datetime) -> datetime:
    """At the ends of what a datetime holds there are zones in which it could not be told."""
    if moment.year not in DATED_YEARS:
        raise ValueError(f"should be in the years {DATED_YEARS[0]} to {DATED_YEARS[-1]}")
    return moment


Dated = Annotated[AwareDatetime, AfterValidator(_in_calendars)]


class DocumentRow(BaseModel):
    """A document by its newest version. `version_shown`: what readers see meanwhile; null: nothing yet.

    `state`: `queued`, `embedding`, `ready` or `failed`; `code` and `reason` say with what.
    """

    id: UUID
    source: str
    title: str
    category: str | None
    readers: list[str]
    dated: datetime
    kind: Literal["pdf", "docx", "html", "markdown", "csv", "text"]
    bytes: int
    version: int
    version_shown: int | None
    state: State
    progress: float = Field(description="From 0 to 1: how many of its passages can be found by their meaning")
    passages: int | None
    code: str | None
    reason: str | None
    uploaded_by: str
    uploaded_at: datetime


class DocumentPage(BaseModel):
    """By source. `next_cursor` is null on the last page."""

    documents: list[DocumentRow]
    next_cursor: str | None


class SearchAsked(BaseModel):
    """What is looked for, and where. `min_similarity`: below it the best passage is no answer."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"query": "How often is the coolant changed?"}]}
    )

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORDS_CHARS)]
    top_k: int = Field(default=DEFAULT_TOP_K, ge=1, le=MAX_TOP_K)
    path: str | None = Field(default=None, max_length=300, description="How the source begins")
    category: str | None = Field(default=None, max_length=100)
    document: UUID | None = Field(default=None, description="`id` of a document")
    since: AwareDatetime | None = Field(default=None, description="Dated then or later")
    until: AwareDatetime | None = Field(default=None, description="Dated before then")
    min_similarity: float | None = Field(default=None, ge=-1, le=1)


class PassageRow(BaseModel):
    """`section`: the headings above it, outermost first. `page`: of a PDF, from 1."""

    id: UUID
    document: UUID
    source: str
    title: str
    category: str | None
    dated: datetime
    version: int
    page: int | None
    section: list[str]
    text: str
    similarity: float | None = Field(description="Cosine, -1 to 1; null where only words were compared")


class SearchResult(BaseModel):
    """Best first. `answerable` false: what is nearest is too far off, and no passage is sent. `sure`
    false: the passages may not say what was asked, but only what is nearest.

    `reranked`: whether the reranking model made the order; null where there is none, or nothing to order.
    """

    by: Literal["meaning_and_words", "words"]
    answerable: bool
    sure: bool
    reranked: bool | None
    passages: list[PassageRow]


@router.post(
    "/knowledge/documents",
    status_code=202,
    summary="Upload a document, or a new version of one",
    responses={
        409: _CHANGED,
        413: refusal("The file is above the limit: `body_too_large`"),
        422: refusal(
            "`invalid_request`, or the file cannot be a document: `document_rejected` with a reason"
        ),
    },
)
async def upload_document(
    tenant: KnowledgeWriter,
    desk: OpenDesk,
    *,
    file: Annotated[UploadFile, File(description="PDF, DOCX, Markdown, HTML, CSV or text")],
    source: Annotated[
        Source | None, Form(description="Its name in the shop, like a path; else the file's")
    ] = None,
    title: Annotated[Title | None, Form()] = None,
    category: Annotated[Category | None, Form()] = None,
    readers: Annotated[
        list[Permission] | None, Form(description="Permissions, of which a reader needs one; none: everybody")
    ] = None,
    dated: Annotated[Dated | None, Form(description="When it was said; else now")] = None,
) -> DocumentRow:
    """A worker reads it. Until then readers see the version before; the same upload again changes nothing."""
    name = PurePosixPath(file.filename or "").name
    upload = Upload(
        source=source or _named(name),
        content=await file.read(),
        file_name=name,
        title=title,
        category=category,
        readers=tuple(readers or ()),
        dated=dated,
    )
    return _row(await desk.library.add(tenant, upload), tenant)


@router.get("/knowledge/documents", summary="The documents that the caller may read, by source")
async def list_documents(
    tenant: KnowledgeReader,
    desk: OpenDesk,
    *,
    path: Annotated[str | None, Query(max_length=300, description="How the source begins")] = None,
    category: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DocumentPage:
    after = None if cursor is None else decode_cursor(cursor, 1)[0]
    found = await desk.library.newest(tenant, limit=limit + 1, after=after, path=path, category=category)
    page = found[:limit]
    following = encode_cursor(page[-1].source) if len(found) > limit else None
    return DocumentPage(documents=[_row(one, tenant) for one in page], next_cursor=following)


@router.get(
    "/knowledge/documents/{id}", summary="A document, and how far its ingestion is", responses=_ABSENT
)
async def get_document(document_id: DocumentId, tenant: KnowledgeReader, desk: OpenDesk) -> DocumentRow:
    return _row(await desk.library.get(tenant, _uuid(document_id)), tenant)


@router.delete(
    "/knowledge/documents/{id}",
    status_code=204,
    response_class=Response,
    summary="Delete a document with all its passages",
    responses=_ABSENT,
)
async def delete_document(document_id: DocumentId, tenant: KnowledgeWriter, desk: OpenDesk) -> Response:
    await desk.library.delete(tenant, _uuid(document_id))
    return Response(status_code=204)


@router.post("/knowledge/search", summary="Search the documents", responses={409: _CHANGED})
async def search_documents(body: SearchAsked, tenant: KnowledgeReader, desk: OpenDesk) -> SearchResult:
    """By meaning and by words, fused."""
    found = await desk.search.find(
        tenant,
        body.query,
        top_k=body.top_k,
        filters=Filters(body.path, body.category, body.document, body.since, body.until),
        min_similarity=body.min_similarity,
    )
    shown = found.passages if found.answerable else ()
    return SearchResult(
        by=found.by,
        answerable=found.answerable,
        sure=found.verdict is not Verdict.PERHAPS,
        reranked=found.reranked,
        passages=[_passage(one, tenant) for one in shown],
    )


def _row(one: ListedDocument, tenant: TenantContext) -> DocumentRow:
    zone = ZoneInfo(tenant.timezone)
    done = 1.0 if one.state == "ready" else one.embedded / one.passages if one.passages else 0.0
    return DocumentRow.model_validate(
        {
            "id": one.id,
            "source": one.source,
            "title": one.title,
            "category": one.category,
            "readers": one.readers,
            "dated": one.dated.astimezone(zone),
            "kind": one.kind,
            "bytes": one.bytes,
            "version": one.version,
            "version_shown": one.current_version,
            "state": one.state,
            "progress": round(done, 3),
            "passages": one.passages,
            "code": one.code,
            "reason": one.reason,
            "uploaded_by": one.uploaded_by,
            "uploaded_at": one.uploaded_at.astimezone(zone),
        }
    )


def _passage(one: FoundPassage, tenant: TenantContext) -> PassageRow:
    return PassageRow(
        id=one.id,
        document=one.document_id,
        source=one.source,
        title=one.title,
        category=one.category,
        dated=one.dated.astimezone(ZoneInfo(tenant.timezone)),
        version=one.version,
        page=one.page,
        section=one.heading,
        text=one.text,
        similarity=None if one.similarity is None else round(one.similarity, 4),
    )


def _named(file_name: str) -> str:
    name = "".join(letter for letter in file_name if letter.isprintable()).strip()[:300]
    if not name:
        problem = "give a source, or a file with a name"
        raise InvalidRequest(
            f"The document has no name: {problem}.",
            details={"fields": [{"field": "source", "problem": problem}]},
        )
    return name


def _uuid(text: str) -> UUID:
    """An id that nobody can have been given is one that there is not."""
    try:
        return UUID(text)
    except ValueError:
        raise absent() from None
