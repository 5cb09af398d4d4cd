"""The commands: what they take, and which functions they call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tallystick.cli import inputs, output, watch
from tallystick.cli.output import command
from tallystick.cli.outputs import Curves, GitHub, Html, Output, Outputs, PushTo
from tallystick.reading import RichProgress

_HELP = {"help_option_names": ["-h", "--help"]}
_EXITS = (
    "Exit codes: 0 ok, 1 alert, 2 usage, 3 data or spec error, 4 undetermined, 130 interrupted."
)


def examples(*lines: str) -> str:
    """The end of a help page."""
    return "\n".join(["Examples:", *(f"  {line}" for line in lines), "", _EXITS])


app = typer.Typer(
    name="tallystick",
    help="Counts production data exactly, and says what changed, how surely, and whether it "
    "matters.",
    epilog=examples(
        "tallystick demo",
        "tallystick profile 'train/*.parquet' -o baseline.tally",
        "tallystick compare baseline.tally 'today/*.parquet'",
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings=_HELP,
)
spec_app = typer.Typer(
    help="Check specs, and describe their format.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings=_HELP,
)
app.add_typer(spec_app, name="spec")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a page.")]
SpecFile = Annotated[
    Path | None,
    typer.Option("--spec", "-s", help="What to measure, with tolerances: a TOML file."),
]
Threads = Annotated[
    int | None, typer.Option("--threads", min=1, help="Reading threads; one per core if left out.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="When labels were last looked up, for label.mature_after; now if left out."
    ),
]
Window = Annotated[
    str | None,
    typer.Option(
        "--window", "-w", help="Keep windows of time apart, such as 1h, 1d or 1w; needs --spec."
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        import tallystick

        output.print_text(f"tallystick {tallystick.__version__}")
        raise typer.Exit(0)


@app.callback()
def _tallystick(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command(
    "profile",
    epilog=examples(
        "tallystick profile train.parquet -o baseline.tally",
        "tallystick profile 'logs/*.parquet' --spec churn.toml --window 1d -o baseline.tally",
        "tallystick profile today.csv --plan baseline.tally -o today.tally",
        "tallystick profile may.parquet --labels paid.csv --on id --spec churn.toml -o may.tally",
    ),
)
@command
def profile_command(
    data: Annotated[
        list[str],
        typer.Argument(help="Parquet, CSV or Arrow files, globs (in quotes) or folders."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to save the profile; replaced as a whole."),
    ] = None,
    spec: SpecFile = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", "-p", help="Count as in this profile, to compare with it later."),
    ] = None,
    window: Window = None,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels", help="What really happened, where it lies apart: files with id and label."
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on", help="Column that names the prediction; log.id of the spec if left out."
        ),
    ] = None,
    labelled_at: Annotated[
        str | None,
        typer.Option("--labelled-at", help="When each label came: the latest of an id counts."),
    ] = None,
    as_of: AsOf = None,
    threads: Threads = None,
    as_json: Json = False,
) -> int:
    """Count data into a profile: small, exact, and all that comparisons need."""
    from tallystick.profiling import Plan, profile
    from tallystick.rendering import contents, contents_text

    inputs.require_folder(out)
    source: Any = data[0] if len(data) == 1 else data
    counted = profile(
        source,
        spec=inputs.open_spec(spec),
        plan=None if plan is None else Plan.load(plan),
        window=window,
        threads=threads,
        progress=RichProgress(),
        as_of=as_of,
        labels=labels,
        on=on,
        labelled_at=labelled_at,
    )
    saved = None if out is None else counted.save(out)
    if as_json:
        saved_as = None if saved is None else str(saved)
        output.print_json({"saved": saved_as, **contents(counted)})
        return 0
    output.show(lambda console: contents_text(counted, console=console))
    _say_saved(saved)
    return 0


def _say_saved(path: Path | None) -> None:
    if path is None:
        output.say("  not saved: add -o NAME.tally to keep it")
        return
    output.say_written([path], "saved")


@app.command(
    "compare",
    epilog=examples(
        "tallystick compare train.parquet today.parquet",
        "tallystick compare baseline.tally 'today/*.parquet' --spec churn.toml",
        "tallystick compare --spec churn.toml 'today/*.parquet'",
        "tallystick compare a.tally b.tally -o junit.xml -o measurements.parquet --github",
        "tallystick compare baseline.tally today.parquet --html report.html",
    ),
)
@command
def compare_command(
    first: Annotated[
        str | None,
        typer.Argument(
            metavar="REFERENCE",
            help="What is usual: a .tally file or data. May be left out when the spec names it.",
        ),
    ] = None,
    second: Annotated[
        str | None,
        typer.Argument(metavar="CURRENT", help="What is new: a .tally file or data."),
    ] = None,
    spec: SpecFile = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="The reference by name.")
    ] = None,
    current: Annotated[
        str | None, typer.Option("--current", help="The current data by name.")
    ] = None,
    window: Window = None,
    undetermined: Annotated[
        str,
        typer.Option(
            "--undetermined", metavar="fail|pass", help="Whether undetermined ends in 4 or in 0."
        ),
    ] = "fail",
    false_alarm_rate: Annotated[
        float | None,
        typer.Option(
            "--false-alarm-rate",
            help="Chance of any alert when nothing is beyond tolerance; 0.01 if left out.",
        ),
    ] = None,
    as_of: AsOf = None,
    out: Output = None,
    curves: Curves = None,
    github: GitHub = False,
    threads: Threads = None,
    push_to: PushTo = None,
    html: Html = None,
    as_json: Json = False,
) -> int:
    """Say what changed from a reference to current data, how surely, and whether it matters."""
    from tallystick.comparison import compare
    from tallystick.judging import exit_code
    from tallystick.rendering import render

    if undetermined not in ("fail", "pass"):
        raise typer.BadParameter("expected pass or fail", param_hint="--undetermined")
    declared = inputs.open_spec(spec)
    named = inputs.declared_reference(declared, spec)
    before, now = inputs.two_sides(first, second, reference, current, named)
    sides = (before, now)
    outputs = Outputs(out or (), curves or (), github, spec, undetermined, sides, push_to, html)
    reading = inputs.Reading(declared, window, threads, as_of)
    usual = inputs.open_side(before, reading)
    seen = inputs.open_current(now, reading, usual)
    report = compare(
        reference=usual, current=seen, spec=declared, false_alarm_rate=false_alarm_rate
    )
    code = exit_code(report.status, undetermined_passes=undetermined == "pass")
    memory = output.peak_memory_bytes()
    written = outputs.write(report)
    if as_json:
        # One document: the report, or the error of a push.
        outputs.push(report)
    with outputs.around(report, as_json):
        if as_json:
            output.print_text(report.to_json())
        else:
            output.show(lambda console: render(report, console, peak_memory_bytes=memory))
            output.say_written(written)
    if not as_json:
        output.say_pushed(outputs.push(report))
    if report.status == "undetermined" and code == 0:
        output.note("undetermined passes, as --undetermined=pass asks: exit code 0")
    return code


@app.command(
    "show",
    epilog=examples(
        "tallystick show baseline.tally",
        "tallystick show baseline.tally --column age --column plan",
    ),
)
@command
def show_command(
    file: Annotated[str, typer.Argument(help="A .tally file.")],
    column: Annotated[
        list[str] | None,
        typer.Option("--column", "-c", help="Only this column, in detail; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Show what a profile holds: rows, windows, segments, and every column."""
    from tallystick.errors import MissingColumnError, did_you_mean
    from tallystick.rendering import contents, contents_text

    profile = inputs.load_profile(file)
    known = [one["name"] for one in profile.plan.columns]
    for name in column or []:
        if name not in known:
            raise MissingColumnError(
                f"no column {name} in {file}", hint=did_you_mean(name, known), columns=[name]
            )
    if as_json:
        output.print_json(contents(profile, column))
    else:
        output.show(lambda console: contents_text(profile, columns=column, console=console))
    return 0


@app.command(
    "merge",
    epilog=examples(
        "tallystick merge monday.tally tuesday.tally -o week.tally",
        "tallystick merge days/*.tally -o month.tally",
    ),
)
@command
def merge_command(
    files: Annotated[list[str], typer.Argument(help=".tally files of one plan.")],
    out: Annotated[Path, typer.Option("--output", "-o", help="Where to save the sum.")],
    as_json: Json = False,
) -> int:
    """Add up profiles of one plan, as if their rows had been counted together."""
    from tallystick.rendering import contents, contents_text

    inputs.require_folder(out)
    total = inputs.load_profile(files[0])
    for file in files[1:]:
        total = total + inputs.load_profile(file)
    total = inputs.described(total, f"{len(files)} profiles")
    saved = total.save(out)
    if as_json:
        output.print_json({"saved": str(saved), **contents(total)})
        return 0
    output.show(lambda console: contents_text(total, console=console))
    _say_saved(saved)
    return 0


@app.command(
    "demo",
    epilog=examples(
        "tallystick demo",
        "tallystick demo --folder /tmp/flights",
        "tallystick demo --html flights.html",
    ),
)
@command
def demo_command(
    folder: Annotated[
        Path, typer.Option("--folder", "-f", help="Where to write the demo's files.")
    ] = Path("tallystick-demo"),
    html: Html = None,
    as_json: Json = False,
) -> int:
    """Show the main job on 336,776 real flights: drift, and a model's calibration by month."""
    from tallystick.cli.demo_page import show_model
    from tallystick.demo import Demo
    from tallystick.rendering import render

    outputs = Outputs(html=html)
    quiet = output.say_nothing if as_json else output.say
    demo = Demo(folder, progress=RichProgress(), say=quiet)
    report, months = demo.run(), demo.run_model()
    written = outputs.write(report)
    if as_json:
        files = [str(path) for path in demo.files]
        by_month = {month: one.to_dict() for month, one in months.items()}
        told = {"files": files, "commands": demo.commands, "late_by_month": by_month}
        output.print_json({**report.to_dict(), **told})
        return 0
    memory = output.peak_memory_bytes()
    output.say()
    output.show(lambda console: render(report, console, peak_memory_bytes=memory))
    output.say()
    show_model(months)
    for line in demo.afterword():
        output.say(line)
    output.say_written(written)
    return 0


@spec_app.command(
    "check",
    epilog=examples(
        "tallystick spec check churn.toml",
        "tallystick spec check churn.toml --data today.parquet",
    ),
)
@command
def spec_check_command(
    file: Annotated[Path, typer.Argument(help="A spec in TOML.")],
    data: Annotated[
        str | None, typer.Option("--data", help="Also check it against this data's columns.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Check a spec; every problem at once, each with its key and a hint."""
    from tallystick.cli.checks import check_spec_file

    return check_spec_file(file, data, as_json)


@spec_app.command("schema", epilog=examples("tallystick spec schema > spec-v1.schema.json"))
@command
def spec_schema_command(as_json: Json = False) -> int:  # noqa: ARG001
    """Print the JSON Schema of specs, for editors."""
    from tallystick.spec.schema import schema_text

    output.print_text(schema_text())
    return 0


watch.register(app, examples)
