"""The main job on real data: all flights that left New York City in 2013."""

from tallystick.demo.run import Demo

__all__ = ["Demo"]
