"""ASGI: how long requests take and how many fail, counted beside the predictions.

Works under every server and framework of ASGI, as it is nothing but ASGI: FastAPI, Starlette,
Litestar and others. Bodies are not read: predictions are recorded where they are made, by
`Recorder.log`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from time import perf_counter
from typing import Any

from tallystick.errors import ParameterError
from tallystick.monitoring import Recorder

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_SERVER_ERROR = 500


class Middleware:
    """Counts requests, and writes what the recorder holds when the application ends.

    Three numbers beside the rows, as `Recorder.observe` keeps them, here with the default name:

    - `request_seconds`: from the request to the last part of the answer being handed to the
      server, work after it (background tasks) left out;
    - `request_errors`: 1 for a status from 500 on, an exception, or no answer at all, else 0, so
      that its mean is the share of errors;
    - `request_abandoned`: 1 for a request that was cancelled before it was answered, as servers do
      when the client has gone. It stands in neither of the others.

    Args:
        app: The application that it wraps; frameworks pass it.
        recorder: The recorder of the process.
        name: What the numbers' names begin with.
        paths: Requests to count, by their whole path; None counts all. Health checks would
            otherwise make a service look quicker than it is.

    Raises:
        ParameterError: `recorder` is none.

    Missing data: what is neither a request of HTTP nor the lifespan passes uncounted.
    Cost: about 1 us a request.
    Source: the ASGI specification 3.0, https://asgi.readthedocs.io/en/latest/specs/www.html

    Example:
        >>> import asyncio
        >>> import tallystick as ts
        >>> async def app(scope, receive, send):
        ...     await send({"type": "http.response.start", "status": 200, "headers": []})
        ...     await send({"type": "http.response.body", "body": b"ok"})
        >>> async def send(message):
        ...     pass
        >>> rec = ts.Recorder(ts.profile({"age": [31, 42, 53]}))
        >>> counted = Middleware(app, rec)
        >>> asyncio.run(counted({"type": "http", "path": "/"}, None, send))
        >>> rec.profile(scalar="request_errors")["request_errors"]["mean"]
        0.0
    """

    def __init__(
        self,
        app: App,
        recorder: Recorder,
        *,
        name: str = "request",
        paths: Collection[str] | None = None,
    ):
        if not isinstance(recorder, Recorder):
            raise ParameterError(
                f"recorder: expected a Recorder, got {type(recorder).__name__}", name="recorder"
            )
        if isinstance(paths, str):
            raise ParameterError(
                'paths: expected several, got one text; write {"/predict"}', name="paths"
            )
        self._app = app
        self._recorder = recorder
        self._paths = None if paths is None else frozenset(paths)
        self._seconds = recorder.observe(f"{name}_seconds").log
        self._errors = recorder.observe(f"{name}_errors").log
        self._abandoned = recorder.observe(f"{name}_abandoned").log

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, or the life of the application."""
        kind = scope["type"]
        if kind == "http" and (self._paths is None or scope["path"] in self._paths):
            await self._request(scope, receive, send)
        elif kind == "lifespan":
            await self._app(scope, receive, self._closing(send))
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Message, receive: Receive, send: Send) -> None:
        started = perf_counter()
        status, ended = 0, 0.0

        # It gives on what `send` gives to be awaited: a coroutine of its own would cost as much as
        # all the rest.
        def watched(message: Message) -> Awaitable[None]:
            nonlocal status, ended
            kind = message["type"]
            if kind == "http.response.start":
                status = message["status"]
            elif kind == "http.response.body" and not message.get("more_body"):
                ended = perf_counter()
            return send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            self._count(started, ended, status)
            raise
        except BaseException:
            # Cancelled: after the answer it is nobody's loss.
            if ended:
                self._count(started, ended, status)
            else:
                self._abandoned(1)
            raise
        self._count(started, ended, status)

    def _count(self, started: float, ended: float, status: int) -> None:
        self._seconds((ended or perf_counter()) - started)
        self._errors(0 if ended and status < _SERVER_ERROR else 1)

    def _closing(self, send: Send) -> Send:
        """Writes the rest before the server learns that the application has ended."""

        async def closing(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                # On the loop's own thread: nothing else is served any more.
                self._recorder.close()
            await send(message)

        return closing
