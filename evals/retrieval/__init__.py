"""How well a shop's documents are searched, by questions that were written from the documents alone."""
