"""Documents of six kinds, read into blocks of text that know where they stand."""
