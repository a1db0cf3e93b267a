"""Rules about several rows, judged once all files are laid out, before the tables would refuse."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from storage.exchange.cells import Header
from storage.exchange.entities import BY_NAME, Entity
from storage.exchange.problems import Findings, TooManyProblems, nearest, shown
from storage.exchange.routings import Circle, Resolved, RoutedOperation, UnknownPredecessor, check_routing
from storage.exchange.weeks import ShiftRow, overlapping_shifts
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_value
from storage.transactions import Connection

_OPERATIONS, _ALTERNATIVES = "operation.csv", "operation_alternative.csv"
_BOOKINGS, _SEGMENTS = "booking.csv", "booking_segment.csv"
_SQL = named_queries("exchange")
_Check: TypeAlias = Callable[[Connection, Entity, Findings], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Line:
    line: int


@dataclass(frozen=True, slots=True)
class _Pair:
    line: int
    other_line: int


@dataclass(frozen=True, slots=True)
class _Claim:
    line: int
    value: str
    other_line: int | None
    other_id: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    line: int
    contradicted: bool


@dataclass(frozen=True, slots=True)
class _Overlap:
    line: int
    id: str
    machine_id: str
    other_id: str


async def check_across_rows(connection: Connection, read: frozenset[str], findings: Findings) -> None:
    """Judge what is laid out of the files `read`, and settle what follows from other rows.

    A check that needs every row of its files is left out when one of them has a problem already.
    """
    checks: tuple[tuple[_Check, tuple[str, ...]], ...] = (
        *((_claims, (name,)) for name in sorted(read) if BY_NAME[name].unique),
        (_weeks, ("calendar_shift",)),
        (_segments, ("booking_segment",)),
        (_routings, ("operation",)),
        (_milestones, ("operation", "operation_alternative")),
        (_bookings, ("booking", "booking_segment")),
    )
    for check, entities in checks:
        files = [BY_NAME[name].file for name in entities]
        if not read & set(entities) or (check in _NEED_EVERY_ROW and findings.wrong(*files)):
            continue
        try:
            await check(connection, BY_NAME[entities[0]], findings)
        except TooManyProblems:
            findings.give_up(BY_NAME[entities[0]].file)


async def _claims(connection: Connection, entity: Entity, findings: Findings) -> None:
    params = {"entity": entity.name, "columns": list(entity.unique)}
    column = entity.unique[-1]
    for claim in await fetch_all(connection, _SQL["claimed_twice"], params, _Claim):
        if claim.other_line:
            other = f"row {claim.other_line}"
        else:
            other = f"the stored row with the id {shown(claim.other_id)}"
        findings.problem(
            entity.file, claim.line, f"{other} has the same", "one that no other row has",
            column=column, value=claim.value,
        )  # fmt: skip


async def _weeks(connection: Connection, entity: Entity, findings: Findings) -> None:
    shifts = await fetch_all(connection, _SQL["calendar_shifts"], {}, ShiftRow)
    for shift, other in overlapping_shifts(shifts):
        findings.problem(
            entity.file,
            shift.line,
            f"overlaps the shift of row {other.line}, {other.shown}",
            "shifts of one calendar that follow one another",
            column="start_local",
            value=shift.shown,
        )


async def _routings(connection: Connection, entity: Entity, findings: Findings) -> None:
    found = await fetch_all(connection, _SQL["routings"], {}, RoutedOperation)
    for _, order in groupby(found, key=lambda operation: operation.order_id):
        for outcome in check_routing(tuple(order)):
            if isinstance(outcome, Resolved):
                params = {"key": outcome.operation.id, "ids": list(outcome.ids)}
                await execute(connection, _SQL["route"], params)
            else:
                _tell_routing(entity, outcome, findings)


def _tell_routing(entity: Entity, outcome: UnknownPredecessor | Circle, findings: Findings) -> None:
    if isinstance(outcome, UnknownPredecessor):
        findings.problem(
            entity.file,
            outcome.operation.line,
            "is no operation of this order",
            nearest(outcome.cell, outcome.known) or "operations of the same order",
            column="predecessor_ids",
            value=outcome.cell,
        )
    else:
        findings.problem(
            entity.file,
            outcome.operation.line,
            f"waits for itself: {shown(' after '.join(outcome.path))}",
            "operations that come before, none that comes after",
            column="predecessor_ids",
        )


async def _milestones(connection: Connection, entity: Entity, findings: Findings) -> None:
    """What takes no time is a milestone; what does needs a machine."""
    for made in await fetch_all(connection, _SQL["make_milestones"], {}, _Line):
        findings.notice(_OPERATIONS, made.line, "takes no time and is stored as a milestone")
    for lonely in await fetch_all(connection, _SQL["without_machine"], {}, _Line):
        findings.problem(
            _OPERATIONS,
            lonely.line,
            "no machine can do this operation",
            f"a row in {_ALTERNATIVES}, or true in milestone, or subcontract_minutes",
        )


async def _segments(connection: Connection, entity: Entity, findings: Findings) -> None:
    for pair in await fetch_all(connection, _SQL["overlapping_segments"], {}, _Pair):
        findings.problem(
            _SEGMENTS,
            pair.line,
            f"overlaps a segment of the same booking, row {pair.other_line}",
            "segments that follow one another",
            column="start",
        )


async def _bookings(connection: Connection, entity: Entity, findings: Findings) -> None:
    """Envelopes follow segments; bookings that overlap on a machine are waived and told of."""
    said = await fetch_value(connection, _SQL["says_envelopes"], {}, bool)
    for query in ("lay_out_segmented", "complete_bookings"):
        await execute(connection, _SQL[query], {})
    for envelope in await fetch_all(connection, _SQL["span_envelopes"], {}, _Envelope):
        if envelope.contradicted and said:
            findings.notice(_BOOKINGS, envelope.line, "its segments say when it is, not its envelope")
    for nowhere in await fetch_all(connection, _SQL["without_envelope"], {}, _Line):
        findings.problem(
            _BOOKINGS,
            nowhere.line,
            "nothing says when this booking is",
            f"segments in {_SEGMENTS}, or envelope_start and envelope_end",
            column="envelope_start",
        )
    await execute(connection, _SQL["waive_overlaps"], {})
    told: set[frozenset[str]] = set()
    for overlap in await fetch_all(connection, _SQL["overlaps"], {}, _Overlap):
        pair = frozenset({overlap.id, overlap.other_id})
        if pair not in told:
            told.add(pair)
            findings.notice(
                _BOOKINGS,
                overlap.line or None,
                f"{shown(overlap.id)} overlaps {shown(overlap.other_id)} on {shown(overlap.machine_id)}; "
                "both are kept, as a waived conflict",
            )


async def check_append_only(connection: Connection, header: Header, findings: Findings) -> None:
    """Rows of a file that only adds, and yet say something else than what is stored."""
    entity = header.entity
    params = {"entity": entity.name, "keys": list(entity.keys), "given": list(header.given)}
    with suppress(TooManyProblems):
        for row in await fetch_all(connection, _SQL["changed"], params, _Line):
            findings.problem(
                entity.file,
                row.line,
                "says something else than the stored row, and such rows are never changed",
                "the row as it was, and the difference as a row with a later time",
            )


_NEED_EVERY_ROW: frozenset[_Check] = frozenset({_routings, _milestones, _bookings})
