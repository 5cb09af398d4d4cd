"""Counting: plans say how, profiles hold the counts."""

from tallystick.profiling.builder import profile, profile_like
from tallystick.profiling.plan import Plan
from tallystick.profiling.profiles import Profile, Slice, load

__all__ = ["Plan", "Profile", "Slice", "load", "profile", "profile_like"]
