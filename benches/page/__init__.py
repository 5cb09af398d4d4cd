"""The page that a run is shown on."""
