"""Which machine, work center or operator a person means by what they typed."""

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import Ambiguous, LeadhandError, NotFound
from planning.shop import Machine, Operator, Shop, ShopSettings, WorkCenter
from tools.names import find_machine, find_machines, find_operator, find_skill, find_work_center

MACHINES = [
    ("M-07", "Puma 3100", "turn"),
    ("M-08", "Puma 2600", "turn"),
    ("L-1", "Lathe 1", "turn"),
    ("L-10", "Lathe 10", "turn"),
    ("VF-4", "Haas VF-4", "mill"),
    ("VF-2SS", "Haas VF-2SS", "mill"),
    ("DMU50", "DMG Mori DMU 50", "mill"),
]
OPERATORS = [("OP1", "Anna Kowalski"), ("OP2", "Jörg Müller"), ("OP3", "Jan Novak"), ("OP4", "Anna Schmidt")]


def machine(code: str, name: str, center: str = "turn", *, active_to: int | None = None) -> Machine:
    return Machine(f"id-{code}", code, name, center, "cal", active_to=active_to)


def shop(machines: Iterable[Machine] = ()) -> Shop:
    rows = list(machines) or [machine(*row) for row in MACHINES]
    centers = [WorkCenter("turn", "TURN", "Turning"), WorkCenter("mill", "MILL", "Milling")]
    operators = [Operator(f"id-{code}", code, name, "cal") for code, name in OPERATORS]
    return Shop(
        ShopSettings("demo", "UTC"),
        machines={row.id: row for row in rows},
        work_centers={row.id: row for row in centers},
        operators={row.id: row for row in operators},
    )


SHOP = shop()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("M-07", "M-07"),
        ("m07", "M-07"),
        (" m 07 ", "M-07"),
        ("Puma 3100", "M-07"),
        ("PUMA3100", "M-07"),
        ("puma-3100", "M-07"),
        ("3100 Puma", "M-07"),
        ("the Puma 3100", "M-07"),
        ("machine Puma 3100", "M-07"),
        ("vf4", "VF-4"),
        ("VF 4", "VF-4"),
        ("Haas VF4", "VF-4"),
        ("L1", "L-1"),
        ("lathe 10", "L-10"),
        ("dmg mori dmu50", "DMU50"),
    ],
)
def test_a_code_or_name_is_found_however_it_is_written(asked: str, code: str) -> None:
    found = find_machine(SHOP, asked)
    assert found.row.code == code
    assert found.assumption is None


@pytest.mark.parametrize(("asked", "code"), [("Mori", "DMU50"), ("3100", "M-07"), ("dmu", "DMU50")])
def test_a_part_of_a_name_that_only_one_machine_has_is_taken_and_said(asked: str, code: str) -> None:
    found = find_machine(SHOP, asked)
    assert found.row.code == code
    assert found.assumption is not None
    assert f"“{asked}” was taken as the machine" in found.assumption


@pytest.mark.parametrize(
    ("asked", "code"),
    [("Pumma 3100", "M-07"), ("Pmua 3100", "M-07"), ("puna3100", "M-07"), ("Lahte 10", "L-10")],
)
def test_one_clear_misspelling_is_taken_and_said(asked: str, code: str) -> None:
    found = find_machine(SHOP, asked)
    assert found.row.code == code
    assert found.assumption is not None
    assert found.assumption.startswith(f"There is no machine “{asked}”; {found.row.name} ({code}) was taken")


@pytest.mark.parametrize(
    "asked", ["Puma 3000", "Puma 310", "Puma 31000", "M-7", "Lathe 2", "VF-5", "DMU 5", "2"]
)
def test_another_number_is_another_machine(asked: str) -> None:
    with pytest.raises(NotFound) as missing:
        find_machine(SHOP, asked)
    assert missing.value.details["name"] == asked


def test_what_is_missing_comes_with_near_misses() -> None:
    with pytest.raises(NotFound) as missing:
        find_machine(SHOP, "Puma 3000")
    assert missing.value.details == {
        "kind": "machine",
        "name": "Puma 3000",
        "suggestions": [
            {"id": "id-M-07", "code": "M-07", "name": "Puma 3100"},
            {"id": "id-M-08", "code": "M-08", "name": "Puma 2600"},
        ],
    }
    assert missing.value.message == (
        "There is no machine “Puma 3000”. Did you mean Puma 3100 (M-07) or Puma 2600 (M-08)?"
    )


@pytest.mark.parametrize(("asked", "codes"), [("Puma", ["M-07", "M-08"]), ("haas", ["VF-2SS", "VF-4"])])
def test_a_name_that_fits_several_is_ambiguous_with_choices(asked: str, codes: list[str]) -> None:
    with pytest.raises(Ambiguous) as several:
        find_machine(SHOP, asked)
    choices = several.value.details["choices"]
    assert isinstance(choices, list)
    assert [choice["code"] for choice in choices if isinstance(choice, dict)] == codes
    assert several.value.details["total"] == len(codes)


def test_two_misspellings_away_from_two_machines_is_not_guessed() -> None:
    twins = shop([machine("A", "Okuma 5"), machine("B", "Okuna 5")])
    with pytest.raises(NotFound):
        find_machine(twins, "Okuta 5")


def test_the_literal_code_wins_over_one_that_differs_in_a_hyphen() -> None:
    twins = shop([machine("VF4", "Old mill"), machine("VF-4", "New mill")])
    assert find_machine(twins, "vf-4").row.name == "New mill"
    assert find_machine(twins, "VF4").row.name == "Old mill"
    with pytest.raises(Ambiguous):
        find_machine(twins, "VF 4")


def test_a_code_wins_over_a_name() -> None:
    crossed = shop([machine("A1", "B2"), machine("B2", "A1")])
    assert find_machine(crossed, "a1").row.code == "A1"


def test_two_machines_of_one_name_are_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        find_machine(shop([machine("A", "Puma 3100"), machine("B", "puma 3100")]), "Puma 3100")


def test_a_machine_out_of_use_is_still_found() -> None:
    assert find_machine(shop([machine("M-99", "Old lathe", active_to=5)]), "old lathe").row.active_to == 5


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("kowalski", "OP1"),
        ("Kowalski, Anna", "OP1"),
        ("Müller", "OP2"),
        ("mueller", "OP2"),
        ("muller", "OP2"),
        ("Joerg Mueller", "OP2"),
        ("Frau Kowalski", "OP1"),
        ("Kovalski", "OP1"),
        ("Novack", "OP3"),
    ],
)
def test_people_are_found_by_a_name_and_with_or_without_umlauts(asked: str, code: str) -> None:
    assert find_operator(SHOP, asked).row.code == code


def test_a_first_name_that_two_people_have_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match="Anna Kowalski"):
        find_operator(SHOP, "Anna")


@pytest.mark.parametrize("asked", ["turning", "Turning machines", "TURN", "the turning"])
def test_a_work_center_among_machines_stands_for_its_machines(asked: str) -> None:
    found = find_machines(SHOP, [asked, "m-07", "VF-4"])
    assert [row.code for row in found.rows] == ["L-1", "L-10", "M-07", "M-08", "VF-4"]
    assert found.assumptions == (
        "Turning (TURN) is a work center; its machines were taken: L-1, L-10, M-07, M-08.",
    )


def test_a_work_center_is_found_by_plural_and_misspelling() -> None:
    assert find_work_center(SHOP, "Turnings").row.code == "TURN"
    assert find_work_center(SHOP, "Miling").assumption is not None


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "   ",
        "\x00\x1b[31m",
        "x" * 10_000,
        "Puma 3100" + " " * 200,
        "\u202e\u202e",
        "🛠",
        "-",
        "'; drop table",
    ],
)
def test_hostile_names_are_simply_not_found(asked: str) -> None:
    for find in (find_machine, find_operator, find_work_center, find_skill):
        with pytest.raises(NotFound) as missing:
            find(SHOP, asked)
        assert len(missing.value.message) < 400
        assert missing.value.message.isprintable()


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_finds_one_row_or_a_coded_reason(text: str) -> None:
    try:
        found = find_machines(SHOP, [text])
    except LeadhandError as missing:
        codes = {missing.code}
    else:
        codes = {row.code for row in found.rows}
    assert codes <= {"not_found", "ambiguous"} | {code for code, *_ in MACHINES}


@given(st.sampled_from(MACHINES), st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_digit_is_never_taken_for_the_machine(
    row: tuple[str, str, str], data: st.DataObject
) -> None:
    name = row[1]
    places = [index for index, char in enumerate(name) if char.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != name[place]]))
    changed = name[:place] + digit + name[place + 1 :]
    try:
        found = find_machine(SHOP, changed).row.code
    except LeadhandError:
        found = ""
    assert found != row[0]


@given(st.sampled_from(MACHINES), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_case_gaps_and_word_order_do_not_count(row: tuple[str, str, str], random: Random) -> None:
    words = row[1].replace("-", " ").split()
    random.shuffle(words)
    asked = random.choice([" ", "-", "_", "  "]).join(
        random.choice([word.upper(), word.lower()]) for word in words
    )
    assert find_machine(SHOP, asked).row.code == row[0]
