"""The prompts of the knowledge; see `leadhand.prompts`."""
