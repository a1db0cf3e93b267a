"""The schema, one SQL file a revision; `storage.migrate` runs them."""
