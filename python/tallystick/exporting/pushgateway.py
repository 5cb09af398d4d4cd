"""Results of a batch job to a Prometheus Pushgateway."""

from __future__ import annotations

import urllib.error
from collections.abc import Mapping

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
        to: Where the Pushgateway is, such as `http://localhost:9091`.
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
    if not to.startswith(("http://", "https://")):
        raise ParameterError(
            "to: expected the address of a Pushgateway",
            hint="such as http://localhost:9091",
            name="to",
        )
    if not job:
        raise ParameterError("job: expected a name that is not empty", name="job")
    group = {k: v for k, v in (grouping or {}).items() if k not in ("model", "model_version")}
    check_labels(group)
    collector = Collector(*sources, labels=labels, max_series=max_series)
    registry = registry_of(collector)
    from prometheus_client import push_to_gateway

    try:
        push_to_gateway(
            to.rstrip("/"), job, registry, grouping_key=dict(grouping or {}), timeout=timeout
        )
    except urllib.error.HTTPError as error:
        said = error.read(400).decode(errors="replace").strip()
        raise ExportError(
            f"{to}: refused with status {error.code}: {said or error.reason}", url=to
        ) from error
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or str(reason)
        raise ExportError(
            f"{to}: cannot be reached: {reason}",
            hint="is a Pushgateway listening there?",
            url=to,
        ) from error
