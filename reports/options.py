"""What a schedule may choose about its reports, and what making one needs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from leadhand.context import TenantContext
from reports.report import SectionKey

if TYPE_CHECKING:  # who lists reports or keeps schedules makes none: the tools are not loaded for them
    from reports.facts import ReportFacts
    from tools.base import ShopSource
    from tools.registry import ToolRegistry

MAX_WEEKS, MAX_DAYS = 12, 14


class ReportOptions(BaseModel):
    """Kept with a schedule as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = Field(
        default=None, max_length=120, description="Instead of “Capacity report” in the report's language."
    )
    weeks: int = Field(
        default=4, ge=1, le=MAX_WEEKS, description="ISO weeks that are looked at, this one included."
    )
    days: int = Field(
        default=7, ge=1, le=MAX_DAYS, description="The coming days of the schedule and of the latest starts."
    )
    language: Literal["en", "de"] | None = Field(
        default=None, description="Default: German for a shop with a German locale, else English."
    )
    sections: tuple[SectionKey, ...] | None = Field(
        default=None, description="Only these parts, in the order of the report. Default: all of them."
    )
    promise_hours: float = Field(
        default=8.0, gt=0, le=1000, description="How large the order is that sales might promise, in hours."
    )
    narrative: bool = Field(
        default=True, description="Whether a model may write the opening text; else it is the plain one."
    )


@dataclass(frozen=True, slots=True)
class RefusedText:
    """What a narrator wrote, and what in it is no fact, as it stands there."""

    text: str
    faults: tuple[str, ...]


class Narrator(Protocol):
    """Writes the opening text from facts."""

    @property
    def name(self) -> str:
        """Of the model."""
        ...

    async def write(self, tenant: TenantContext, facts: "ReportFacts", before: RefusedText | None) -> str:
        """`before`: what it wrote first, to be mended. Raises LeadhandError when it cannot be asked now."""
        ...


@dataclass(frozen=True, slots=True)
class ReportParts:
    """`narrator` None: the plain text is the opening text.

    `budget_s`: tools are no longer asked once so much time has passed; the report says what it lacks.
    """

    tools: "ToolRegistry"
    shops: "ShopSource"
    narrator: Narrator | None = None
    budget_s: float = 240.0
