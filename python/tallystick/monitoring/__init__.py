"""In the serving process: rows recorded one by one, and the spool that they are written to."""

from tallystick.monitoring.recorder import Recorder
from tallystick.monitoring.spool import RecorderReport, Spool, SpooledWindow, read_spool

__all__ = ["Recorder", "RecorderReport", "Spool", "SpooledWindow", "read_spool"]
