"""What is remembered of the person, as a section of the prompt: data between marks that it cannot close."""

from dataclasses import asdict

import orjson

from graph.prompts import load_prompt
from leadhand.errors import JsonValue
from storage.working_memory import WorkingMemory

# JSON has other ways to write these, so nothing that is remembered ends the section.
_MARKS = str.maketrans({"<": "\\u003c", ">": "\\u003e"})


def remembered_section(memory: WorkingMemory) -> str:
    """ "" when nothing is remembered."""
    told: dict[str, JsonValue] = {name: value for name, value in asdict(memory.profile).items() if value}
    if not told:
        return ""
    written = orjson.dumps(told).decode().translate(_MARKS)
    return f'{load_prompt("memory").text}\n\n<memory version="{memory.version}">\n{written}\n</memory>'
