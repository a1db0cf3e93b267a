"""SQL, one file a subject; read by `storage.named_queries`."""
