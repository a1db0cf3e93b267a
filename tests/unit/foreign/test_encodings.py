"""Text whose encoding nobody says: which ones are offered, with which words."""

import pytest

from storage.foreign.decisions import Choice, Decisions
from storage.foreign.delimited import read_text
from storage.foreign.encodings import with_kept


def offered(raw: bytes) -> dict[str, str]:
    decisions = Decisions({})
    assert read_text(raw, "jobs.csv", decisions) is None
    choices: tuple[Choice, ...] = decisions.questions["encoding"].choices
    return {choice.value: choice.meaning for choice in choices}


def test_the_words_that_are_shown_are_those_in_which_encodings_differ() -> None:
    words = "Ühik;Pärnu;väljavõte;tööaeg;lõpp;käik;mõõt;Lihvimine Ø40h6"
    found = offered(words.encode("cp1257"))
    assert ("¨40h6" in found["cp1252"], "Ø40h6" in found["cp1257"]) == (True, True)
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "受注番号;品名\nA1;旋盤加工 ボルト"), ("cp949", "주문번호;품명\n1;선반 가공"),
        ("cp874", "ใบสั่ง;จำนวน"), ("cp866", "Заказ;Количество;Станок"), ("koi8-r", "Заказ;Количество;Станок"),
        ("cp1251", "Заказ;Количество;Станок"),
    ],
)  # fmt: skip
def test_an_encoding_that_gives_words_of_one_script_comes_first(encoding: str, text: str) -> None:
    assert next(iter(offered(text.encode(encoding)).items())) == (
        encoding, " ".join(word for word in text.replace(";", " ").split() if not word.isascii()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "订单号;品名\n1;车床加工"), ("big5", "訂單號;品名\n1;車床加工"),
        ("cp852", "Zakázka;Množství\nŘezání;Soustružení"),
        ("cp1254", "Sipariş;Miktarı;Taşlama"), ("cp850", "Größe;Rüsten;Ärmel"),
    ],
)  # fmt: skip
def test_an_encoding_of_a_region_is_offered(encoding: str, text: str) -> None:
    assert encoding in offered(text.encode(encoding))


def test_an_encoding_that_was_confirmed_is_tried_whichever_it_is() -> None:
    raw = "Pöntun;Þjónusta".encode("cp861")
    assert "cp861" not in offered(raw)
    assert with_kept(raw, ["cp861", "ascii"])[-1] == "cp861"
