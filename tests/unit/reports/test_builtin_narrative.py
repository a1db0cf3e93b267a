"""The built-in model's opening text: what matters most first, and no number in it that is not a fact."""

from collections.abc import Mapping

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage

from models.builtin.small_model import BuiltinSmallModel
from reports.facts import ReportFacts, facts_of
from reports.forms.markdown import markdown
from reports.report import Narrative
from reports.wording import Words
from tests.unit.reports.made_reports import demo_report

LATE = {"en": "WO-7 is late by 3 h.", "de": "WO-7 ist um 3 h verspätet."}


def written(facts: ReportFacts) -> str:
    asked = {"language": facts.language, "figures": facts.figures, "facts": facts.said}
    return BuiltinSmallModel().invoke([HumanMessage(orjson.dumps(asked).decode())]).text


def figures(words: Words, values: Mapping[str, str]) -> dict[str, str]:
    return {key: f"{words(f'figure.{key}')}: {value}" for key, value in values.items()}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_demo_shops_opening_text_passes_the_check(language: str) -> None:
    report = demo_report(language)
    facts = facts_of(report.key_figures, report.sections, Words(language))
    text = written(facts)
    assert facts.check().faults(text) == ()
    assert facts.said["late_rows"][0] in text.split("\n\n")[0]
    assert facts.said["bottlenecks"][0] in text


@pytest.mark.parametrize(
    ("language", "who"), [("en", "the built-in model"), ("de", "dem eingebauten Modell")]
)
def test_the_report_says_that_the_builtin_model_worded_it(language: str, who: str) -> None:
    narrative = Narrative(paragraphs=("All is well.",), by="builtin")
    told = demo_report(language).model_copy(update={"narrative": narrative})
    assert who in markdown(told).decode()


COUNTS = st.integers(0, 3) | st.integers(4, 120)


KEYS = ("late_orders", "at_risk_orders", "unscheduled_orders", "conflict_errors")


@given(
    st.fixed_dictionaries(dict.fromkeys(KEYS, COUNTS)),
    st.sampled_from(["0", "0.5", "12"]),
    st.sampled_from(["en", "de"]),
)
def test_whatever_the_figures_are_the_text_passes_the_check(
    counts: dict[str, int], unassigned: str, language: str
) -> None:
    words = Words(language)
    if language == "de":
        unassigned = unassigned.replace(".", ",")
    values = {**{key: str(count) for key, count in counts.items()}, "unassigned": f"{unassigned} h"}
    said = {"late_rows": (LATE[language],)} if counts["late_orders"] else {}
    facts = ReportFacts(language, figures(words, values), said, frozenset({"WO-7"}))
    text = written(facts)
    assert facts.check().faults(text) == ()
    assert all(str(count) in text for count in counts.values() if count > 3)


def test_a_calm_shop_reads_first_how_full_it_is() -> None:
    capacity = "90 h of 120 h are planned, which is 75 %; 30 h are free."
    said = {"capacity": (capacity,), "bottlenecks": ("There is no bottleneck.",)}
    calm = figures(Words("en"), {"late_orders": "0", "at_risk_orders": "0", "conflict_errors": "0"})
    text = written(ReportFacts("en", calm, said, frozenset()))
    assert text == (
        f"There is no bottleneck. {capacity}\n\nNo order is late or at risk. The plan has no conflicts."
    )


def test_what_the_report_leaves_out_the_text_does_not_speak_of() -> None:
    assert written(ReportFacts("en", {}, {"data_trust": ("All is well.",)}, frozenset())) == "All is well."
