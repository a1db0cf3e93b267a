"""Wires what a process needs to answer questions; the server and the command line open one each."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from graph.builder import compile_graph
from graph.conversation import StoredConversation
from graph.parts import Bounds, GraphParts, NoDocuments
from leadhand.settings import Settings
from models.factory import ChatModel, open_chat_model
from runs.service import RunService
from storage.database import Database
from storage.saver import TenantSaver
from storage.shops import ShopReader
from tools.registry import ToolRegistry

# Running turns get this long to finish on shutdown; then they end with a clean error.
DRAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Desk:
    settings: Settings
    database: Database
    shops: ShopReader
    registry: ToolRegistry
    chat_model: ChatModel
    runs: RunService


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncGenerator[Desk]:
    """Open database, model, tools and graph; on leaving, drain the runs first.

    Raises:
        DatabaseUnavailable, UnsafeDatabaseRole, SchemaOutdated, InvalidSetting: see where each is made.
    """
    registry = ToolRegistry.discover(timeout_s=settings.tool_timeout_s)
    chat_model = open_chat_model(settings)
    try:
        async with Database.open(settings) as database:
            shops = ShopReader(database)
            saver = TenantSaver(database.pool)
            parts = GraphParts(
                model=chat_model,
                registry=registry,
                shops=shops,
                conversation=StoredConversation(database),
                passages=NoDocuments(),
                bounds=Bounds.of(settings),
            )
            service = RunService(
                database=database,
                saver=saver,
                graph=compile_graph(parts, saver),
                registry=registry,
                model_name=chat_model.name,
                max_run_s=settings.max_run_s,
            )
            try:
                yield Desk(settings, database, shops, registry, chat_model, service)
            finally:
                await service.drain(DRAIN_S)
    finally:
        await chat_model.aclose()
