"""Telling: kept until it was heard, signed, and no secrets in what is said about it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tallystick.errors import ExportError, ParameterError
from tallystick.monitoring import CallbackSink, LogSink, Webhook

KEY = "s3cret"


class Broken:
    name, severities = "broken", ("page", "warn")

    def __init__(self):
        self.tries = 0

    def send(self, body):
        self.tries += 1
        raise OSError("no")


def test_what_cannot_be_told_is_kept_and_told_later(world):
    broken = Broken()
    for number in range(2):
        world.window(number, shift=40)
    run = world.monitor(sinks=[broken, CallbackSink(world.told.append)]).run_once()
    assert (run.told, run.untold, broken.tries) == (1, 1, 1)
    world.now += 200
    # Another process, whose sink of that name works.
    heard = []
    mended = CallbackSink(heard.append, name="broken")
    run = world.monitor(sinks=[mended, CallbackSink(world.told.append)]).run_once()
    assert (run.told, len(heard), len(world.told)) == (1, 1, 1)


def test_telling_is_given_up_in_the_end(world):
    broken = Broken()
    world.window(0, shift=40)
    world.window(1)
    monitor = world.monitor(sinks=[broken])
    for _ in range(40):
        monitor.run_once()
        world.now += 3_700
    assert broken.tries == 18


class Answers(BaseHTTPRequestHandler):
    """Keeps what was posted; answers as told."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.posts.append((self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    httpd = HTTPServer(("127.0.0.1", 0), Answers)
    httpd.posts, httpd.answer = [], 200
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield httpd
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_a_webhook_posts_signed_json(world, server):
    url = f"http://127.0.0.1:{server.server_port}/T0KEN"
    world.window(0, missing=0.5)
    world.window(1)
    run = world.monitor(sinks=[Webhook(url, secret=KEY)]).run_once()
    assert run.told == 1
    ((path, headers, body),) = server.posts
    assert path == "/T0KEN"
    signature = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Tallystick-Signature"] == f"sha256={signature}"
    told = json.loads(body)
    assert headers["Idempotency-Key"] == told["id"]
    # Drift only warns, and is no reason to wake somebody.
    assert {one["severity"] for one in told["raised"]} == {"page"}


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_webhook_that_is_not_heard_says_so_without_its_address(server, answer):
    server.answer = answer
    hook = Webhook(f"http://127.0.0.1:{server.server_port}/T0KEN?key=s3cret", secret=KEY)
    with pytest.raises(ExportError, match=str(answer)) as caught:
        hook.send({"id": "x"})
    assert len(server.posts) == 1
    for text in (str(caught.value), repr(hook)):
        assert "T0KEN" not in text
        assert "s3cret" not in text


def test_nobody_listening_is_an_error_too():
    with pytest.raises(ExportError, match="webhook 127"):
        Webhook("http://127.0.0.1:1/T0KEN", timeout_seconds=1).send({"id": "x"})


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "hooks.example", "https://"])
def test_webhooks_are_of_the_web(url):
    with pytest.raises(ParameterError, match="http"):
        Webhook(url)


def test_the_log_holds_names_as_text(world, caplog):
    caplog.set_level(logging.INFO, "tallystick.monitor")
    one = {"severity": "page", "instrument": "a\nb", "segment": "x=\x1b[31m"}
    LogSink().send({"model": "m", "window_start": "w", "raised": [one], "cleared": [one]})
    assert [r.levelname for r in caplog.records] == ["ERROR", "INFO"]
    assert all("\n" not in r.getMessage() and "\x1b" not in r.getMessage() for r in caplog.records)
