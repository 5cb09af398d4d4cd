"""The race covers what it promises, and its page is a function of the run. Nothing is timed."""

import ast

import pytest
from benches import check, run
from benches.case import OURS, ROOFLINE
from benches.cases import NAMES
from benches.page import plots, render, tables
from benches.targets import TARGETS, Check, Target, best_rival

from repo.source import ROOT

# The works that the project set itself a speed for; a row may not vanish because it is missed.
WORKS = (
    "uniform histogram of float64, exact",
    "irregular edges",
    "full numeric column: statistics, exact sums, cells",
    "log-linear sketch and statistics",
    "PSI, 100 columns of 1,000,000 rows, reference from raw",
    "exact KS",
    "ECE and Brier, 1e7",
    "everything from score and label",
    "dictionary codes",
    "a record in serving",
    "Parquet log against a reference, whole report",
)


def engine(ratio: float, **more: float) -> dict[str, float]:
    one = {"seconds": 0.1, "rate": 1e9 / ratio, "ratio": ratio, "cpu_seconds": 0.1, "cores": 1.0}
    return {**one, "ratio_low": ratio, "ratio_high": ratio, "of_roofline": 0.5 / ratio, **more}


@pytest.fixture
def tiny() -> run.Run:
    """A run of one case, in which ours is as fast as is asked but reads too slowly."""
    engines = {
        OURS: engine(1.0, of_roofline=0.4),
        "boost-histogram": engine(2.5),
        "numpy.histogram": engine(10.0),
        ROOFLINE: engine(0.4),
    }
    case = {
        "title": "50 bins",
        "values": 100,
        "unit": "values",
        "rounds": 3,
        "engines": engines,
        "unavailable": {"slow-histogram": "cannot be installed: no matching distribution"},
    }
    group = {
        "title": "Histogram",
        "note": "A note.",
        "date": "2026-11-23T10:00+00:00",
        "cases": {"histogram-50-memory": case},
    }
    machine = {
        "processor": "A processor",
        "cores": 2,
        "usable_cores": 2,
        "memory_gib": 8,
        "caches": "L1 32K",
        "system": "Linux 6",
        "python": "3.11.0",
        "instruction_set": "avx2",
    }
    return {"machine": machine, "versions": {OURS: "0.1.0"}, "groups": {"histogram": group}}


def test_every_work_has_a_target_and_every_check_a_case():
    assert tuple(target.work for target in TARGETS) == WORKS
    sections = {*NAMES, "scaling"}
    for target in TARGETS:
        for one in target.checks:
            assert one.case.partition("-")[0] in sections, one


def test_every_section_is_a_file_with_a_group():
    folder = ROOT / "benches" / "cases"
    assert {path.stem for path in folder.glob("*.py")} == {*NAMES, "__init__"}
    for name in NAMES:
        tree = ast.parse((folder / f"{name}.py").read_text())
        groups = [
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "GROUP"
        ]
        assert [ast.literal_eval(call.args[0]) for call in groups] == [name]


def test_a_check_is_met_on_its_side_of_the_limit(tiny):
    cases = run.cases(tiny)
    assert best_rival(cases["histogram-50-memory"]["engines"]) == "boost-histogram"
    for one, met in (
        (Check("histogram-50-memory", "", "rate", 1e9), True),
        (Check("histogram-50-memory", "", "rate", 1.1e9), False),
        (Check("histogram-50-memory", "", "ratio", 2.0, engine="boost-histogram"), True),
        (Check("histogram-50-memory", "", "ratio", 3.0, engine=""), False),
        (Check("histogram-50-memory", "", "of_roofline", 0.5, at_most=True), True),
        (Check("no such case", "", "rate", 1.0), None),
    ):
        assert one.met(cases) is met, one


def test_the_page_says_what_is_met_missed_missing_and_not_run(tiny):
    page = render.page(tiny, {})
    assert page.count("**not met**") == 1
    assert page.count("| not built yet |") == sum(not target.checks for target in TARGETS)
    lines = page.splitlines()
    assert any(
        "2.00x boost-histogram, 50 bins" in line and "| met" in line.replace("  ", "")
        for line in lines
    )
    assert "slow-histogram was not run: `cannot be installed: no matching distribution`" in page
    assert any("**tallystick**" in line and "1,000" in line for line in lines)
    assert "Instruction set in use: avx2" in page
    assert "The processor was shared" not in page


def test_rates_below_ten_millions_are_shown_with_their_fractions():
    assert [tables.shown("rate", rate) for rate in (8.3e5, 6e8)] == ["0.83 M/s", "600 M/s"]


def test_many_cases_are_spread_over_plots(tiny):
    group = tiny["groups"]["histogram"]
    assert list(plots.parts("histogram", group)) == ["histogram.svg"]
    many = {"cases": {key: {} for key in map(str, range(9))}}
    spread = plots.parts("edges", many)
    assert list(spread) == ["edges.svg", "edges-2.svg", "edges-3.svg"]
    assert [len(cases) for cases in spread.values()] == [4, 4, 1]
    assert "![Rates of all engines](benchmarks/histogram.svg)" in render.page(tiny, {})


def test_columns_of_tables_line_up(tiny):
    table = tables.engines(run.cases(tiny)["histogram-50-memory"])
    assert len({len(line) for line in table.splitlines()}) == 1


def test_a_part_of_a_run_replaces_its_section_on_the_same_machine_only(tiny):
    part = {**tiny, "groups": {"ks": {"cases": {}}}}
    assert set(run.joined(tiny, part)["groups"]) == {"histogram", "ks"}
    elsewhere = {**part, "machine": {**tiny["machine"], "cores": 64}}
    assert set(run.joined(tiny, elsewhere)["groups"]) == {"ks"}


def test_a_run_is_read_as_it_was_written(tiny, tmp_path):
    run.save(tiny, tmp_path / "run.json")
    assert run.load(tmp_path / "run.json") == tiny


@pytest.mark.parametrize(("slower", "fails"), [(1.0, False), (1.1, False), (1.3, True)])
def test_a_loss_of_more_than_the_limit_is_one(tiny, slower, fails):
    kept = run.cases(tiny)["histogram-50-memory"]
    now = {
        "engines": {name: engine(one["ratio"] / slower) for name, one in kept["engines"].items()}
    }
    found = check.losses("histogram-50-memory", now, kept)
    assert {one.against for one in found} == {ROOFLINE, "numpy.histogram"}
    assert [round(one.share, 9) for one in found] == [round(slower - 1, 9)] * 2
    assert check.lost(found) is fails


def test_a_loss_against_one_yardstick_alone_is_that_yardsticks_luck(tiny):
    kept = run.cases(tiny)["histogram-50-memory"]
    engines = {**kept["engines"], ROOFLINE: engine(0.2)}
    assert not check.lost(check.losses("histogram-50-memory", {"engines": engines}, kept))


def test_a_target_without_checks_is_not_built(monkeypatch):
    monkeypatch.setattr(tables, "TARGETS", (Target("x"),))
    assert "not built yet" in tables.targets({})
