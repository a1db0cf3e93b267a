"""A shop as a folder of CSV files: what the files are, reading them into the shop, writing them from it."""
