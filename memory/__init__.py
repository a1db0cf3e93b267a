"""What is remembered of conversations and people, and what of it is sent to the model."""
