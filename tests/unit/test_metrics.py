"""Figures for Prometheus: documented, well named, and about no shop."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter

from leadhand.errors import EmptyWindow
from leadhand.metrics import REGISTRY, counted, model_tokens

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(leadhand_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)


def test_the_documented_figures_are_the_figures() -> None:
    model_tokens.labels("scripted", "input").inc(0)
    documented = {name: kind for name, kind, _ in ROW.findall(PAGE.read_text("utf-8"))}
    families = [family for family in REGISTRY.collect() if family.name.startswith("leadhand_")]
    served = {
        family.name + {"counter": "_total", "info": "_info"}.get(family.type, ""): "gauge"
        if family.type == "info"
        else family.type
        for family in families
    }
    assert documented == served


def test_the_documented_labels_are_the_labels() -> None:
    documented = {
        name: set(re.findall(r"`(\w+)`", labels)) for name, _, labels in ROW.findall(PAGE.read_text("utf-8"))
    }
    for family in REGISTRY.collect():
        for sample in family.samples:
            name = re.sub(r"_(bucket|sum|count)$", "", sample.name)
            if name.startswith("leadhand_"):
                assert set(sample.labels) - {"le"} == documented[name]


def test_no_figure_tells_shops_or_people_apart() -> None:
    labels = {
        label
        for _, _, labels in ROW.findall(PAGE.read_text("utf-8"))
        for label in re.findall(r"`(\w+)`", labels)
    }
    assert not [label for label in labels if re.search("tenant|shop|user|thread|run|chat", label)]


@pytest.fixture
def calls() -> Counter:
    return Counter("calls", "Calls.", ("name", "outcome"), registry=CollectorRegistry())


def outcomes(calls: Counter) -> dict[str, float]:
    samples = [sample for family in calls.collect() for sample in family.samples]
    return {sample.labels["outcome"]: sample.value for sample in samples if sample.name == "calls_total"}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (EmptyWindow("The window is empty."), "empty_window"),
        (asyncio.CancelledError(), "cancelled"),
        (RuntimeError("order 4711"), "internal_error"),
    ],
)
def test_what_fails_is_counted_by_its_code_and_raised_on(
    calls: Counter, error: BaseException, outcome: str
) -> None:
    with pytest.raises(type(error)), counted(calls, "x"):
        raise error
    assert outcomes(calls) == {outcome: 1}


def test_what_succeeds_is_counted_as_ok(calls: Counter) -> None:
    with counted(calls, "x"):
        pass
    assert outcomes(calls) == {"ok": 1}
