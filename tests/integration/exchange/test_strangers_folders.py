"""Folders that cannot be taken: every fault told with its row, and nothing changed."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from leadhand.context import Principal
from storage.database import Database
from storage.exchange.importing import import_folder
from storage.exchange.problems import MAX_PROBLEMS_A_FILE
from tests.integration.exchange.conftest import PLANT, Take, laid_down, notes, told, version

CASES: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "a row that refers to nothing": (
        {"machine": "id,code,work_center_id,calendar_id\nm,M,latehs,day\n"},
        ['machine.csv row 2, work_center_id "latehs": there is no such work center; right would be: lathes'],
    ),
    "a key that comes twice": (
        {"skill": "id,code\nmill,MILL\nmill,SAW\n"},
        ['skill.csv row 3, id "mill": the same id as row 2; right would be: one row for each'],
    ),
    "an external id that comes twice": (
        {"skill": "id,external_id,code\na,E,A\nb,E,B\n"},
        [
            'skill.csv row 3, external_id "import E": the same source, external_id as row 2; '
            "right would be: one row for each"
        ],
    ),
    "a part that comes twice": (
        {"operator_skill": "operator_id,skill_id\nanna,turn\nanna,turn\n"},
        [
            'operator_skill.csv row 3, valid_from "anna turn -": the same operator_id, skill_id, valid_from '
            "as row 2; right would be: one row for each"
        ],
    ),
    "a code that another row of the file has": (
        {"skill": "id,code\na,A\nb,A\n"},
        ['skill.csv row 3, code "A": row 2 has the same; right would be: one that no other row has'],
    ),
    "a code that a stored row has": (
        {"machine": "id,code,work_center_id,calendar_id\nm,PUMA,lathes,day\n"},
        [
            'machine.csv row 2, code "PUMA": the stored row with the id puma has the same; '
            "right would be: one that no other row has"
        ],
    ),
    "two steps at one place of an order": (
        {"operation": "id,order_id,seq,setup_min,run_s_per_piece\nx,wo-1,10,0,0\n"},
        [
            'operation.csv row 2, seq "10": the stored row with the id op-1 has the same; '
            "right would be: one that no other row has"
        ],
    ),
    "shifts of one calendar that overlap": (
        {
            "calendar_shift": "calendar_id,weekday,start_local,end_local\n"
            "day,1,06:00,14:00\nday,1,13:00,15:00\n"
        },
        [
            'calendar_shift.csv row 3, start_local "weekday 1 13:00-15:00": overlaps the shift of row 2, '
            "weekday 1 06:00-14:00; right would be: shifts of one calendar that follow one another"
        ],
    ),
    "a predecessor of no operation": (
        {"operation": "id,order_id,seq,predecessor_ids,setup_min,run_s_per_piece\nop-2,wo-1,20,op-9,0,0\n"},
        ['operation.csv row 2, predecessor_ids "op-9": is no operation of this order; right would be: op-1'],
    ),
    "operations that wait for each other": (
        {
            "operation": "id,order_id,seq,predecessor_ids,setup_min,run_s_per_piece\n"
            "op-1,wo-1,10,op-2,30,360\nop-2,wo-1,20,op-1,0,0\n"
        },
        [
            "operation.csv row 2, predecessor_ids: waits for itself: op-1 after op-2 after op-1; "
            "right would be: operations that come before, none that comes after"
        ],
    ),
    "an operation that no machine can do": (
        {"operation": "id,order_id,seq,setup_min,run_s_per_piece\nop-3,wo-1,30,5,0\n"},
        [
            "operation.csv row 2: no machine can do this operation; right would be: a row in "
            "operation_alternative.csv, or true in milestone, or subcontract_minutes"
        ],
    ),
    "segments of one booking that overlap": (
        {
            "booking_segment": "booking_id,start,end\n"
            "b-1,2026-12-07 06:00,2026-12-07 07:00\nb-1,2026-12-07 06:30,2026-12-07 08:00\n"
        },
        [
            "booking_segment.csv row 3, start: overlaps a segment of the same booking, row 2; "
            "right would be: segments that follow one another"
        ],
    ),
    "a booking at no time": (
        {"booking": "id,operation_id,machine_id\nb-9,op-1,puma\n"},
        [
            "booking.csv row 2, envelope_start: nothing says when this booking is; right would be: segments "
            "in booking_segment.csv, or envelope_start and envelope_end"
        ],
    ),
    "a local time that does not exist": (
        {"downtime": "id,machine_id,start,kind\nd,puma,2026-03-08 02:30,breakdown\n"},
        [
            'downtime.csv row 2, start "2026-03-08 02:30": does not exist in America/Chicago: the clocks go '
            "forward over it; right would be: 2026-03-08 03:30, or the offset that is meant behind the time"
        ],
    ),
    "another shop's row": (
        {"tenant_settings": "name,timezone\nA,UTC\nB,UTC\n"},
        ["tenant_settings.csv row 3: a shop has one row; right would be: this row in another folder"],
    ),
    "no row of the shop": (
        {"tenant_settings": "name,timezone\n"},
        ["tenant_settings.csv: has no row; right would be: the shop's one row"],
    ),
    "a row with too few cells": (
        {"skill": "id,code,name\nmill,MILL\n"},
        [
            "skill.csv row 2: has 2 cells; right would be: 3, one for each column of the header; "
            "a cell with a comma stands in quotes"
        ],
    ),
    "a decimal comma without quotes": (
        {"operation": "id,order_id,seq,setup_min,run_s_per_piece\nop-1,wo-1,10,1,5,360\n"},
        [
            "operation.csv row 2: has 6 cells; right would be: 5, one for each column of the header; "
            "a cell with a comma stands in quotes"
        ],
    ),
    "a file that ends within a quote": (
        {"skill": 'id,code\nmill,MILL\nsaw,"SAW\n'},
        [
            "skill.csv row 3: has a quote that is never closed, or a cell far too long; "
            'right would be: a " at the end of the cell'
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_fault_is_told_with_its_row_and_nothing_is_changed(
    database: Database, who: Principal, take: Take, case: str
) -> None:
    await take(PLANT)
    before = await version(database, who)
    files, expected = CASES[case]
    assert told(await take(files)) == expected
    assert await version(database, who) == before


async def test_the_faults_of_all_files_are_told_at_once(take: Take) -> None:
    report = await take(
        {
            **PLANT,
            "skill": "id,code\nturn,\n",
            "machine": PLANT["machine"].replace("lathes,day", "lathes,night"),
            "booking_segment": PLANT["booking_segment"].replace("07:30", "7.30"),
        }
    )
    assert [(p.file, p.row, p.column) for p in report.problems] == [
        ("skill.csv", 2, "code"),
        ("machine.csv", 2, "calendar_id"),
        ("machine.csv", 3, "calendar_id"),
        ("booking_segment.csv", 2, "end"),
    ]


async def test_a_wrong_row_does_not_make_wrong_what_refers_to_it(take: Take) -> None:
    report = await take({**PLANT, "machine": PLANT["machine"].replace("Puma 3100", "x" * 10_001)})
    assert [(p.file, p.row, p.column) for p in report.problems] == [("machine.csv", 2, "name")]


async def test_rows_of_a_file_that_cannot_be_read_are_not_missed_elsewhere(take: Take) -> None:
    report = await take({**PLANT, "machine": PLANT["machine"].replace(",", ";")})
    assert [(p.file, p.row) for p in report.problems] == [("machine.csv", 1)]
    assert report.given_up == {"machine.csv"}


async def test_a_file_full_of_faults_is_read_to_its_bound_and_the_next_one_too(take: Take) -> None:
    wrong = "".join(f"s{n},\n" for n in range(MAX_PROBLEMS_A_FILE * 3))
    report = await take({**PLANT, "skill": f"id,code\n{wrong}", "operator": "id,code\nanna,ANNA\n"})
    assert [p.file for p in report.problems].count("skill.csv") == MAX_PROBLEMS_A_FILE
    assert [p.file for p in report.problems].count("operator.csv") == 1
    assert "skill.csv" in report.given_up


async def test_an_hour_that_exists_twice_is_taken_as_the_first_and_noted(take: Take) -> None:
    await take(PLANT)
    report = await take({"downtime": "id,machine_id,start,kind\nd,puma,2026-11-01 01:30,breakdown\n"})
    assert told(report) == []
    assert notes(report) == [
        'downtime.csv row 2: start "2026-11-01 01:30" exists twice in America/Chicago; '
        "taken as the first, 2026-11-01T01:30-05:00"
    ]


async def test_local_times_are_those_of_the_zone_that_the_folder_gives_the_shop(
    database: Database, who: Principal, tmp_path: Path
) -> None:
    berlin = PLANT["tenant_settings"].replace("America/Chicago", "Europe/Berlin")
    downtime = "id,machine_id,start,kind\nd,puma,2026-03-29 02:30,breakdown\n"
    folder = laid_down(tmp_path / "plan", {**PLANT, "tenant_settings": berlin, "downtime": downtime})
    report = await import_folder(database, who, folder)
    assert [text.partition(": does")[0] for text in told(report)] == [
        'downtime.csv row 2, start "2026-03-29 02:30"'
    ]
