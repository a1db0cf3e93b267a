"""The prompts of the memory; see `leadhand.prompts`."""
