"""Wires what a process needs to answer questions; the server and the command line open one each."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from graph.approvals import StoredApprovals
from graph.builder import compile_graph
from graph.conversation import StoredConversation
from graph.parts import Bounds, GraphParts
from jobs.replan_desk import ReplanDesk
from jobs.worker import Worker
from knowledge.library import Library
from knowledge.quiz.shelf import WRITE_S, Quizzes
from knowledge.search import Search
from leadhand.errors import InvalidSetting
from leadhand.prices import PriceList, load_prices
from leadhand.settings import Settings
from leadhand.span_export import open_span_export
from memory.processors import processing
from memory.recall import Recall
from memory.small_calls import SmallCalls
from memory.working_memory import WorkingMemories
from models.choice import BUILTIN
from models.embeddings.opening import open_embedder
from models.factory import ChatModel, open_chat_model
from models.reranking import open_reranker
from models.small import open_small_model
from runs.approval_desk import ApprovalDesk, closing_overdue
from runs.background import LISTENING_CONNECTIONS, listen_url, running_worker
from runs.background_runs import BackgroundRuns
from runs.news import RunNews
from runs.service import RunService
from runs.sweeper import sweeping
from runs.upkeep import keeping_up
from runs.waiting import BackgroundPlaces
from storage.booked_work import BookedWorkReader
from storage.database import Database
from storage.plan_writes import PlanWrites
from storage.saver import TenantSaver
from storage.shops import ShopReader
from storage.simulations import SimulationShelf
from storage.usage import TurnLimits
from tools.boards.boards import Boards
from tools.registry import ToolRegistry
from tools.report_schedule_port import ReportSchedulePort

# Whoever asks for a re-plan waits for it this long; it goes on without them.
REPLAN_WAIT_S = 5.0
# Running turns get this long to finish on shutdown; then another process goes on with them.
DRAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Desk:
    settings: Settings
    database: Database
    shops: ShopReader
    registry: ToolRegistry
    chat_model: ChatModel
    runs: RunService
    approvals: ApprovalDesk
    background_runs: BackgroundRuns
    boards: Boards
    memory: WorkingMemories
    recall: Recall
    library: Library
    search: Search
    worker: Worker | None = None


@asynccontextmanager
async def open_desk(
    settings: Settings,
    *,
    worker: bool = False,
    report_schedules: Callable[[Database], ReportSchedulePort] | None = None,
) -> AsyncGenerator[Desk]:
    """Open database, model, tools, graph and, if asked, a worker; on leaving, drain the runs first.

    `report_schedules`: what the tools know of them; None: nothing.

    Raises:
        DatabaseUnavailable, UnsafeDatabaseRole, SchemaOutdated, InvalidSetting: see where each is made.
    """
    prices = load_prices(settings.prices)
    chat_model = open_chat_model(settings)
    limits = _limits(settings, prices, chat_model)
    embedder = open_embedder(settings)
    reranker = open_reranker(settings)
    process = processing(settings.processors, window_tokens=settings.window_tokens)
    try:
        async with AsyncExitStack() as stack:
            beside_pool = LISTENING_CONNECTIONS if worker else 0
            database = await stack.enter_async_context(Database.open(settings, beside_pool=beside_pool))
            shops = ShopReader(database)
            memory, recall = WorkingMemories(database), Recall(database, embedder)
            if reranker is not None:
                stack.push_async_callback(reranker.aclose)
            search = Search(database, embedder, reranker)
            if embedder is not None:
                stack.push_async_callback(embedder.aclose)
            small = open_small_model(settings, chat_model)
            stack.push_async_callback(small.aclose)
            writer = None if small.name == BUILTIN else SmallCalls(database, small, limits, prices)
            registry = ToolRegistry.discover(
                timeout_s=settings.tool_timeout_s,
                replans=ReplanDesk(database, wait_s=min(REPLAN_WAIT_S, settings.tool_timeout_s / 2)),
                simulations=SimulationShelf(database),
                writes=PlanWrites(database),
                memory=memory,
                recall=recall,
                knowledge=search,
                quizzes=Quizzes(database, writer, min(WRITE_S, settings.tool_timeout_s * 0.65)),
                report_schedules=report_schedules and report_schedules(database),
            )
            saver = TenantSaver(database.pool)
            news = RunNews(listen_url(settings, database))
            stack.push_async_callback(news.aclose)
            parts = GraphParts(
                model=chat_model,
                registry=registry,
                shops=shops,
                conversation=StoredConversation(database),
                bounds=Bounds.of(settings),
                approvals=StoredApprovals(database),
                memory=memory,
                process=process,
            )
            service = RunService(
                database=database,
                saver=saver,
                graph=compile_graph(parts, saver),
                registry=registry,
                model_name=chat_model.name,
                max_run_s=settings.max_run_s,
                max_background_run_s=settings.max_background_run_s,
                background=BackgroundPlaces(settings.background_runs),
                limits=limits,
                prices=prices,
                news=news,
                window=parts.bounds.window,
                export=await stack.enter_async_context(open_span_export(settings)),
            )
            await stack.enter_async_context(keeping_up(database, report_days=settings.report_days))
            background = (
                await stack.enter_async_context(
                    running_worker(settings, database, service, chat_model, embedder)
                )
                if worker
                else None
            )
            await stack.enter_async_context(sweeping(service, picks_up=worker))
            approvals = ApprovalDesk(service)
            await stack.enter_async_context(closing_overdue(approvals))
            try:
                boards = Boards(shops, BookedWorkReader(database))
                yield Desk(
                    settings,
                    database,
                    shops,
                    registry,
                    chat_model,
                    service,
                    approvals,
                    BackgroundRuns(
                        service, settings.max_user_background_runs, settings.max_shop_background_runs
                    ),
                    boards,
                    memory,
                    recall,
                    Library(database, embedder),
                    search,
                    background,
                )
            finally:
                if background is not None:
                    background.stop()
                await service.drain(DRAIN_S)
    finally:
        await chat_model.aclose()


def _limits(settings: Settings, prices: PriceList, chat_model: ChatModel) -> TurnLimits:
    paid = {chat_model.name, (settings.small_model or "").strip() or chat_model.name} - {BUILTIN}
    if settings.shop_cost_per_day is not None and (unknown := sorted(paid - prices.prices.keys())):
        raise InvalidSetting(
            f"LEADHAND_SHOP_COST_PER_DAY: needs the price of {unknown[0]} in LEADHAND_PRICES"
        )
    return TurnLimits(
        max_shop_runs=settings.max_shop_runs,
        max_user_runs=settings.max_user_runs,
        shop_tokens_per_day=settings.shop_tokens_per_day,
        user_tokens_per_day=settings.user_tokens_per_day,
        shop_cost_per_day=settings.shop_cost_per_day,
        currency=prices.currency,
    )
