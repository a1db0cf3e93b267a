"""The demo shop's handbook, and the bundled model's vectors of its passages; see `knowledge.handbook`."""
