"""One file a tool: how it is asked for, what its arguments are, and how its result is worded."""
