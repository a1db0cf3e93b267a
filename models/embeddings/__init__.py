"""Vectors of texts, by which what is alike in meaning is found."""
