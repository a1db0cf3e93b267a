from collections.abc import Generator

import pytest

from tests.acceptance.consumer import Consumer
from tests.acceptance.scripted_model import ScriptedModel


@pytest.fixture(scope="session")
def scripted_model_process() -> Generator[ScriptedModel]:
    """The one scripted model that the shared servers talk to."""
    with ScriptedModel() as model:
        yield model


@pytest.fixture
def scripted_model(scripted_model_process: ScriptedModel) -> Generator[ScriptedModel]:
    """The scripted model, with an empty script; a test may not leave a request that it did not script."""
    scripted_model_process.play()
    yield scripted_model_process
    assert scripted_model_process.unscripted == 0, "the model was asked more often than the test scripted"


@pytest.fixture(scope="session")
def consumer() -> Generator[Consumer]:
    """The npm package `ai` in its own Node process."""
    with Consumer() as process:
        yield process
