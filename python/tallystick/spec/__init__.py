"""What to measure: the declared instruments of one model, and the same inferred from data."""

from tallystick.spec.infer import resolve
from tallystick.spec.label_kind import declared_label_kind
from tallystick.spec.load import load_spec
from tallystick.spec.model import Spec
from tallystick.spec.resolved import Resolved, ResolvedColumn

__all__ = [
    "Resolved",
    "ResolvedColumn",
    "Spec",
    "declared_label_kind",
    "load_spec",
    "resolve",
]
