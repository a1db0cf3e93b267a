"""Which model answers, by the settings alone."""

import pytest
from pydantic import SecretStr

from leadhand.errors import InvalidSetting
from leadhand.settings import ModelClient, Settings
from models.endpoint import EndpointChatModel
from models.factory import open_chat_model

LOCAL = "http://127.0.0.1:1/v1"


def settings_with(**changes: str | float | SecretStr | None) -> Settings:
    plain: dict[str, str | float | SecretStr | None] = {
        "model": None,
        "openai_api_key": None,
        "openai_base_url": None,
    }
    return Settings().model_copy(update={**plain, **changes})


def test_with_nothing_set_the_built_in_model_answers() -> None:
    chat_model = open_chat_model(settings_with())
    assert (chat_model.name, chat_model.builtin) == ("builtin", True)


def test_the_built_in_model_can_be_asked_for_by_name_beside_a_key() -> None:
    chat_model = open_chat_model(settings_with(model="builtin", openai_api_key=SecretStr("sk-1")))
    assert chat_model.builtin


@pytest.mark.parametrize("where", [{"openai_base_url": LOCAL}, {"openai_api_key": SecretStr("sk-1")}])
async def test_an_endpoint_needs_the_models_name(where: dict[str, str | SecretStr]) -> None:
    with pytest.raises(InvalidSetting, match=r"^LEADHAND_MODEL: .*OPENAI_") as caught:
        open_chat_model(settings_with(**where))
    assert "\n" not in caught.value.message
    with pytest.raises(InvalidSetting):
        open_chat_model(settings_with(model="  ", **where))


def test_a_models_name_needs_an_endpoint() -> None:
    with pytest.raises(InvalidSetting, match="OPENAI_BASE_URL"):
        open_chat_model(settings_with(model="gpt-5"))


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "http://", "not a url", "http://[::1"])
def test_a_malformed_url_is_named_in_one_line(url: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^OPENAI_BASE_URL: [^\n]+$"):
        open_chat_model(settings_with(model="m", openai_base_url=url))


async def test_an_endpoint_is_asked_with_bounds_of_our_own_and_by_the_widely_spoken_api() -> None:
    chat_model = open_chat_model(
        settings_with(
            model="codex-9",
            openai_base_url=LOCAL,
            model_read_timeout_s=7.0,
            model_max_retries=1,
            model_client=ModelClient.OPENAI,
        )
    )
    model = chat_model.model
    assert isinstance(model, EndpointChatModel)
    assert (model.model_name, model.openai_api_base) == ("codex-9", LOCAL)
    assert model.use_responses_api is False
    assert model.stream_usage is True
    assert (model.stream_chunk_timeout, model.max_retries) == (7.0, 1)
    await chat_model.aclose()


async def test_a_key_alone_means_the_vendors_own_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", "http://elsewhere.invalid/v1")
    chat_model = open_chat_model(settings_with(model="gpt-5", openai_api_key=SecretStr("sk-1")))
    assert isinstance(chat_model.model, EndpointChatModel)
    assert chat_model.model.openai_api_base == "https://api.openai.com/v1"
    await chat_model.aclose()


@pytest.mark.parametrize("client", ModelClient)
@pytest.mark.parametrize("key", ["sk-1\n", "sk-1\r\nx-evil: 1", "schlüssel"])
def test_a_key_that_cannot_stand_in_a_header_is_named_without_being_shown(
    client: ModelClient, key: str
) -> None:
    with pytest.raises(InvalidSetting, match=r"^OPENAI_API_KEY: [^\n]+$") as caught:
        open_chat_model(settings_with(model="gpt-5", openai_api_key=SecretStr(key), model_client=client))
    assert key not in caught.value.message
