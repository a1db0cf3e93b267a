"""The AI SDK UI message stream: run events in, server-sent events out."""
