"""Results for other programs: one file for each format or transport.

Nothing here is loaded by `import tallystick`, and no module loads its library before it is used.
"""
