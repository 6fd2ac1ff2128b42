"""The `carservices` command: one module per group of verbs, imported when it is used."""
