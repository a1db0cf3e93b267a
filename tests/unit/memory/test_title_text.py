"""Whatever a model writes, a title is one short line of plain words, or there is none."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.title_text import MAX_TITLE_CHARS, shape_title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Puma 3100 next month", "Puma 3100 next month"),
        ("  Puma\t3100   free \n", "Puma 3100 free"),
        ('"Puma 3100"', "Puma 3100"),
        ("„Auslastung der Fräserei“", "Auslastung der Fräserei"),
        ("Title: Puma 3100", "Puma 3100"),
        ("**Titel:** Puma 3100.", "Puma 3100"),
        ("# Load of the operators", "Load of the operators"),
        ("\n\n- Load of the operators\nand a reason", "Load of the operators"),
        ("<think>The planner asks\nabout a lathe.</think>\nPuma 3100", "Puma 3100"),
        ("Anna's vacation", "Anna's vacation"),
        ("3100\u202egnp.exe", "3100gnp.exe"),
        ("Pu\x1b[31mma\u0000 3100", "Pu[31mma 3100"),
        ("u\u0308berlast", "überlast"),
        ("Order\u200b 4711\u2028and more", "Order 4711"),
        ("Wann ist die Puma 3100 frei?", "Wann ist die Puma 3100 frei?"),
    ],
)
def test_what_a_model_writes_becomes_one_plain_line(written: str, title: str) -> None:
    assert shape_title(written) == title


@pytest.mark.parametrize(
    "written", ["", " \n\t", "***", '""', "\u202e\u200b", "...", "<think>and never an end"]
)
def test_where_there_are_no_words_there_is_no_title(written: str) -> None:
    assert shape_title(written) is None


def test_a_long_title_ends_with_a_whole_word() -> None:
    assert shape_title("Utilization of " + "the milling department and " * 5) == (
        "Utilization of the milling department and the milling"
    )


def test_a_title_of_one_long_word_is_cut_but_never_between_a_letter_and_its_accent() -> None:
    title = shape_title("x" * (MAX_TITLE_CHARS - 1) + "q\u0323" + "x" * 20)
    assert title == "x" * (MAX_TITLE_CHARS - 1)


@given(st.text(max_size=300))
def test_any_text_gives_a_clean_short_line_or_none(text: str) -> None:
    title = shape_title(text)
    if title is None:
        return
    assert 0 < len(title) <= MAX_TITLE_CHARS
    assert title == " ".join(title.split())
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in title)
    assert not set(title) & set('"“”«»„')
