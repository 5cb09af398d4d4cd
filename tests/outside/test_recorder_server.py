"""Recorders in the workers of a real server, some of which are killed: all answers reconcile."""

import collections
import http.client
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import tallystick as ts

WORKERS, CLIENTS, SECONDS, FLUSH = 4, 4, 6.0, 0.2
APP = """
import os
import tallystick as ts

plan = ts.Plan.load(os.environ["PLAN"])
rec = None
served = 0


async def app(scope, receive, send):
    global rec, served
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                rec = ts.Recorder(plan, spool=os.environ["SPOOL"], window="1m", flush_seconds=0.2)
                await send({"type": "lifespan.startup.complete"})
            else:
                rec.close()
                await send({"type": "lifespan.shutdown.complete"})
                return
    served += 1
    rec.log({"x": served * 0.5, "kind": "a"}, id=served, latency=0.001)
    body = f"{os.getpid()} {rec.id} {served}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def server(tmp_path):
    if importlib.util.find_spec("uvicorn") is None:
        pytest.fail("uvicorn is not installed: pip install uvicorn")
    plan = ts.Plan.fit({"x": [i * 0.5 for i in range(1000)], "kind": ["a", "b"] * 500})
    plan.save(tmp_path / "plan.tally")
    (tmp_path / "served.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "served:app", f"--port={port}"]
    process = subprocess.Popen(
        [*command, f"--workers={WORKERS}", "--log-level=warning", "--lifespan=on"],
        cwd=tmp_path,
        env={**os.environ, "PLAN": str(tmp_path / "plan.tally"), "SPOOL": str(tmp_path / "spool")},
    )
    yield port, process, tmp_path / "spool"
    process.kill()
    process.wait()


def ask(port: int) -> tuple[int, str, int] | None:
    """Who answered, and how many it had served; None when nobody did."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        pid, recorder, served = connection.getresponse().read().split()
        return int(pid), recorder.decode(), int(served)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def answers_of(port: int, killed: dict[int, float]) -> list[tuple[float, int, str, int]]:
    """What clients are answered while workers are killed, with the moment."""
    answers: list[tuple[float, int, str, int]] = []
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            if (answer := ask(port)) is not None:
                answers.append((time.monotonic(), *answer))

    clients = [threading.Thread(target=work, daemon=True) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        for _ in range(2):
            time.sleep(SECONDS / 3)
            pid = answers[-1][1]
            os.kill(pid, signal.SIGKILL)
            killed[pid] = time.monotonic()
        time.sleep(SECONDS / 3)
    finally:
        over.set()
        for client in clients:
            client.join()
    return answers


def test_what_clients_were_answered_is_in_the_spool(server):
    port, process, folder = server
    until = time.monotonic() + 60
    while ask(port) is None and time.monotonic() < until:
        time.sleep(0.1)
    killed: dict[int, float] = {}
    answers = answers_of(port, killed)
    process.terminate()
    process.wait(timeout=60)

    spool = ts.read_spool(folder)
    served: dict[str, int] = collections.defaultdict(int)
    promised: dict[str, int] = collections.defaultdict(int)
    for moment, pid, recorder, count in answers:
        served[recorder] = max(served[recorder], count)
        # Twice the interval and a second: a busy machine may write a little late.
        if pid not in killed or moment < killed[pid] - 2 * FLUSH - 1:
            promised[recorder] = max(promised[recorder], count)
    dead = {recorder for _, pid, recorder, _ in answers if pid in killed}
    assert len(killed) == len(dead) == 2
    for recorder, report in spool.recorders.items():
        # An answer that was on its way when its client or its worker ended is not in the log.
        assert promised[recorder] <= report.rows <= served[recorder] + CLIENTS
        assert report.rows <= report.counters["rows_logged"]
        assert report.missing_frames == 0
        assert report.finished is (recorder not in dead)
    # One that was killed before its first flush has left nothing.
    assert set(served) - dead <= set(spool.recorders)
    assert spool.profile.rows == sum(report.rows for report in spool.recorders.values())
    assert spool.profile.rows > 1000
