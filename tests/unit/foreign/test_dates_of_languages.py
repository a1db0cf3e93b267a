"""Dates in words of many languages, in digits alone, and with a day of the week beside them."""

import pytest

from storage.exchange.kinds import Refused
from storage.foreign.date_forms import looks_like_date
from storage.foreign.dates import DateStyle, parse_date
from tests.unit.foreign.given_files import read, rows

HEAD = "Job;Qty;Due\n"


@pytest.mark.parametrize(
    "text",
    [
        "4 Aralık 2026", "4 joulukuuta 2026", "vendredi 4 décembre 2026", "4 de diciembre de 2026",
        "4. prosince 2026",
        "2026. december 4.", "2026. 12. 04.", "piątek, 4 grudnia 2026", "sexta-feira, 4 de dezembro de 2026",
        "4-Ara-26", "4. desember 2026", "pe 4. joulukuuta 2026", "2026年12月4日(金)",
        "令和8年12月4日", "04122026", "20261204", "4 decembrie 2026",
    ],
)  # fmt: skip
def test_a_date_in_words_of_its_language_is_that_day(text: str) -> None:
    assert looks_like_date(text) or text.isdecimal()
    assert (
        str(parse_date(text, DateStyle("dmy", digits=None if text[0] == "2" else "dmy")).day) == "2026-12-04"
    )


def test_a_word_that_is_no_month_and_one_that_is_two_are_asked_about() -> None:
    text = f"{HEAD}A;1;4 Qor 2026\nB;1;5 listopada 2026\nC;1;6 Dec 2026\n"
    assert read(text)[1] == {"month.Qor", "month.listopada"}
    done, asked = read(text, {"month.Qor": "12", "month.listopada": "10"})
    due = [day[:10] for (day,) in rows(done, "production_order", "due_date")]
    assert (asked, due) == (set(), ["2026-12-04", "2026-10-05", "2026-12-06"])
    told = read(text, {"month.Qor": "none", "month.listopada": "10"})[0].findings.problems
    assert [problem.reason for problem in told] == ["is not a date"]


def test_digits_alone_are_a_date_where_only_one_order_fits_all_of_them_and_asked_about_else() -> None:
    proven, asked = read(f"{HEAD}A;1;261204\nB;1;261231\n")
    due = [day[:10] for (day,) in rows(proven, "production_order", "due_date")]
    assert (asked, due) == (set(), ["2026-12-04", "2026-12-31"])
    either = f"{HEAD}A;1;261226\nB;1;271227\n"
    assert read(either)[1] == {"digits"}
    day = rows(read(either, {"digits": "dmy"})[0], "production_order", "due_date")
    assert [text[:10] for (text,) in day] == ["2026-12-26", "2027-12-27"]


def test_a_day_of_the_week_beside_a_date_that_is_another_day_is_an_error() -> None:
    with pytest.raises(Refused, match="Friday"):
        parse_date("Montag, 04.12.2026", DateStyle("dmy"))
    assert parse_date("Fr 04.12.2026", DateStyle("dmy")).day.day == 4


def test_short_words_before_a_number_are_no_days() -> None:
    assert [looks_like_date(text) for text in ("Dec 7", "Máy 1", "Pro 1", "Sub 3", "Out 5")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_six_digits_with_a_time_behind_them_are_a_date_in_the_order_that_is_said() -> None:
    text = "Job;Op;Part;Qty;There\nA;10;Bar;5;041226 08:00\nA;10;Rod;5;051226 24:00\n"
    given = {"rows": "materials", "order": "Job", "operation": "Op", "item": "Part", "needed": "Qty"}
    asked = read(text, given | {"available": "There"})[1]
    assert asked == {"digits"}
    found = [parse_date(text, DateStyle(digits="dmy")) for text in ("041226 08:00", "051226 24:00")]
    assert [moment.canonical for moment in found] == ["2026-12-04 08:00", "2026-12-06 00:00"]
