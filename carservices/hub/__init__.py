"""The hub: the one process that owns the current values, checks rights and rates, fans out and routes calls."""
