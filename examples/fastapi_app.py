"""Serves the model with FastAPI, in any number of workers.

    pip install tallystick fastapi uvicorn scikit-learn
    python examples/model.py served
    MODEL=served SPOOL=spool uvicorn --app-dir examples fastapi_app:app --workers 4

What the workers write is read by `ts.read_spool("spool")`, and judged by `tallystick monitor`.
"""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel

import tallystick as ts
from model import Model
from tallystick.integrations.asgi import Middleware

FOLDER = Path(os.environ.get("MODEL", "."))
model = Model.load(FOLDER)
# Every worker imports this module, and so has a recorder of its own.
rec = ts.Recorder(
    ts.load(FOLDER / "baseline.tally"),
    spool=os.environ.get("SPOOL", "spool"),
    window="5m",
    flush_seconds=float(os.environ.get("FLUSH_SECONDS", "10")),
)

app = FastAPI(title="tumours")
# Latency and errors of predictions only; it also writes the rest when the application ends.
app.add_middleware(Middleware, recorder=rec, paths={"/predict"})


class Features(BaseModel):
    """What a prediction is made from."""

    mean_radius: float
    mean_texture: float
    mean_smoothness: float
    mean_concavity: float
    mean_symmetry: float


class Prediction(BaseModel):
    """The probability that it is malignant, and who said so."""

    score: float
    worker: str


@app.post("/predict")
async def predict(features: Features) -> Prediction:
    """Scores one row, and counts it."""
    row = features.model_dump()
    score = model.score(row)
    rec.log(row, score)
    return Prediction(score=score, worker=rec.id)


@app.get("/health")
async def health() -> dict[str, int]:
    """Whether rows are lost, for whoever restarts workers."""
    return {"rows_lost": rec.counters["rows_lost"]}
