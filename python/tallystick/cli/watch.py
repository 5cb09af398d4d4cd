"""`tallystick monitor`: what was recorded, judged window by window."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli import inputs, output
from tallystick.cli.explaining import explain
from tallystick.cli.options import Json, Model, StorePlace
from tallystick.cli.output import command
from tallystick.reading import RichProgress

if TYPE_CHECKING:
    from tallystick.monitoring import Monitor, Run
    from tallystick.monitoring.sinks import Sink

# Secrets come from the environment: arguments can be read by everybody on the machine.
SECRET_VARIABLE, WEBHOOK_VARIABLE = "TALLYSTICK_WEBHOOK_SECRET", "TALLYSTICK_WEBHOOK"


def register(app: typer.Typer, examples: Callable[..., str]) -> None:
    """Adds the commands."""
    app.command(
        "monitor",
        epilog=examples(
            "tallystick monitor --baseline base.tally --spool spool/ --store churn.db",
            "tallystick monitor --spec churn.toml --spool spool/ --store churn.db --once",
            "tallystick monitor 'logs/*.parquet' --spec churn.toml --store replay.db",
        ),
    )(command(monitor))
    app.command(
        "explain",
        epilog=examples(
            "tallystick explain --store churn.db",
            "tallystick explain income --store churn.db --window 2026-11-23",
            "tallystick explain income --segment country=DE --store churn.db",
        ),
    )(command(explain))


def monitor(
    logs: Annotated[
        list[str] | None,
        typer.Argument(help="A log to replay by the time of its rows, in place of a spool."),
    ] = None,
    store: StorePlace = "",
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            "-b",
            help="What is usual: a .tally file; the spec's reference if left out.",
        ),
    ] = None,
    spool: Annotated[
        str | None, typer.Option("--spool", help="Folder that recorders write to.")
    ] = None,
    spec: Annotated[
        str | None, typer.Option("--spec", "-s", help="Tolerances and names: a TOML file.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Run once and end, for cron; else until Ctrl-C.")
    ] = False,
    every: Annotated[str, typer.Option("--every", help="Time between runs.")] = "1m",
    window: Annotated[
        str | None,
        typer.Option(
            "--window", "-w", help="Windows of a replayed log; the baseline's if left out."
        ),
    ] = None,
    season: Annotated[
        str,
        typer.Option(
            "--season",
            help="Which windows of the baseline to compare with: auto, all, hour_of_week, "
            "hour_of_day or day_of_week (UTC).",
        ),
    ] = "auto",
    cooldown: Annotated[
        str, typer.Option("--cooldown", help="Least time between two alerts of the same.")
    ] = "6h",
    model: Model = None,
    webhook: Annotated[
        str | None,
        typer.Option(
            "--webhook",
            envvar=WEBHOOK_VARIABLE,
            show_envvar=True,
            help=f"Where to post pages of a spool; signed if {SECRET_VARIABLE} is set.",
        ),
    ] = None,
    undetermined: Annotated[
        str,
        typer.Option(
            "--undetermined", metavar="fail|pass", help="Whether undetermined ends in 4 or in 0."
        ),
    ] = "fail",
    as_json: Json = False,
) -> int:
    """Collect what recorders wrote, compare closed windows with a baseline, and raise alerts.

    Run it beside the serving processes, as often as you like: one at a time does the judging. With
    a log in place of a spool it tells what would have been raised.
    """
    if undetermined not in ("fail", "pass"):
        raise typer.BadParameter("expected pass or fail", param_hint="--undetermined")
    if not store:
        raise typer.BadParameter("expected a store: --store model.db", param_hint="--store")
    if (spool is None) == (not logs):
        raise typer.BadParameter("expected either a --spool, or a log to replay")
    # A replay tells nobody what was wrong long ago; what a run ends with is on its page.
    sinks: list[Sink] = [] if logs else _sinks(webhook, log=not once)
    watcher = _monitor(store, baseline, spool, spec, season, cooldown, model, sinks)
    if logs:
        source: Any = logs[0] if len(logs) == 1 else logs
        run = watcher.replay(source, window=window, progress=RichProgress())
    elif once:
        run = watcher.run_once(progress=RichProgress())
    else:
        _log_to_stderr()
        watcher.run(every=every)
        return 0
    return _report(watcher, run, undetermined, as_json)


def _sinks(webhook: str | None, *, log: bool) -> list[Sink]:
    from tallystick.monitoring import LogSink, Webhook

    sinks: list[Sink] = [LogSink()] if log else []
    if webhook is not None:
        sinks.append(Webhook(webhook, secret=os.environ.get(SECRET_VARIABLE) or None))
    return sinks


def _monitor(
    store: str,
    baseline: str | None,
    spool: str | None,
    spec: str | None,
    season: str,
    cooldown: str,
    model: str | None,
    sinks: list[Sink],
) -> Monitor:
    from tallystick.judging.rules import Rules
    from tallystick.monitoring import Monitor

    path = None if spec is None else Path(spec)
    declared = inputs.open_spec(path)
    usual = baseline or inputs.declared_reference(declared, path)
    if usual is None:
        raise typer.BadParameter(
            "expected a baseline: --baseline base.tally, or a --spec with "
            'reference = { path = "..." }'
        )
    return Monitor(
        inputs.open_side(usual, inputs.Reading(declared)),
        store=store,
        spool=spool,
        spec=declared,
        model=model,
        rules=Rules(cooldown=cooldown),
        season=season,
        sinks=sinks,
    )


def _log_to_stderr() -> None:
    """A monitor that runs on says what happens where services say it."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("tallystick.monitor")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _report(watcher: Monitor, run: Run, undetermined: str, as_json: bool) -> int:
    from tallystick.judging import exit_code
    from tallystick.rendering.watch_page import run_text

    code = exit_code(run.status, undetermined_passes=undetermined == "pass")
    if as_json:
        output.print_json(_as_dict(watcher, run))
    else:
        facts = _as_dict(watcher, run)
        output.show(lambda console: run_text(facts, run.raised, run.acted("raised"), console))
    if run.status == "undetermined" and code == 0:
        output.note("undetermined passes, as --undetermined=pass asks: exit code 0")
    return code


def _as_dict(watcher: Monitor, run: Run) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "status": run.status,
        "model": watcher.model,
        "store": watcher.store.name,
        "leader": run.leader,
        "collected": None if run.collected is None else asdict(run.collected),
        "windows": [
            {"start": one.start, "end": one.end, "rows": one.rows, "partial": one.partial}
            for one in run.windows
        ],
        "raised": [one.to_dict() for one in run.raised],
        "newly_raised": [one.to_dict() for one in run.acted("raised")],
        "cleared": [one.to_dict() for one in run.acted("cleared")],
        "told": run.told,
        "untold": run.untold,
        "folded": run.folded,
        "dropped": run.dropped,
    }
