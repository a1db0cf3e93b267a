"""Prompts, one file per purpose. The first line names the version, which goes into the trace."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    version: int
    text: str


@cache
def read_prompt(package: str, name: str) -> Prompt:
    """The prompt of `name`.md in the package; its first line is `version: N`."""
    first, _, text = (files(package) / f"{name}.md").read_text("utf-8").partition("\n")
    return Prompt(name=name, version=int(first.removeprefix("version:").strip()), text=text.strip())
