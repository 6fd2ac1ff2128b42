"""The tests; a regular package, so that no installed one of this name comes first."""
