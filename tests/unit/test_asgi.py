"""The middleware of ASGI, called as servers call it."""

import asyncio

import pytest

import tallystick as ts
from tallystick.integrations.asgi import Middleware

REQUEST = {"type": "http", "path": "/predict"}
START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"answer"}


def recorder(**settings) -> ts.Recorder:
    return ts.Recorder(ts.profile({"x": [1.0, 2.0, 3.0]}), **settings)


def answering(status=200, *, then=None):
    async def app(scope, receive, send):
        await send({**START, "status": status})
        await send(BODY)
        if then is not None:
            await then()

    return app


async def raising(scope=None, receive=None, send=None):
    raise RuntimeError("broken")


async def cancelling(scope=None, receive=None, send=None):
    raise asyncio.CancelledError


def call(app, scope=REQUEST) -> list[dict]:
    """What a server gets to send."""
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, None, send))
    return sent


def counted(rec: ts.Recorder, name: str, of: str = "request") -> tuple[int, float | None]:
    """How many numbers, and their sum."""
    profile = rec.profile(scalar=f"{of}_{name}")
    mean = profile[f"{of}_{name}"]["mean"]
    return profile.rows, None if mean is None else mean * profile.rows


def test_the_answer_is_passed_on_unchanged():
    assert call(Middleware(answering(), recorder())) == [START, BODY]


@pytest.mark.parametrize(("status", "errors"), [(200, 0), (404, 0), (499, 0), (500, 1), (503, 1)])
def test_an_error_is_a_status_of_the_server(status, errors):
    rec = recorder()
    call(Middleware(answering(status), rec))
    assert counted(rec, "errors") == (1, errors)
    rows, seconds = counted(rec, "seconds")
    assert rows == 1
    assert 0 < seconds < 10


def test_an_exception_is_an_error_and_goes_on():
    rec = recorder()
    with pytest.raises(RuntimeError, match="broken"):
        call(Middleware(raising, rec))
    assert counted(rec, "errors") == (1, 1)
    assert counted(rec, "seconds")[0] == 1


def test_an_application_that_does_not_answer_is_an_error():
    async def silent(scope, receive, send):
        await send(START)

    rec = recorder()
    call(Middleware(silent, rec))
    assert counted(rec, "errors") == (1, 1)


def test_a_cancelled_request_is_neither_slow_nor_an_error():
    rec = recorder()
    with pytest.raises(asyncio.CancelledError):
        call(Middleware(cancelling, rec))
    assert counted(rec, "abandoned") == (1, 1)
    assert counted(rec, "errors")[0] == counted(rec, "seconds")[0] == 0


@pytest.mark.parametrize(
    ("then", "raised"), [(cancelling, asyncio.CancelledError), (raising, RuntimeError)]
)
def test_what_goes_wrong_after_the_answer_is_no_error_of_the_request(then, raised):
    rec = recorder()
    with pytest.raises(raised):
        call(Middleware(answering(then=then), rec))
    assert counted(rec, "errors") == (1, 0)
    assert counted(rec, "abandoned")[0] == 0


def test_the_time_ends_with_the_last_part_of_the_answer(monkeypatch):
    now = iter([10.0, 12.0])
    monkeypatch.setattr("tallystick.integrations.asgi.perf_counter", lambda: next(now))

    async def streaming(scope, receive, send):
        await send(START)
        await send({**BODY, "more_body": True})
        await send(BODY)

    rec = recorder()
    assert len(call(Middleware(streaming, rec))) == 3
    assert counted(rec, "seconds") == (1, 2.0)


def test_only_the_named_paths_are_counted():
    rec = recorder()
    app = Middleware(answering(), rec, paths={"/predict"}, name="http")
    call(app)
    assert call(app, {"type": "http", "path": "/health"}) == [START, BODY]
    assert counted(rec, "errors", of="http") == (1, 0)


def test_a_websocket_passes():
    rec = recorder()
    call(Middleware(answering(), rec), {"type": "websocket", "path": "/predict"})
    assert counted(rec, "errors")[0] == 0


def test_the_rest_is_written_before_the_server_hears_that_the_application_has_ended(tmp_path):
    rec = recorder(spool=tmp_path, flush_seconds=3600)
    heard = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        rec.log({"x": 1.0})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def receive():
        return {"type": "lifespan"}

    async def send(message):
        heard.append((message["type"], bool(ts.read_spool(tmp_path).profile)))

    asyncio.run(Middleware(app, rec)({"type": "lifespan"}, receive, send))
    assert heard == [("lifespan.startup.complete", False), ("lifespan.shutdown.complete", True)]


def test_parameters_that_are_none_are_refused():
    with pytest.raises(ts.errors.ParameterError, match="recorder: expected a Recorder, got str"):
        Middleware(answering(), "rec")
    with pytest.raises(ts.errors.ParameterError, match="paths: expected several"):
        Middleware(answering(), recorder(), paths="/predict")
