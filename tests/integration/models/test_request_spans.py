"""Each request of a model call is a span of its own below it, whichever client sends it."""

from uuid import uuid4

import pytest

from leadhand.spans import SpanKind, Trace
from models.counted import counted_call
from tests.integration.models.asking import Recorder, Way, ask, environment_of, model_at, settings_for
from tests.integration.models.fault_table import SOON
from tests.integration.models.scripted_endpoint import WHOLE, endpoint, fails, sends, streams


@pytest.mark.parametrize("way", Way)
async def test_a_call_that_is_tried_again_shows_every_try_and_how_it_ended(way: Way) -> None:
    trace = Trace(uuid4())
    trace.begin()
    with environment_of(way) as client:
        async with (
            endpoint(fails(429, **SOON), sends(b""), streams(WHOLE)) as server,
            model_at(settings_for(server.url, client=client, retries=2)) as chat_model,
        ):
            with counted_call(chat_model.name) as call:
                await ask(chat_model, Recorder())
    model, *requests = trace.unsaved
    assert (model, model.kind, model.code) == (call, SpanKind.MODEL, None)
    assert {sent.parent_id for sent in requests} == {model.id}
    assert [(sent.code, sent.facts) for sent in requests] == [
        ("http_429", {"try_number": 1, "http_status": 429}),
        ("model_unavailable", {"try_number": 2}),
        (None, {"try_number": 3, "http_status": 200}),
    ]
    assert all(sent.ended_us is not None for sent in trace.unsaved)
