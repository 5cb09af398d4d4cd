"""Labels in a file of their own: from two files to a verdict on the score."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app
from tallystick.errors import ParameterError, SpecError

SPEC = """\
schema = 1
log    = { time = "at", id = "id" }
score  = { column = "p", threshold = 0.5 }
label  = { column = "paid", positive = "yes", mature_after = "10d", minimum_coverage = 0.5 }
"""
START = dt.datetime(2026, 1, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty days of 500 predictions; labels come within ten days, for nine rows in ten."""
    folder = tmp_path_factory.mktemp("labels")
    random = np.random.default_rng(4)
    days, rows = 40, 500
    at = [
        START + dt.timedelta(days=day, seconds=60 * row)
        for day in range(days)
        for row in range(rows)
    ]
    ids = np.arange(days * rows)
    score = random.beta(2, 3, days * rows)
    paid = np.where(random.random(days * rows) < score, "yes", "no")
    came = random.random(days * rows) < 0.9
    delay = random.integers(1, 10 * 86_400, days * rows)
    seen = [one + dt.timedelta(seconds=int(s)) for one, s in zip(at, delay, strict=True)]
    pq.write_table(pa.table({"id": ids, "at": at, "p": score}), folder / "sent.parquet")
    labels = pa.table({"id": ids, "paid": paid, "seen": seen}).filter(pa.array(came))
    pq.write_table(labels, folder / "came.parquet")
    (folder / "spec.toml").write_text(SPEC)
    return folder


def profile(folder, labels="came.parquet", as_of="2026-02-10", **more):
    return ts.profile(
        str(folder / "sent.parquet"),
        spec=folder / "spec.toml",
        labels=str(folder / labels),
        labelled_at="seen",
        as_of=as_of,
        **more,
    )


def test_the_join_counts_what_joined_columns_would(folder):
    sent, came = pq.read_table(folder / "sent.parquet"), pq.read_table(folder / "came.parquet")
    known = dict(zip(came["id"].to_pylist(), came["paid"].to_pylist(), strict=True))
    column = pa.array([known.get(one) for one in sent["id"].to_pylist()])
    apart = profile(folder, as_of="2026-04-01")
    beside = ts.profile(
        sent.append_column("paid", column), plan=apart.plan, spec=SPEC, as_of="2026-04-01"
    )
    assert apart.to_bytes() == beside.to_bytes()


def test_young_rows_are_not_judged(folder):
    report = profile(folder).origin.labels
    # Ten days before the tenth of February: the last of January still counts, to the second.
    young = 500 * 9 + 499
    assert (report.predictions, report.immature) == (20_000, young)
    usual = profile(folder)
    early = ts.compare(
        reference=usual, current=profile(folder, as_of="2026-01-05", plan=usual.plan)
    )
    row = early["paid"]["label_coverage"]
    assert (row.status, row.reason) == ("undetermined", "no_rows")
    for metric in ("auc", "ece_debiased"):
        assert early["p"][metric].status == "undetermined"
        assert early["p"][metric].reason == "no_labels_yet"
    assert early.status == "undetermined"


def test_a_corrected_label_replaces_the_earlier_one_exactly(folder):
    came = pq.read_table(folder / "came.parquet")
    turned = came.slice(0, 100)
    other = pa.array(["no" if one == "yes" else "yes" for one in turned["paid"].to_pylist()])
    late = pa.array([one + dt.timedelta(days=30) for one in turned["seen"].to_pylist()])
    corrections = pa.table(
        {"id": turned["id"], "paid": other, "seen": late.cast(came["seen"].type)}
    )
    pq.write_table(pa.concat_tables([corrections, came]), folder / "corrected.parquet")
    pq.write_table(pa.concat_tables([came.slice(100), corrections]), folder / "only.parquet")
    corrected = profile(folder, "corrected.parquet")
    assert corrected.origin.labels.corrected == 100
    plan = corrected.plan
    assert profile(folder, "only.parquet", plan=plan).to_bytes() == corrected.to_bytes()


def test_the_command(folder):
    out = folder / "sent.tally"
    arguments = ["profile", str(folder / "sent.parquet"), "--spec", str(folder / "spec.toml")]
    arguments += ["--labels", str(folder / "came.parquet"), "--labelled-at", "seen"]
    arguments += ["--as-of", "2026-02-10", "-o", str(out)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "mature rows" in done.output
    assert "half came within" in done.output
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert told["labels"]["predictions"] == 20_000
    assert told["outcomes"][0]["positive"] == "yes"
    compared = CliRunner().invoke(app, ["compare", str(out), str(out), "--json"])
    rows = json.loads(compared.stdout)["measurements"]
    found = {row["metric"]: row for row in rows if row["segment"] == "all"}
    assert found["auc"]["status"] == "ok"
    assert found["ece_debiased"]["reference_value"] == found["ece_debiased"]["value"]


def test_what_is_missing_is_named(folder):
    sent = str(folder / "sent.parquet")
    with pytest.raises(SpecError, match="expected a spec that names the label"):
        ts.profile(sent, labels=str(folder / "came.parquet"), on="id")
    spec = SPEC.replace(', id = "id"', "")
    with pytest.raises(ParameterError, match="expected the column that names the predictions"):
        ts.profile(sent, spec=spec, labels=str(folder / "came.parquet"))
