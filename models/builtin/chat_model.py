from langchain_core.language_models.fake_chat_models import FakeListChatModel


class BuiltinChatModel(FakeListChatModel):
    responses: list[str] = ["x"]
