"""A baseline with a column of every kind, for recorders to count under."""

import datetime as dt

import tallystick as ts

SPEC = {
    "schema": 1,
    "log": {"time": "at", "id": "request"},
    "score": {"column": "p"},
    "label": {"column": "y"},
    "segments": ["plan"],
    "columns": {"age": {"also_named": ["age_years"]}, "note": {"role": "ignore"}},
}
DATA = {
    "at": [dt.datetime(2026, 11, 23, i % 24) for i in range(400)],
    "request": [str(i) for i in range(400)],
    "age": [float(i % 70) for i in range(400)],
    "visits": [i % 9 for i in range(400)],
    "since": [dt.date(2020, 1, 1 + i % 28) for i in range(400)],
    "plan": ["pro", "free"] * 200,
    "note": ["x"] * 400,
    "p": [i / 400 for i in range(400)],
    "y": [i % 3 == 0 for i in range(400)],
}
NOON = 1_795_435_200  # 2026-11-23T12:00Z


def baseline() -> ts.Profile:
    return ts.profile(DATA, spec=SPEC, window="1h")
