"""In the serving process and beside it: recorder, spool, collector, evaluator."""

from tallystick.monitoring.collector import Collected, Collector
from tallystick.monitoring.monitor import Monitor, Run
from tallystick.monitoring.recorder import Recorder
from tallystick.monitoring.sinks import CallbackSink, LogSink, Sink, Webhook
from tallystick.monitoring.spool import RecorderReport, Spool, SpooledWindow, read_spool

__all__ = [
    "CallbackSink",
    "Collected",
    "Collector",
    "LogSink",
    "Monitor",
    "Recorder",
    "RecorderReport",
    "Run",
    "Sink",
    "Spool",
    "SpooledWindow",
    "Webhook",
    "read_spool",
]
