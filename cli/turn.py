"""One turn in this process, shown as it happens."""

import shlex
import sys
from uuid import uuid4

from cli.approving import ask_about
from cli.terminal import err
from cli.turn_display import Fault, TurnDisplay
from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InvalidRequest, NotFound
from leadhand.settings import Settings
from reports.opening import open_desk
from runs.active import FollowedRun
from runs.desk import Desk
from runs.replay import own_events
from runs.turn import TurnRequest
from storage.tenants import read_tenant


async def ask(
    settings: Settings, *, question: str, shop: str, user: str, chat_id: str | None
) -> Fault | None:
    """Run the turn to its end; the fault that ended it, if one did.

    Raises:
        NotFound: no such shop. InvalidRequest: nothing was asked, or too much.
        LeadhandError: why the turn could not start.
    """
    text = question.strip()
    if not text:
        raise InvalidRequest("The question is empty.")
    if len(text) > settings.max_message_chars:
        raise InvalidRequest(f"The question is longer than {settings.max_message_chars} characters.")
    async with open_desk(settings) as desk:
        tenant = await _caller(desk, shop, user)
        chat = chat_id or str(uuid4())
        turn = TurnRequest(chat, user_message_id=str(uuid4()), text=text)
        run: FollowedRun | None = await desk.runs.start_turn(tenant, turn)
        display = TurnDisplay(sys.stdout, err())
        over = False
        try:
            while run is not None:
                await _show(run, display)
                answers = await ask_about(display)
                run = await desk.approvals.answer_in_chat(tenant, chat, answers) if answers else None
            over = True
        finally:
            if not over:  # Ctrl-C: the stored conversation says that it was stopped
                await desk.runs.stop(tenant, chat)
            display.close()
        if chat_id is None:
            command = f"leadhand chat --shop {shop} --user {shlex.quote(user)} --thread {chat}"
            err().print(f"Continue with: {command} '…'", style="dim")
    return display.fault


async def _show(run: FollowedRun, display: TurnDisplay) -> None:
    """What the run says, to its end; not again what it goes on from."""
    async for batch in run.follow():
        for event in own_events(batch):
            display.show(event)


async def _caller(desk: Desk, shop: str, user: str) -> TenantContext:
    """Who sits at this terminal: may plan, as a server's planner, read the shop's documents, have reports
    made, and approve what is asked of them here.
    """
    permissions = frozenset(
        {
            Permission.PLANNING_READ,
            Permission.PLANNING_WRITE,
            Permission.APPROVE,
            Permission.KNOWLEDGE_READ,
            Permission.REPORTS_READ,
            Permission.REPORTS_WRITE,
        }
    )
    async with desk.database.transaction(Principal(shop, user, permissions)) as connection:
        found = await read_tenant(connection, tenant_id=shop)
    if found is None:
        raise NotFound(f"There is no shop {shop}; `leadhand demo --shop {shop}` makes one to try.")
    return TenantContext(shop, user, permissions, found.timezone, found.locale, as_of=utc_minute())
