"""Search of a map: places, addresses and categories as text, and what is near."""
