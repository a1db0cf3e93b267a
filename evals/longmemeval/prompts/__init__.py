"""The prompts of the runner; see `leadhand.prompts`."""

from leadhand.prompts import Prompt, read_prompt


def load_prompt(name: str) -> Prompt:
    """The prompt of `name`.md beside this file."""
    return read_prompt(__name__, name)
