"""Results of a batch job to a Prometheus Pushgateway."""

from __future__ import annotations

import functools
import urllib.error
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tallystick.errors import ExportError, ParameterError
from tallystick.exporting.bounding import DEFAULT_MAX_SERIES
from tallystick.exporting.names import check_labels
from tallystick.exporting.points import Source
from tallystick.exporting.prometheus import Collector, registry_of

__all__ = ["push"]


def push(
    *sources: Source,
    to: str,
    job: str = "tallystick",
    grouping: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    max_series: int = DEFAULT_MAX_SERIES,
    timeout: float = 10.0,
) -> None:
    """Replaces what a Pushgateway holds of this job by the results.

    Args:
        *sources: See `prometheus.Collector`.
        to: Where the Pushgateway is, such as `http://localhost:9091`, or
            `http://user:password@host:9091` for basic authentication.
        job: Name of the job.
        grouping: What else tells this push from others of the job, such as `{"model": "churn"}`:
            a push replaces all series of its job and grouping, and nothing else.
        labels: Constant labels for every series, such as `{"env": "prod"}`.
        max_series: See `prometheus.Collector`.
        timeout: Seconds to wait for the answer, above 0.

    Raises:
        ExportError: The Pushgateway cannot be reached or refuses the push.
        ParameterError: An argument is out of its domain.
        MissingDependencyError: prometheus-client is not installed.

    Cost: one request.

    Example:
        >>> import tallystick as ts
        >>> push(ts.profile({"age": [31, 42]}), to="http://127.0.0.1:1")
        Traceback (most recent call last):
        tallystick.errors.ExportError: http://127.0.0.1:1: cannot be reached: Connection refused
          hint: is a Pushgateway listening there?
    """
    where, handler = address_of(to)
    if not job:
        raise ParameterError("job: expected a name that is not empty", name="job")
    group = dict(grouping or {})
    check_labels({name: text for name, text in group.items() if text}, "grouping")
    registry = registry_of(Collector(*sources, labels=labels, max_series=max_series))
    from prometheus_client import push_to_gateway

    try:
        push_to_gateway(where, job, registry, grouping_key=group, timeout=timeout, **handler)
    except OSError as error:
        raise _told(where, error) from error


def address_of(to: str) -> tuple[str, dict[str, Any]]:
    """The address of a Pushgateway without credentials, and what they make of the request.

    Raises:
        ParameterError: It is no address.

    Example:
        >>> address_of("http://localhost:9091/")
        ('http://localhost:9091', {})
    """
    parts = urlsplit(to)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ParameterError(
            "push: expected the address of a Pushgateway",
            hint="such as http://localhost:9091",
            name="to",
        )
    where = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
    if parts.username is None:
        return where, {}
    from prometheus_client.exposition import basic_auth_handler

    user, password = unquote(parts.username), unquote(parts.password or "")
    signed = functools.partial(basic_auth_handler, username=user, password=password)
    return where, {"handler": signed}


def _told(where: str, error: OSError) -> ExportError:
    # Also a status other than 2xx is an OSError: urllib's HTTPError.
    if isinstance(error, urllib.error.HTTPError):
        said = error.read(400).decode(errors="replace").strip() or error.reason
        return ExportError(f"{where}: refused with status {error.code}: {said}", url=where)
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    text = getattr(reason, "strerror", None) or str(reason)
    hint = "is a Pushgateway listening there?"
    return ExportError(f"{where}: cannot be reached: {text}", hint=hint, url=where)
