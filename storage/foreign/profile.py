"""A mapping as a document: the headers that it is for, and what was decided about them. Kept by each shop."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leadhand.errors import InvalidRequest
from storage.foreign.areas import places_said
from storage.foreign.date_forms import looks_like_date
from storage.foreign.decisions import ANSWERED, KEPT, Decisions
from storage.foreign.month_days import month_days
from storage.foreign.progress import DONE_AT, NOW
from storage.foreign.tables import LINE, SHEET
from storage.foreign.vocabulary import folded
from storage.json_values import to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_value
from storage.transactions import Connection

MAX_DOCUMENT_BYTES = 1_000_000
# Mappings that are tried on a file, the latest first; a shop has a few of such.
MAX_TRIED = 200
_SQL = named_queries("foreign")
# Asked of every file: what is new in the shop's world is never taken as decided.
# What the bytes of one file prove says nothing of the next one's; nor does what is only shown.
_OF_BYTES = frozenset({"encoding", "delimiter", "time_zone"})
_NOT_KEPT = frozenset({
    "new_machines", "new_work_centers", "new_operators", "outside", "from", "until", "leave_out_rows",
    "keep_rows", "last_row", "unknown_operations", "reports_differ",
})  # fmt: skip


class Profile(BaseModel):
    """`tables`: the headers of each table by its name. `decisions`: every key with its value, as in
    answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    leadhand_mapping: int = Field(default=1, ge=1, le=1)
    name: str = Field(min_length=1, max_length=200)
    tables: dict[str, list[str]]
    decisions: dict[str, str]

    @property
    def fingerprint(self) -> str:
        return fingerprint(list(self.tables.values()))

    def document(self) -> str:
        """As it is shown, saved and edited."""
        return json.dumps(self.model_dump(), ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class _Kept:
    document: str


def fingerprint(headers: Sequence[Sequence[str]]) -> str:
    """The same for files with the same headers, in whatever order their columns and sheets are."""
    told = sorted({"\x1f".join(sorted(_plain_headers(table))) for table in headers})
    return hashlib.sha256("\x1e".join(told).encode()).hexdigest()


def _plain_headers(table: Sequence[str]) -> set[str]:
    """Headers as they tell files apart: columns that no file has do not count, and days are all alike."""
    own = (header for header in table if header and header not in (SHEET, LINE))
    of_month = {day.header for day in month_days(table)}
    return {"(day)" if header in of_month or looks_like_date(header) else folded(header) for header in own}


def profile_of(name: str, tables: Mapping[str, Sequence[str]], decisions: Decisions) -> Profile:
    """What was decided about a file, as far as it holds for the next one with its headers."""
    kept = {
        key: made.value
        for key, made in decisions.made.items()
        if key.rpartition("!")[2] not in _NOT_KEPT
        and not (key == DONE_AT and made.value != NOW)
        and (key not in _OF_BYTES or made.why in (ANSWERED, KEPT))
    }
    return Profile(
        name=name[:200],
        tables={label: list(headers) for label, headers in tables.items()},
        decisions=dict(sorted(kept.items())),
    )


def read_profile(path: Path) -> Profile:
    """A mapping from a file.

    Raises:
        InvalidRequest: there is no such file, or it is no mapping.
    """
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise InvalidRequest(f"{path} is too large for a mapping.")
        return Profile.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRequest(f"The mapping {path} cannot be read ({error.strerror}).") from None
    except (ValidationError, UnicodeError):
        raise InvalidRequest(
            f"{path} is no mapping; `leadhand import FILE --save-mapping {path}` writes one to begin with."
        ) from None


async def stored_profile(connection: Connection, headers: Sequence[Sequence[str]]) -> Profile | None:
    """What the shop has confirmed for files with these headers."""
    params = {"fingerprint": fingerprint(headers)}
    document = await fetch_value(connection, _SQL["mapping"], params, str)
    return None if document is None else Profile.model_validate_json(document)


async def profiles_with_places(connection: Connection) -> list[Profile]:
    """What the shop has confirmed that says where tables are: their headers cannot be found without it."""
    kept = await fetch_all(connection, _SQL["mappings"], {"most": MAX_TRIED}, _Kept)
    profiles = [Profile.model_validate_json(row.document) for row in kept]
    return [profile for profile in profiles if places_said(profile.decisions)]


async def kept_encodings(connection: Connection) -> list[str]:
    """The encodings that the shop has confirmed for its files."""
    kept = await fetch_all(connection, _SQL["mappings"], {"most": MAX_TRIED}, _Kept)
    decisions = (Profile.model_validate_json(row.document).decisions for row in kept)
    return list(dict.fromkeys(said["encoding"] for said in decisions if "encoding" in said))


async def keep_profile(connection: Connection, profile: Profile, *, confirmed_by: str) -> None:
    """Remember a mapping for its headers."""
    params = {
        "fingerprint": profile.fingerprint,
        "name": profile.name,
        "document": to_jsonb(
            {
                "leadhand_mapping": profile.leadhand_mapping,
                "name": profile.name,
                "tables": {label: list(headers) for label, headers in profile.tables.items()},
                "decisions": dict(profile.decisions),
            }
        ),
        "confirmed_by": confirmed_by,
    }
    await execute(connection, _SQL["keep_mapping"], params)
