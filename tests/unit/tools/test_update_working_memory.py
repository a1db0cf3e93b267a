"""update_working_memory: what may be asked of it, and what it tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, InvalidToolInput, JsonValue
from memory.profile_changes import Change, with_changes
from memory.working_memory import Remembered
from storage.working_memory import Profile
from tests.unit.tools.shops import OneShop, tenant
from tests.unit.tools.status_shop import SHOP
from tools.catalog.update_working_memory import MOST_CHANGES, UpdateWorkingMemoryOutput
from tools.registry import ToolRegistry

NAME = "update_working_memory"


@dataclass
class OneMemory:
    """A person's memory without a database; whatever a model says is taken for said."""

    profile: Profile = field(default_factory=Profile)
    version: int = 0
    made_in: list[tuple[str | None, str]] = field(default_factory=list[tuple[str | None, str]])

    async def change(
        self, tenant: TenantContext, *, thread_id: str | None, call_id: str, changes: Sequence[Change]
    ) -> Remembered:
        del tenant
        self.made_in.append((thread_id, call_id))
        self.profile, told = with_changes(self.profile, changes)
        self.version += 1
        return Remembered(told, self.version)


async def run(memory: OneMemory | None, *changes: JsonValue) -> UpdateWorkingMemoryOutput:
    registry = ToolRegistry.discover(memory=memory)
    asked: JsonValue = {"changes": [*changes]}
    output = await registry.run(
        NAME, asked, tenant(), OneShop(SHOP), call_id="c1", thread_id="the conversation"
    )
    assert isinstance(output, UpdateWorkingMemoryOutput)
    return output


def asked(action: str, field_name: str, value: str | None = None) -> dict[str, JsonValue]:
    return {"action": action, "field": field_name, "value": value, "said": "as I said"}


async def test_it_tells_what_it_remembers_and_what_it_forgot() -> None:
    memory = OneMemory(Profile(goals=["less overtime"]))
    output = await run(
        memory, asked("add", "facts", "I work  nights"), asked("remove", "goals", "Less overtime")
    )
    assert [row.model_dump() for row in output.outcomes] == [
        {"action": "add", "field": "facts", "value": "I work nights", "outcome": "done"},
        {"action": "remove", "field": "goals", "value": "less overtime", "outcome": "done"},
    ]
    assert memory.profile == Profile(facts=["I work nights"])
    assert output.data_version == memory.version


async def test_the_conversation_and_the_call_are_those_of_the_caller() -> None:
    memory = OneMemory()
    await run(memory, asked("set", "name", "Ada"))
    assert memory.made_in == [("the conversation", "c1")]


@pytest.mark.parametrize(
    "change",
    [
        asked("add", "name", "Ada"),
        asked("set", "facts", "x"),
        asked("remove", "language", "de"),
        asked("set", "name"),
        asked("set", "name", "  "),
        asked("clear", "name", "Ada"),
        asked("set", "language", "Klingon"),
        asked("set", "units", "furlongs"),
        asked("add", "permissions", "approve"),
        asked("add", "facts", "x" * 601),
        {"action": "add", "field": "facts", "value": "I work nights"},
    ],
)
async def test_a_change_that_makes_no_sense_is_told_to_the_model(change: dict[str, JsonValue]) -> None:
    memory = OneMemory()
    with pytest.raises(InvalidToolInput):
        await run(memory, change)
    assert memory.version == 0


async def test_it_changes_something_and_not_too_much_at_once() -> None:
    for changes in ([], [asked("add", "facts", f"fact {n}") for n in range(MOST_CHANGES + 1)]):
        with pytest.raises(InvalidToolInput):
            await run(OneMemory(), *changes)


async def test_without_a_database_nothing_is_remembered() -> None:
    with pytest.raises(DatabaseUnavailable):
        await run(None, asked("set", "name", "Ada"))


def test_it_asks_for_no_approval_and_for_no_right_beyond_reading() -> None:
    registry = ToolRegistry.discover()
    spec = next(spec for spec in registry.specs() if spec.name == NAME)
    assert not spec.writes
    assert spec.permission.value == "planning:read"
