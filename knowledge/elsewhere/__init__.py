"""What no shop's documents are about, to tell a question about something else altogether."""
