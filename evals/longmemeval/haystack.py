"""The questions of LongMemEval (Wu et al. 2025, https://arxiv.org/abs/2410.10813), as published."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

# "2023/05/30 (Tue) 23:40"; no zone is given, and only the order and the distance of days count.
_STAMP = "%Y/%m/%d (%a) %H:%M"


class Turn(BaseModel):
    role: Literal["user", "assistant"]
    content: str


class Item(BaseModel):
    """A question to one person's assistant, and all that the two had said to one another before.

    `haystack_sessions[n]` was held on `haystack_dates[n]` and is called `haystack_session_ids[n]`; those of
    `answer_session_ids` say what the question asks for.
    """

    model_config = ConfigDict(frozen=True)

    question_id: str
    question_type: str
    question: str
    answer: str | int | float
    question_date: str
    haystack_dates: list[str]
    haystack_session_ids: list[str]
    haystack_sessions: list[list[Turn]]
    answer_session_ids: list[str]

    @model_validator(mode="after")
    def _are_as_many(self) -> "Item":
        sessions = len(self.haystack_sessions)
        if len(self.haystack_dates) != sessions or len(self.haystack_session_ids) != sessions:
            raise ValueError("there must be one date and one id for each session")
        return self

    @property
    def unanswerable(self) -> bool:
        """Nothing of what was said answers it."""
        return self.question_id.endswith("_abs")

    @property
    def asked_at(self) -> datetime:
        return instant(self.question_date)


def instant(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)


def read_items(path: Path) -> list[Item]:
    """The questions of one of the published JSON files.

    Raises:
        pydantic.ValidationError: it is another file.
    """
    return TypeAdapter(list[Item]).validate_json(path.read_bytes())
