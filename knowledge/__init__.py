"""Documents of a shop: read, cut into passages, found again."""
