"""`tallystick explain`: why a stored window did or did not raise an alert."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli import output
from tallystick.cli.options import Json, Model, StorePlace
from tallystick.errors import MissingColumnError, ParameterError, did_you_mean

if TYPE_CHECKING:
    from tallystick.comparison import Measurement
    from tallystick.judging.decisions import Decision
    from tallystick.judging.rules import Rules
    from tallystick.rendering.explanation import Case
    from tallystick.storage import Store

    Measured = dict[tuple[str, str, str], tuple[Measurement, str]]


def explain(
    instrument: Annotated[
        str | None, typer.Argument(help="The column; all of them if left out.")
    ] = None,
    store: StorePlace = "",
    window: Annotated[
        str | None,
        typer.Option("--window", "-w", help="When the window starts; the latest if left out."),
    ] = None,
    segment: Annotated[
        str, typer.Option("--segment", help='"all", or a segment as column=value.')
    ] = "all",
    metric: Annotated[
        str | None, typer.Option("--metric", help="Only this metric of the column.")
    ] = None,
    model: Model = None,
    as_json: Json = False,
) -> int:
    """Say why a stored window did or did not raise an alert."""
    if not store:
        raise typer.BadParameter("expected a store: --store model.db", param_hint="--store")
    from tallystick.storage import Store

    kept = Store(store, read_only=True)
    chosen = _model(kept, model)
    decisions = _decisions(kept, chosen, window)
    rules = kept.rules(model=chosen)
    if instrument is None:
        _show_all(kept, decisions, rules, as_json)
    else:
        _show(kept, _about(decisions, instrument, segment, metric), rules, as_json)
    return 0


def _model(store: Store, model: str | None) -> str:
    known = sorted({one.model for one in store.windows()})
    if model is None and len(known) == 1:
        return known[0]
    if model in known:
        return model
    if not known:
        raise ParameterError(
            "store: expected one with windows, got none",
            hint="`tallystick monitor` fills it",
            name="store",
        )
    got = "none" if model is None else model
    raise ParameterError(
        f"model: expected one of {', '.join(known)}, got {got}",
        hint=did_you_mean(model or "", known) or "name one with --model",
        name="model",
    )


def _decisions(store: Store, model: str, window: str | None) -> list[Decision]:
    """Those about the window, or about the latest."""
    if window is None:
        latest = max((one.window_start for one in store.standing(model=model)), default=None)
        found = [] if latest is None else store.decisions(model=model, since=latest)
    else:
        from tallystick.profiling.windows import instant

        second = instant(window)
        found = store.decisions(model=model, since=second, until=second + 1)
    if not found:
        starts = [one.start for one in store.windows(model=model) if one.evaluated_revision]
        span = f"judged windows: {starts[0]} to {starts[-1]}" if starts else "none was judged yet"
        raise ParameterError(
            "window: expected the start of a window that was judged", hint=span, name="window"
        )
    return found


def _about(
    decisions: list[Decision], instrument: str, segment: str, metric: str | None
) -> list[Decision]:
    of_column = [one for one in decisions if one.instrument == instrument]
    if not of_column:
        known = sorted({one.instrument for one in decisions})
        raise MissingColumnError(
            f"no instrument {instrument} was judged in this window",
            hint=did_you_mean(instrument, known) or f"judged: {', '.join(known[:8])}",
            columns=[instrument],
        )
    of_part = [one for one in of_column if one.segment == segment]
    chosen = [one for one in of_part if metric in (None, one.metric)]
    if not chosen:
        expected = "metric" if of_part else "segment"
        known = sorted({getattr(one, expected) for one in (of_part or of_column)})
        raise ParameterError(
            f"{expected}: expected one that was judged for {instrument}",
            hint=f"judged: {', '.join(known[:8])}",
            name=expected,
        )
    return chosen


def _measured(store: Store, one: Decision, against: str) -> Measured:
    """Measurements of the decision's window, with the season they were made with."""
    from tallystick.comparison.measurement import measurements_of

    start = one.window_start
    table = store.measurements(model=one.model, against=against, since=start, until=start + 1)
    seasons = table["season"].to_pylist()
    rows = zip(measurements_of(table), seasons, strict=True)
    return {(row.instrument, row.segment, row.metric): (row, season) for row, season in rows}


def _show_all(store: Store, decisions: list[Decision], rules: Rules, as_json: bool) -> None:
    from tallystick.rendering.explanation import overview_text, why

    measured = _measured(store, decisions[0], "baseline")
    rows = {key: row for key, (row, _) in measured.items()}
    if as_json:
        told = [{**one.to_dict(), "why": why(one, rows.get(one.key), rules)} for one in decisions]
        output.print_json({"rules": asdict(rules), "decisions": told})
    else:
        output.show(lambda console: overview_text(decisions, rows, rules, console))


def _show(store: Store, decisions: list[Decision], rules: Rules, as_json: bool) -> None:
    from tallystick.rendering.explanation import case_text

    cases = [_case(store, one) for one in decisions]
    if as_json:
        output.print_json({"rules": asdict(rules), "cases": [_as_dict(c, rules) for c in cases]})
        return
    for number, case in enumerate(cases):
        if number:
            output.say()
        output.show(partial(case_text, case, rules))


def _case(store: Store, one: Decision) -> Case:
    from tallystick.rendering.explanation import MOST_WINDOWS, Case

    row, season = _measured(store, one, "baseline").get(one.key, (None, "all"))
    previous, _ = _measured(store, one, "previous").get(one.key, (None, "all"))
    history = store.decisions(
        model=one.model,
        instrument=one.instrument,
        segment=one.segment,
        metric=one.metric,
        until=one.window_start + 1,
    )
    own = [past for past in history if past.window_plan_id == one.window_plan_id]
    return Case(one, row, season, previous, own[-MOST_WINDOWS:])


def _as_dict(case: Case, rules: Rules) -> dict[str, Any]:
    from tallystick.rendering.explanation import why

    return {
        "decision": case.decision.to_dict(),
        "why": why(case.decision, case.measured, rules),
        "season": case.season,
        "measured": None if case.measured is None else case.measured.to_dict(),
        "against_previous": None if case.previous is None else case.previous.to_dict(),
        "history": [one.to_dict() for one in case.history],
    }
