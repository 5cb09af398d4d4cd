"""What changed between two profiles: measurements with a verdict, and curves to draw."""

from tallystick.comparison.builder import compare
from tallystick.comparison.comparison import Comparison, Instrument
from tallystick.comparison.measurement import Measurement

__all__ = ["Comparison", "Instrument", "Measurement", "compare"]
