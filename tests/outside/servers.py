"""Debian's programs, started on loopback with a folder of their own."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def program(name: str, package: str) -> str:
    """The path of a program; a test that needs a missing one fails."""
    found = shutil.which(name)
    assert found, f"{name} is not installed: apt-get install {package}"
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def get(url: str, **parameters: str) -> str:
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with urllib.request.urlopen(url + query, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()


def wait_for(ready: Any, seconds: float = 30.0) -> Any:
    """The first answer that is true; refused connections are not yet an answer."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            answer = ready()
            if answer:
                return answer
        assert time.monotonic() < end, "no answer in time"
        time.sleep(0.1)


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield
        assert process.poll() is None, (folder / "log.txt").read_text()
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def prometheus(target: int, folder: Path) -> Iterator[str]:
    """A server that scrapes a port of loopback every second; its address."""
    path = program("prometheus", "prometheus")
    configuration = {
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [
            {"job_name": "test", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
        ],
    }
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    port = free_port()
    command = [
        path,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ]
    with running(command, folder):
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: get(f"{url}/-/ready"))
        yield url


@contextlib.contextmanager
def pushgateway(folder: Path) -> Iterator[str]:
    path = program("prometheus-pushgateway", "prometheus-pushgateway")
    port = free_port()
    # Debian's keeps what it was given in a file of the system unless it is told not to.
    command = [path, f"--web.listen-address=127.0.0.1:{port}", "--persistence.file="]
    with running(command, folder):
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: get(f"{url}/-/ready"))
        yield url


def query(url: str, expression: str) -> list[tuple[dict[str, str], float]]:
    """The answer to an instant query: labels and value of each series."""
    answer = json.loads(get(f"{url}/api/v1/query", query=expression))
    assert answer["status"] == "success", answer
    return [(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]
