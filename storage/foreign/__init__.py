"""Files of other systems, read through a mapping of the shop into the rows of the canonical import."""
