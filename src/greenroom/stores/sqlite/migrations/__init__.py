"""Changes of the schema, oldest first; see `stores.sqlite.version.VERSION`."""
