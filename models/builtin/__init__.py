"""The model for a shop that has none: deterministic, without a network, honest about what it understands."""
