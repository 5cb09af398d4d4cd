"""Whom to tell: a log, a function, an address on the network."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from tallystick.errors import ExportError, ParameterError

Body = Mapping[str, Any]

_LOGGER = logging.getLogger("tallystick.monitor")
_EVERYTHING = ("page", "warn", "info")


class Sink(Protocol):
    """Tells somebody what was raised and cleared.

    Attributes:
        name: Names it in the store: what it could not tell is kept under that name.
        severities: What it is told of.
    """

    @property
    def name(self) -> str:
        """See the class."""

    @property
    def severities(self) -> Collection[str]:
        """See the class."""

    def send(self, body: Body) -> None:
        """Tells it; any exception means that it was not told, and that it is tried again."""


class LogSink:
    """Writes to the logger `tallystick.monitor`: pages as errors, the rest as warnings.

    Args:
        severities: What to write of.
    """

    name = "log"

    def __init__(self, severities: Collection[str] = _EVERYTHING) -> None:
        self.severities = severities

    def send(self, body: Body) -> None:
        """See `Sink`."""
        for action, lines in (("raised", body["raised"]), ("cleared", body["cleared"])):
            for one in lines:
                level = logging.ERROR if one["severity"] == "page" else logging.WARNING
                level = level if action == "raised" else logging.INFO
                # As JSON: names and categories may hold line breaks and worse.
                _LOGGER.log(
                    level,
                    "%s %s",
                    action,
                    json.dumps({"model": body["model"], "window": body["window_start"], **one}),
                )


class CallbackSink:
    """Calls a function with the body.

    Args:
        function: Takes a mapping; see docs/guide/monitoring.md for what is in it.
        name: Names it in the store, where there are several.
        severities: What to call it for.
    """

    def __init__(
        self,
        function: Callable[[Body], object],
        *,
        name: str = "callback",
        severities: Collection[str] = _EVERYTHING,
    ) -> None:
        self.name = name
        self.severities = severities
        self._function = function

    def send(self, body: Body) -> None:
        """See `Sink`."""
        self._function(body)


class Webhook:
    """Posts the body as JSON.

    Requests carry `Idempotency-Key`, the same for the same alert however often it is sent, and
    with a secret `X-Tallystick-Signature: sha256=` with the HMAC of the body.

    Args:
        url: Where to, http or https. It may be a secret itself, so only its host is ever shown.
        secret: Key of the signature.
        timeout_seconds: How long to wait for an answer.
        name: Names it in the store, where there are several.
        severities: What to send.

    Raises:
        ParameterError: The URL is none, or of another protocol.

    Example:
        >>> from tallystick.monitoring import Webhook
        >>> Webhook("https://hooks.example/T0/B0", secret="s")
        Webhook(hooks.example)
    """

    def __init__(
        self,
        url: str,
        *,
        secret: str | None = None,
        timeout_seconds: float = 10.0,
        name: str = "webhook",
        severities: Collection[str] = ("page",),
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ParameterError("webhook: expected an address of http or https", name="webhook")
        self.name = name
        self.severities = severities
        self._url = url
        self._host = parts.hostname
        self._secret = secret
        self._timeout = timeout_seconds

    def send(self, body: Body) -> None:
        """See `Sink`.

        Raises:
            ExportError: There was no answer, or it was no success.
        """
        import urllib.error
        import urllib.request

        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(body["id"])}
        if self._secret is not None:
            digest = hmac.new(self._secret.encode(), data, hashlib.sha256).hexdigest()
            headers["X-Tallystick-Signature"] = f"sha256={digest}"
        # The protocol was checked, and whoever sets up the monitor chooses the address.
        request = urllib.request.Request(self._url, data, headers, method="POST")  # noqa: S310
        try:
            with urllib.request.build_opener(_no_redirects()).open(request, timeout=self._timeout):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            raise ExportError(f"webhook {self._host}: answered {error.code}") from None
        except OSError as error:
            # Also URLError and timeouts. Their words may hold the address.
            raise ExportError(f"webhook {self._host}: {type(error).__name__}") from None

    def __repr__(self) -> str:
        return f"Webhook({self._host})"


def _no_redirects() -> Any:
    import urllib.request

    class NoRedirects(urllib.request.HTTPRedirectHandler):
        """A signed body goes where it was meant to go, or nowhere."""

        def redirect_request(self, *_: Any) -> None:
            return None

    return NoRedirects
