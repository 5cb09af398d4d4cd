"""The race against other libraries: `make bench`."""
