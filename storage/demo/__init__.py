"""A believable demo shop, made from a seed: the same shop for the same seed, size and date."""
