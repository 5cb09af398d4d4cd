"""How each library does a piece of work."""
