"""Serves the model with plain WSGI, in workers that are forked from a loaded application.

    pip install tallystick gunicorn scikit-learn
    python examples/model.py served
    MODEL=served SPOOL=spool gunicorn --chdir examples --preload --workers 4 wsgi_app:application

With `--preload` the recorder is made once and the workers are forks: each goes on with one of its
own, empty, and writes the rest when gunicorn ends it. There is nothing to be done for either.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import tallystick as ts
from model import FEATURES, Model

FOLDER = Path(os.environ.get("MODEL", "."))
model = Model.load(FOLDER)
rec = ts.Recorder(
    ts.load(FOLDER / "baseline.tally"),
    spool=os.environ.get("SPOOL", "spool"),
    window="5m",
    flush_seconds=float(os.environ.get("FLUSH_SECONDS", "10")),
)
# Numbers in an order that is told once: cheaper than a dict.
log = rec.row(*FEATURES).log


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Answers `POST /predict`."""
    started = time.perf_counter()
    status, answer = _answer(environ, started)
    body = json.dumps(answer).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def _answer(environ: dict[str, Any], started: float) -> tuple[str, dict[str, Any]]:
    if environ["PATH_INFO"] != "/predict":
        return "404 Not Found", {"expected": "/predict"}
    if environ["REQUEST_METHOD"] != "POST":
        return "405 Method Not Allowed", {"expected": "POST"}
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        features = json.loads(environ["wsgi.input"].read(length))
        values = tuple(float(features[name]) for name in FEATURES)
    except (ValueError, TypeError, KeyError):
        return "422 Unprocessable Content", {"expected": f"numbers for {', '.join(FEATURES)}"}
    score = model.score(dict(zip(FEATURES, values, strict=True)))
    log(values, score, latency=time.perf_counter() - started)
    return "200 OK", {"score": score, "worker": rec.id}
