"""One file a tool; the registry finds each module that binds `TOOL`."""
