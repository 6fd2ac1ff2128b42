"""The navigation service: maps, search, routes, guidance and electric trips."""
