"""The examples in the servers that they are written for: what was answered is what was counted."""

import collections
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import tallystick as ts
from outside.servers import free_port, wait_for

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKERS, CLIENTS, REQUESTS, FLUSH = 4, 4, 400, 0.2
ROW = {
    "mean_radius": 14.1,
    "mean_texture": 19.3,
    "mean_smoothness": 0.096,
    "mean_concavity": 0.089,
    "mean_symmetry": 0.18,
}
UVICORN = ("-m", "uvicorn", "--app-dir", ".", "fastapi_app:app", "--log-level=warning")
GUNICORN = ("-m", "gunicorn", "--preload", "wsgi_app:application", "--log-level=warning")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    subprocess.run([sys.executable, str(EXAMPLES / "model.py"), str(folder)], check=True)
    return folder


@contextmanager
def serving(command, served: Path, spool: Path):
    """The server's process and port; it is ended in order."""
    port = free_port()
    bind = [f"--port={port}"] if "uvicorn" in command else [f"--bind=127.0.0.1:{port}"]
    environ = {"MODEL": str(served), "SPOOL": str(spool), "FLUSH_SECONDS": str(FLUSH)}
    process = subprocess.Popen(
        [sys.executable, *command, *bind, f"--workers={WORKERS}"],
        cwd=EXAMPLES,
        env={**os.environ, **environ},
    )
    try:
        wait_for(lambda: post(port, "/nowhere", ROW)[0] == 404)
        yield process, port
    finally:
        process.terminate()
        process.wait(60)


def post(port: int, path: str, row: object) -> tuple[int, dict]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, json.dumps(row), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def predict_often(port: int) -> dict[str, int]:
    """Answers by the recorder that counted them, from several clients at once."""
    answered: collections.Counter[str] = collections.Counter()
    lock = threading.Lock()

    def client(number: int) -> None:
        for at in range(REQUESTS // CLIENTS):
            row = {**ROW, "mean_radius": 10.0 + number + at / 100}
            try:
                status, answer = post(port, "/predict", row)
            except (OSError, http.client.HTTPException):
                continue  # Its worker was killed.
            assert status == 200
            assert 0 <= answer["score"] <= 1
            with lock:
                answered[answer["worker"]] += 1

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return dict(answered)


def test_fastapi_counts_every_prediction_and_request(served, tmp_path):
    with serving(UVICORN, served, tmp_path) as (_, port):
        answered = predict_often(port)
        assert post(port, "/predict", {"mean_radius": "wide"})[0] == 422
    spool = ts.read_spool(tmp_path)
    assert sum(answered.values()) == REQUESTS
    assert {name: report.rows for name, report in spool.recorders.items() if report.rows} == (
        answered
    )
    assert all(report.finished for report in spool.recorders.values())
    # The one that was refused was a request, and no prediction; other paths are not counted.
    assert spool.scalars["request_seconds"].rows == REQUESTS + 1
    errors = spool.scalars["request_errors"]
    assert (errors.rows, errors["request_errors"]["mean"]) == (REQUESTS + 1, 0.0)
    assert "request_abandoned" not in spool.scalars
    baseline = ts.load(served / "baseline.tally")
    assert ts.compare(reference=baseline, current=spool.profile).status == "alert"


def test_forked_workers_of_gunicorn_have_recorders_of_their_own(served, tmp_path):
    with serving(GUNICORN, served, tmp_path) as (_, port):
        answered = predict_often(port)
        assert post(port, "/predict", {"mean_radius": "wide"})[0] == 422
        assert post(port, "/predict", [1, 2])[0] == 422
    spool = ts.read_spool(tmp_path)
    assert sum(answered.values()) == spool.profile.rows == REQUESTS
    assert {name: report.rows for name, report in spool.recorders.items() if report.rows} == (
        answered
    )
    assert spool.scalars["latency_seconds"].rows == REQUESTS


def test_workers_of_gunicorn_that_are_recycled_lose_nothing(served, tmp_path):
    recycled = (*GUNICORN, "--max-requests=40", "--max-requests-jitter=10")
    with serving(recycled, served, tmp_path) as (_, port):
        answered = predict_often(port)
    spool = ts.read_spool(tmp_path)
    assert len(answered) > WORKERS
    for name, rows in answered.items():
        # A worker that ends may answer a request whose client hears nothing of it.
        assert rows <= spool.recorders[name].rows <= rows + CLIENTS
        assert spool.recorders[name].finished


def test_a_killed_worker_of_gunicorn_loses_what_it_logged_since_its_last_flush(served, tmp_path):
    with serving(GUNICORN, served, tmp_path) as (process, port):
        before = predict_often(port)
        time.sleep(2 * FLUSH + 1)
        workers = subprocess.run(
            ["ps", "--no-headers", "-o", "pid", "--ppid", str(process.pid)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        os.kill(int(workers[0]), signal.SIGKILL)
        after = predict_often(port)
    spool = ts.read_spool(tmp_path)
    for name in before.keys() | after.keys():
        rows = before.get(name, 0) + after.get(name, 0)
        assert before.get(name, 0) <= spool.recorders[name].rows <= rows + CLIENTS
    assert sum(not report.finished for report in spool.recorders.values()) == 1
