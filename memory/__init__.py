"""What is remembered of conversations beyond the window: titles."""
