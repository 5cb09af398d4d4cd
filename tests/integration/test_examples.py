"""The example of plain WSGI, held to WSGI's rules by the standard library's own judge."""

import io
import json
import sys
from pathlib import Path
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

import tallystick as ts

EXAMPLES = Path(__file__).parents[2] / "examples"
ROW = {
    "mean_radius": 14.1,
    "mean_texture": 19.3,
    "mean_smoothness": 0.096,
    "mean_concavity": 0.089,
    "mean_symmetry": 0.18,
}


@pytest.fixture
def example(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.setenv("MODEL", str(tmp_path))
    monkeypatch.setenv("SPOOL", str(tmp_path / "spool"))
    import model

    model.train(tmp_path)
    import wsgi_app

    yield wsgi_app
    for name in ("model", "wsgi_app"):
        del sys.modules[name]


def ask(application, body: bytes, path="/predict", method="POST") -> tuple[str, dict]:
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "QUERY_STRING": "", "SCRIPT_NAME": ""}
    environ["CONTENT_LENGTH"] = str(len(body))
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    statuses = []

    def start_response(status, headers, exc_info=None):
        statuses.append(status)

    answer = validator(application)(environ, start_response)
    said = b"".join(answer)
    answer.close()
    return statuses[0], json.loads(said)


def test_plain_wsgi_counts_what_it_answers(example, tmp_path):
    baseline = ts.load(tmp_path / "baseline.tally")
    assert baseline.rows == 569
    status, answer = ask(example.application, json.dumps(ROW).encode())
    assert status == "200 OK"
    # Large ones are more often malignant.
    larger = json.dumps({**ROW, "mean_radius": 25.0}).encode()
    assert ask(example.application, larger)[1]["score"] > answer["score"]
    assert ask(example.application, b"{")[0] == "422 Unprocessable Content"
    assert ask(example.application, b"", path="/")[0] == "404 Not Found"
    assert ask(example.application, b"", method="GET")[0] == "405 Method Not Allowed"
    assert example.rec.close()
    spool = ts.read_spool(tmp_path / "spool")
    assert spool.profile.rows == spool.scalars["latency_seconds"].rows == 2
    assert spool.profile["score"]["mean"] > answer["score"]
