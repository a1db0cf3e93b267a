"""Years that are counted from another beginning are proven or asked about, and told."""

import pytest

from storage.exchange.kinds import Refused
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.transforming import Transformed
from tests.unit.foreign.given_files import read, rows

HEAD = "工單號碼;數量;交期\n"


def _due(done: Transformed) -> list[str]:
    return [day for (day,) in rows(done, "production_order", "due_date")]


def _told(done: Transformed) -> list[str]:
    return [notice.text for notice in done.findings.notices if "another year" in notice.text]


@pytest.mark.parametrize("date", ["115/11/20", "115.11.20", "115-11-20", "1151120", "115年11月20日"])
def test_a_year_of_the_republic_of_china_is_asked_about_and_told(date: str) -> None:
    text = f"{HEAD}A;1;{date}\nB;2;{date}\n"
    asked = read(text)
    assert (asked[1], asked[0].findings.problems) == ({"era"}, [])
    done, open_ = read(text, {"era": "minguo"})
    assert (open_, _due(done), len(_told(done))) == (set(), ["2026-11-20", "2026-11-20"], 1)


def test_a_year_that_names_its_era_is_read_and_told() -> None:
    text = f"{HEAD}A;1;民國115年11月20日\nB;2;民國115/12/01\nC;3;1151204\n"
    done, asked = read(text)
    assert (asked, _due(done)) == (set(), ["2026-11-20", "2026-12-01", "2026-12-04"])
    assert _told(done) == ['3 dates are counted from another year: "民國115年11月20日" is 2026年11月20日']
    assert read("工單號碼;數量;交期(民國)\nA;1;115/11/20\n", {"due": "交期(民國)"})[1] == set()


def test_a_year_of_three_digits_that_is_of_no_era_is_refused() -> None:
    done, asked = read(f"{HEAD}A;1;115/11/20\n", {"era": "none"})
    assert asked == set()
    assert [problem.reason for problem in done.findings.problems] == ["has a year of three digits"]
    for text in ("115/11/20", "115年11月20日"):
        with pytest.raises(Refused, match="three digits"):
            parse_date(text, DateStyle("ymd"))


@pytest.mark.parametrize(
    "date", ["20/11/2569", "2569-11-20", "20112569", "20 พ.ย. 2569", "20 พฤศจิกายน พ.ศ. 2569"]
)
def test_a_buddhist_year_is_proven_where_no_date_is_of_ours_and_told(date: str) -> None:
    done, asked = read(f"เลขที่งาน;จำนวน;กำหนดส่ง\nA;1;{date}\n")
    assert (asked, _due(done), len(_told(done))) == (set(), ["2026-11-20"], 1)


def test_a_buddhist_year_beside_one_of_ours_is_asked_about() -> None:
    text = "Job;Qty;Due\nA;1;20/11/2569\nB;1;21/11/2026\n"
    asked = read(text)
    assert (asked[1], asked[0].findings.problems) == ({"era"}, [])
    assert _due(read(text, {"era": "buddhist"})[0]) == ["2026-11-20", "2026-11-21"]


def test_numbers_of_seven_digits_that_are_no_days_are_no_dates_and_dates_of_ours_stay() -> None:
    done, asked = read("Job;Qty;Due;Part\nA;1;2026-11-20;1151320\nB;1;9999-12-31;1159901\n")
    assert ("era" in asked, _due(done), _told(done)) == (False, ["2026-11-20", "9999-12-31"], [])


def test_days_in_korean_and_thai_words_are_read() -> None:
    days = ("2026년 12월 4일", "2026년12월4일", "4 ธ.ค. 2026", "4 ธันวาคม 2026")
    assert {str(parse_date(text, DateStyle()).day) for text in days} == {"2026-12-04"}
