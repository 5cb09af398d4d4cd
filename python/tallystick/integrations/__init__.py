"""tallystick inside other programs: one file a host, each imported by whoever has it."""
