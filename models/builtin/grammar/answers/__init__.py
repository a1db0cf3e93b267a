"""How each result is worded, one file a tool."""
