"""The small model over HTTP words a report's opening text, as far as its numbers are facts."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from pydantic import SecretStr

from leadhand.context import Permission, Principal, TenantContext
from leadhand.settings import Settings
from reports.content import make_report
from reports.options import ReportOptions
from reports.report import Narrative, SectionKey
from reports.schedules.worker import report_parts
from runs.desk import Desk, open_desk
from tests.acceptance.model_script import HttpFault, Streamed, Text
from tests.acceptance.scripted_model import ScriptedModel

OPTIONS = ReportOptions(weeks=1, sections=(SectionKey.ORDERS,))


@pytest.fixture(scope="module")
def model_process() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


@pytest.fixture
def model(model_process: ScriptedModel) -> Iterator[ScriptedModel]:
    model_process.play()
    yield model_process
    assert model_process.unscripted == 0, "the model was asked more often than the test says"


@pytest_asyncio.fixture
async def desk(settings: Settings, model: ScriptedModel) -> AsyncIterator[Desk]:
    scripted = {
        "model": "large",
        "small_model": "small",
        "openai_base_url": model.base_url,
        "openai_api_key": SecretStr("sk-test"),
        "model_max_retries": 0,
    }
    async with open_desk(settings.model_copy(update=scripted)) as opened:
        yield opened


@pytest.fixture
def anna(two_shops: tuple[Principal, Principal]) -> TenantContext:
    who = two_shops[0]
    reading = frozenset({Permission.PLANNING_READ})
    as_of = datetime(2026, 11, 30, 14, tzinfo=UTC)
    return TenantContext(who.tenant_id, who.user_id, reading, "America/Chicago", "en-US", as_of)


async def opening(desk: Desk, who: TenantContext) -> Narrative:
    async with report_parts(desk) as parts:
        return (await make_report(who, parts, OPTIONS, before=None)).narrative


async def test_a_text_whose_every_number_is_a_fact_opens_the_report(
    desk: Desk, model: ScriptedModel, anna: TenantContext
) -> None:
    model.play(Streamed((Text("Late orders: "), Text("0. The shop keeps its dates."))))
    found = await opening(desk, anna)
    assert found.paragraphs == ("Late orders: 0. The shop keeps its dates.",)
    assert found.by == "small"


async def test_what_is_no_fact_is_told_to_the_model_which_writes_once_more(
    desk: Desk, model: ScriptedModel, anna: TenantContext
) -> None:
    model.play(Streamed((Text("12 orders are late."),)), Streamed((Text("Late orders: 0."),)))
    found = await opening(desk, anna)
    assert (found.paragraphs, found.by, found.refused) == (("Late orders: 0.",), "small", ())
    asked = model.requests[-1]
    assert asked.contents("assistant") == ["12 orders are late."]
    assert asked.last_user_text == '{"refused":["12"]}'


@pytest.mark.parametrize(
    "script", [[Streamed((Text("12 orders are late."),)), Streamed((Text("13, then."),))], [HttpFault(503)]]
)
async def test_a_text_whose_numbers_stay_wrong_or_none_at_all_leaves_the_plain_one(
    desk: Desk, model: ScriptedModel, anna: TenantContext, script: Sequence[Streamed | HttpFault]
) -> None:
    model.play(*script)
    found = await opening(desk, anna)
    assert found.by == "template"
    assert found.refused
    assert found.paragraphs


async def test_without_a_model_of_its_own_the_builtin_one_words_the_opening(
    settings: Settings, anna: TenantContext
) -> None:
    async with open_desk(settings) as desk:
        found = await opening(desk, anna)
    assert found.by == "builtin"
    assert found.paragraphs[0].startswith("No order is late or at risk.")
