"""What a join should give, by a dictionary and a loop over the rows."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict

import numpy as np
import pyarrow as pa

from tallystick.reading import open_source
from tallystick.reading.joining import join_labels

DAY = dt.timedelta(days=1)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def missing(value):
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def same_id(value):
    """One key for 1, 1.0 and "1"."""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return str(value)


def final(rows):
    """The state of one id: its label or None, its time, and what was wrong."""
    times = [time for _, time in rows if time is not None]
    latest = max(times, default=None)
    now = [label for label, time in rows if time == latest]
    values = {label for label in now if label is not None}
    ever = {label for label, _ in rows if label is not None}
    conflict = len(values) > 1 or (latest is not None and bool(values) and None in now)
    label = next(iter(values)) if values and not conflict else None
    return {
        "label": label,
        "time": latest,
        "conflicting": conflict,
        "corrected": label is not None and len(ever) > 1,
        "withdrawn": not values and bool(ever),
        "duplicate": len(rows) > 1,
    }


def quantile(delays, share):
    if not delays:
        return None
    return sorted(delays)[-(-share * len(delays) // 100) - 1].total_seconds()


def naive(predictions, labels, *, cutoff=None, timed=False):
    """Rows are (id, time) and (id, label, time); returns the labels and the report."""
    by_id = defaultdict(list)
    for name, label, time in labels:
        if not missing(name):
            by_id[same_id(name)].append((None if missing(label) else label, time))
    states = {name: final(rows) for name, rows in by_id.items()}
    ids = [None if missing(name) else same_id(name) for name, _ in predictions]
    known = [name for name in ids if name is not None]
    given, delays, immature = [], [], 0
    for name, (_, time) in zip(ids, predictions, strict=True):
        state = states.get(name, {"label": None, "time": None})
        young = cutoff is not None and time is not None and time > cutoff
        immature += young
        given.append(None if young else state["label"])
        if given[-1] is not None and timed and None not in (time, state["time"]):
            delays.append(state["time"] - time)
    labelled = sum(label is not None for label in given)
    mature = len(given) - immature
    of = {k: sum(s[k] for s in states.values()) for k in ("conflicting", "corrected", "withdrawn")}
    return given, {
        **of,
        "predictions": len(given),
        "labelled": labelled,
        "unlabelled": mature - labelled,
        "immature": immature,
        "coverage": labelled / mature if mature else None,
        "undated": sum(time is None for _, time in predictions) if timed else 0,
        "missing_ids": len(ids) - len(known),
        "duplicate_predictions": len(known) - len(set(known)),
        "labels": len(labels),
        "undated_labels": sum(time is None for *_, time in labels) if timed else 0,
        "missing_label_ids": sum(missing(name) for name, *_ in labels),
        "orphans": len(set(states) - set(known)),
        "duplicate_labels": sum(state["duplicate"] for state in states.values()),
        "delays": len(delays),
        "negative_delays": sum(delay < dt.timedelta(0) for delay in delays),
        "delay_p50": quantile(delays, 50),
        "delay_p90": quantile(delays, 90),
        "delay_p99": quantile(delays, 99),
    }


def sides(predictions, labels, *, kind=None, label_kind=None):
    """The same rows as tables; `row` numbers the predictions."""
    clock = pa.timestamp("us", "UTC")
    sent = {
        "row": pa.array(range(len(predictions)), pa.int64()),
        "id": pa.array([name for name, _ in predictions], kind),
        "sent": pa.array([time for _, time in predictions], clock),
    }
    came = {
        "id": pa.array([name for name, *_ in labels], kind),
        "y": pa.array([label for _, label, _ in labels], label_kind),
        "came": pa.array([time for *_, time in labels], clock),
    }
    return pa.table(sent), pa.table(came)


def rows_of(source, *names):
    """All rows of a source, by unit and in their order there."""
    batches = [batch for unit in source.units() for batch in unit.read()]
    return [
        row for batch in batches for row in zip(*(batch[n].to_pylist() for n in names), strict=True)
    ]


def day(number):
    return EPOCH + number * DAY


def join(sent, came, **options):
    options = {"on": "id", "label": "y", **options}
    return join_labels(open_source(sent), open_source(came), **options)


def labels_of(joined):
    return [label for (label,) in rows_of(joined.source, "y")]


def many(rows, seed=0, text=False):
    rng = np.random.default_rng(seed)
    names = rng.permutation(rows) * 3 + 1
    came = rng.permutation(names)[: rows // 2]
    as_ids = (lambda n: pa.array(n).cast(pa.string())) if text else pa.array
    sent = {"row": np.arange(rows), "id": as_ids(names), "x": rng.random(rows)}
    labels = {"id": as_ids(came), "y": came % 5}
    expected = np.where(np.isin(names, came), names % 5, -1).tolist()
    return pa.table(sent), pa.table(labels), [None if y < 0 else y for y in expected]
