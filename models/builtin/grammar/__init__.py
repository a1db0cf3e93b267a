"""What the built-in model knows of language, as data; the code around it is a general matcher."""
