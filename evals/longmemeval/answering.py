"""Answers a question with a chat model that may search the person's conversations, and marks the answer."""

from dataclasses import dataclass, field

import orjson
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from evals.longmemeval.haystack import Item
from evals.longmemeval.person import person
from evals.longmemeval.prompts import load_prompt
from evals.shop import DemoShopSource, open_demo
from leadhand.errors import LeadhandError
from memory.recall import Recall
from tools.catalog import search_conversations
from tools.registry import ToolRegistry
from tools.rendering import render_error, render_for_model

# Messages of the model to one question.
MAX_STEPS = 8


def only_search(recall: Recall) -> ToolRegistry:
    """The one tool that the questions are about."""
    return ToolRegistry([search_conversations.TOOL], recall=recall)


@dataclass(frozen=True, slots=True)
class Answering:
    model: BaseChatModel
    registry: ToolRegistry
    _shop: DemoShopSource = field(default_factory=open_demo)

    async def answer(self, item: Item) -> str:
        """The model's last text; empty when it never came to one within MAX_STEPS."""
        model = self.model.bind_tools(self.registry.openai_tools())
        asked = f"{item.question_date}\n\n{item.question}"
        history: list[BaseMessage] = [SystemMessage(load_prompt("answer").text), HumanMessage(asked)]
        for _ in range(MAX_STEPS):
            reply = await model.ainvoke(history)
            if not reply.tool_calls:
                return reply.text
            history.append(reply)
            history += [await self._called(item, call) for call in reply.tool_calls]
        return ""

    async def is_right(self, item: Item, answer: str) -> bool:
        """Marked by the model itself; figures to be compared with others' want the dataset's own marking."""
        asked = {
            "question": item.question,
            "right": str(item.answer),
            "answer": answer,
            "unanswerable": item.unanswerable,
        }
        request = [SystemMessage(load_prompt("grade").text), HumanMessage(orjson.dumps(asked).decode())]
        return (await self.model.ainvoke(request)).text.strip().casefold().startswith("yes")

    async def _called(self, item: Item, call: ToolCall) -> ToolMessage:
        name, call_id = call["name"], str(call["id"])
        try:
            output = await self.registry.run(name, call["args"], person(item), self._shop, call_id=call_id)
        except LeadhandError as error:
            return ToolMessage(render_error(error), tool_call_id=call_id, name=name, status="error")
        return ToolMessage(render_for_model(output, call_id), tool_call_id=call_id, name=name)
