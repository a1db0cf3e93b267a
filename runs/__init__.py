"""The life of a run: admitted, executed, followed, stopped, and always brought to an end."""
