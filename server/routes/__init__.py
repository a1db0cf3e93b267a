"""One module for each group of routes; each binds `router`."""
