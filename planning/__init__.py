"""The arithmetic of the shop: pure functions over typed values, in integer UTC minutes."""
