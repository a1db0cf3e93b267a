"""LangGraph's own contract of a checkpointer, as its conformance suite checks it."""

from collections.abc import AsyncGenerator

from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.capabilities import BASE_CAPABILITIES, Capability
from langgraph.checkpoint.conformance.report import CapabilityReport, ProgressCallbacks

from leadhand.context import Principal
from storage.database import Database
from storage.saver import TenantSaver, checkpoint_owner

# LangGraph's own Postgres checkpointer does not either: nothing of ours copies a thread or drops one run.
NOT_OFFERED = {Capability.COPY_THREAD, Capability.DELETE_FOR_RUNS}


async def conformance_of(saver: TenantSaver) -> tuple[CapabilityReport, list[str]]:
    """The report, and every single test that failed with its reason."""

    @checkpointer_test(name="TenantSaver")
    async def ours() -> AsyncGenerator[TenantSaver]:
        yield saver

    faults: list[str] = []

    def note(capability: str, test: str, passed: bool, reason: str | None) -> None:
        if not passed:
            faults.append(f"{capability} {test}: {reason}")

    return await validate(ours, progress=ProgressCallbacks(on_test_result=note)), faults


async def test_the_checkpointer_of_a_person_keeps_langgraphs_contract(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    checkpoint_owner.set(two_shops[0])
    report, faults = await conformance_of(TenantSaver(database.pool))
    assert faults == []
    passed = {name for name, result in report.results.items() if result.passed}
    assert passed == {capability.value for capability in Capability if capability not in NOT_OFFERED}
    assert {capability.value for capability in BASE_CAPABILITIES} <= passed
