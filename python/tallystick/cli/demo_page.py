"""What the demo prints of its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.cli import output

if TYPE_CHECKING:
    from tallystick.comparison import Comparison


def show_model(months: dict[str, Comparison]) -> None:
    """The model of the demo by month, and its worst segments in the last one."""
    from tallystick.rendering import series_text, worst_segments, worst_text

    last, report = list(months.items())[-1]
    output.say("THE MODEL BY MONTH   p_late: how likely a flight is to be over 15 minutes late")
    output.show(lambda console: series_text(months, score="p_late", label="late", console=console))
    output.say("  events: were late   scores: their mean   error: of the scores as probabilities")
    output.say("  cut: scored 0.30 and more   ! beyond tolerance   ? not judged")
    output.say()
    output.say(
        f"BY CARRIER IN {last}   late flights that were announced as such, against the others"
    )
    rows = worst_segments(report, score="p_late", metric="tpr_gap")
    output.show(lambda console: worst_text(rows, console=console))
    output.say()
