"""Stretches of a day or week are put as the date grammar takes them, and nothing else is touched."""

import pytest

from models.builtin.day_spans import with_day_spans


@pytest.mark.parametrize(
    ("text", "put"),
    [
        ("take it offline tomorrow morning 6-10", "take it offline tomorrow 6:00-10:00"),
        ("this afternoon, 2:30 to 4:30 pm", "today 14:30-16:30"),
        ("stay tonight from 4pm to 8pm", "stay today 16:00-20:00"),
        ("tomorrow afternoon 2 to 4", "tomorrow 14:00-16:00"),
        ("off Friday from noon on", "off Friday 12:00-24:00"),
        ("am Freitag ab 12 Uhr", "am Freitag 12:00-24:00"),
        ("Dwayne leaves at noon on Friday", "Dwayne leaves Friday 12:00-24:00"),
        ("the Puma is down all week", "the Puma is down this week"),
        ("die Zeiss fällt die ganze Woche aus", "die Zeiss fällt diese Woche aus"),
        ("go through next week", "look over next week"),
    ],
)
def test_a_stretch_is_told_by_its_hours_or_its_week(text: str, put: str) -> None:
    assert with_day_spans(text) == put


@pytest.mark.parametrize(
    "text",
    [
        "out the whole week of December 7",
        "out the whole week from Monday",
        "is Friday free from 2 pm",
        "Puma 3100 tomorrow morning 6-10 hours",
        "tomorrow 6-10",
    ],
)
def test_what_the_date_grammar_reads_otherwise_is_left(text: str) -> None:
    assert with_day_spans(text) == text
