"""Prometheus' text as its own client library reads it back, and what is refused."""

from __future__ import annotations

import os
import stat
import sys
from collections import defaultdict

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text

import tallystick as ts
from tallystick.errors import ExportError, MissingDependencyError, ParameterError
from tallystick.exporting import prometheus, pushgateway
from tallystick.exporting.prometheus import Collector, Exemplar, text, write_text
from unit.exporters import PAYLOADS, VALUES, VERSION, hostile_report


def samples(page: str, read=read_text) -> dict[str, list[tuple[dict[str, str], float]]]:
    found = defaultdict(list)
    for family in read(page):
        for sample in family.samples:
            found[sample.name].append((sample.labels, sample.value))
    return found


def value(page: str, name: str, **labels: str) -> float:
    found = [v for got, v in samples(page)[name] if labels.items() <= got.items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]


@pytest.fixture(scope="module")
def report():
    random = np.random.default_rng(4)
    usual = {"age": random.normal(40, 9, 5000), "plan": random.choice(["pro", "free"], 5000)}
    now = {"age": random.normal(48, 9, 2000), "plan": [None] * 20 + ["pro"] * 1980}
    spec = {"schema": 1, "model": {"name": "churn", "version": "v3"}, "segments": ["plan"]}
    return ts.compare(reference=usual, current=now, spec=spec)


def test_the_page_is_the_table(report):
    page = text(report)
    about = {"instrument": "age", "segment": "all", "model": "churn", "model_version": "v3"}
    assert value(page, "tallystick_psi_nats", **about) == report["age"]["psi"].value
    missing = report["plan"]["missing_share"]
    plan = {**about, "instrument": "plan"}
    assert value(page, "tallystick_missing_share_ratio", side="current", **plan) == 0.01
    assert value(page, "tallystick_missing_share_change_ratio", **plan) == missing.value
    assert value(page, "tallystick_missing_share_tolerance_ratio", **plan) == 0.05
    status = {"metric": "psi_corrected", "severity": "warn", **about}
    assert value(page, "tallystick_status", status="alert", **status) == 1
    assert value(page, "tallystick_status", status="undetermined", **status) == 0
    assert value(page, "tallystick_report_status", status="alert", model="churn") == 1
    assert value(page, "tallystick_rows_total", segment="all") == 2000
    assert value(page, "tallystick_instrument_rows_total", state="null", **plan) == 20
    assert value(page, "tallystick_model_info", spec_id=report.spec.spec_id) == 1


def test_what_is_undetermined_is_seen_with_its_reason():
    few = ts.compare(reference={"x": list(range(1000))}, current={"x": [1, 2, 3]})
    page = text(few)
    about = {"instrument": "x", "segment": "all", "metric": "psi_corrected"}
    assert value(page, "tallystick_status", status="undetermined", **about) == 1
    assert value(page, "tallystick_status", status="ok", **about) == 0
    assert value(page, "tallystick_status_reason", reason="too_few_rows", **about) == 1
    assert value(page, "tallystick_needed_rows", **about) == few["x"]["psi_corrected"].n_needed
    assert value(page, "tallystick_report_status", status="ok") == 0


def test_buckets_are_cumulative_and_end_in_all_finite_rows():
    data = {"x": [0.0, 1.0, 2.0, 2.0, 3.0, None, float("inf")]}
    page = text(ts.profile(data))
    found = [v for _, v in samples(page)["tallystick_instrument_values_bucket"]]
    assert found == sorted(found)
    assert value(page, "tallystick_instrument_values_bucket", le="+Inf") == 5
    assert value(page, "tallystick_instrument_values_count", instrument="x") == 5
    assert value(page, "tallystick_instrument_values_sum", instrument="x") == 8.0


def test_values_below_zero_have_buckets_and_no_sum():
    page = text(ts.profile({"x": [-1.0, 0.0, 1.0]}))
    assert value(page, "tallystick_instrument_values_bucket", le="+Inf") == 3
    assert not samples(page)["tallystick_instrument_values_sum"]


def test_openmetrics_is_read_with_its_exemplars():
    trace = Exemplar(41.0, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 1795600000.0)
    page = text(ts.profile({"age": [31, 42, 57]}), exemplars={"age": [trace]}, openmetrics=True)
    assert page.endswith("# EOF\n")
    families = {one.name: one for one in read_openmetrics(page)}
    assert families["tallystick_rows"].type == "counter"
    carried = [s for s in families["tallystick_instrument_values"].samples if s.exemplar]
    assert [(s.exemplar.value, s.exemplar.labels) for s in carried] == [
        (41.0, {"trace_id": trace.trace_id, "span_id": trace.span_id})
    ]
    assert float(carried[0].labels["le"]) >= 41.0
    # Given later by a call, as a recorder would.
    assert "trace_id" in text(
        ts.profile({"age": [31, 42]}), exemplars=lambda: {"age": [trace]}, openmetrics=True
    )


@pytest.mark.parametrize("openmetrics", [False, True])
def test_hostile_names_come_back_as_they_were(openmetrics):
    hostile = hostile_report()
    page = text(hostile, openmetrics=openmetrics)
    found = samples(page, read_openmetrics if openmetrics else read_text)
    assert all(name.startswith("tallystick_") for name in found)
    rows = found["tallystick_instrument_rows_total"]
    assert {labels["instrument"] for labels, _ in rows} == {*PAYLOADS, "country"}
    assert {labels["segment"] for labels, _ in rows} == {
        "all",
        *(f"country={one}" for one in VALUES),
    }
    assert {labels["model"] for labels, _ in rows} == {"".join(VALUES)}
    assert {labels["model_version"] for labels, _ in rows} == {VERSION}
    assert sum(v for labels, v in rows if labels["segment"] == "all") == len(VALUES) * 40 * (
        len(PAYLOADS) + 1
    )


def test_categories_are_never_exported():
    profile = ts.profile({"mail": ["jane@example.org", "x"] * 50})
    later = ts.profile({"mail": ["y", "eve@example.org"] * 50}, plan=profile.plan)
    page = text(ts.compare(reference=profile, current=later))
    assert "example.org" not in page
    assert value(page, "tallystick_instrument_rows_total", instrument="mail", state="other") == 100


def test_a_collector_shows_what_a_call_gives_at_the_time():
    now: list[ts.Profile] = []
    registry = CollectorRegistry()
    registry.register(Collector(lambda: now[-1] if now else None))
    where = {"segment": "all"}
    assert registry.get_sample_value("tallystick_rows_total", where) is None
    now.append(ts.profile({"x": [1, 2]}))
    assert registry.get_sample_value("tallystick_rows_total", where) == 2
    now.append(now[0] + now[0])
    assert registry.get_sample_value("tallystick_rows_total", where) == 4


def test_models_share_a_collector_and_each_family_is_told_once():
    models = [
        ts.profile({"x": [1.0] * n}, spec={"schema": 1, "model": {"name": f"m{n}"}}) for n in (2, 3)
    ]
    page = text(*models)
    assert value(page, "tallystick_rows_total", model="m2") == 2
    assert value(page, "tallystick_rows_total", model="m3") == 3
    assert page.count("# TYPE tallystick_rows_total ") == 1


def test_a_registry_refuses_a_second_collector():
    registry = CollectorRegistry()
    profile = ts.profile({"x": [1]})
    registry.register(Collector(profile))
    with pytest.raises(ValueError, match="Duplicated"):
        registry.register(Collector(profile))


def test_constant_labels_are_on_every_series():
    page = text(ts.profile({"x": [1.5, 2.5]}), labels={"env": "prod", "model": "churn"})
    for found in samples(page).values():
        assert all(labels["env"] == "prod" for labels, _ in found)
        assert all(labels["model"] == "churn" for labels, _ in found)


@pytest.mark.parametrize(
    "labels",
    [
        {"my-env": "x"},
        {"__x": "y"},
        {"1": "x"},
        {"e\n": "x"},
        {"le": "x"},
        {"segment": "x"},
        {"env": ""},
        {"env": 3},
    ],
)
def test_labels_that_would_need_changing_are_refused(labels):
    with pytest.raises(ParameterError, match="labels: expected"):
        Collector(ts.profile({"x": [1]}), labels=labels)


@pytest.mark.parametrize("limit", [0, 99, True, 1e6, "many"])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(ParameterError, match="at least 100"):
        Collector(max_series=limit)


def test_the_limit_is_one_of_the_page(report):
    page = text(report, max_series=120)
    assert sum(not line.startswith("#") for line in page.splitlines()) <= 120
    assert value(page, "tallystick_folded_series", kind="measurements") > 0
    assert value(page, "tallystick_decisions", status="alert") == len(report.alerts)


def test_a_report_knows_how(report):
    assert report.to_prometheus() == text(report)


def test_a_file_is_written_as_a_whole_and_readable_for_others(report, tmp_path):
    path = tmp_path / "churn.prom"
    path.write_text("old")
    assert write_text(path, report) == path
    assert path.read_text() == text(report)
    assert [one.name for one in tmp_path.iterdir()] == ["churn.prom"]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o644


def test_a_file_that_cannot_be_written_says_so(report, tmp_path):
    with pytest.raises(ExportError, match=r"none/churn\.prom: cannot be written: No such file"):
        write_text(tmp_path / "none" / "churn.prom", report)


@pytest.mark.parametrize("to", ["localhost:9091", "ftp://x", "http://", ""])
def test_an_address_that_is_none_is_refused(report, to):
    with pytest.raises(ParameterError, match="the address of a Pushgateway"):
        pushgateway.push(report, to=to)


@pytest.mark.parametrize(
    "more", [{"job": ""}, {"grouping": {"a b": "c"}}, {"grouping": {"le": "1"}}]
)
def test_a_group_that_would_need_changing_is_refused(report, more):
    with pytest.raises(ParameterError, match="expected"):
        pushgateway.push(report, to="http://127.0.0.1:1", **more)


def test_a_password_of_an_address_is_sent_and_never_shown(report):
    address, handler = pushgateway.address_of("http://me:s%40cret@127.0.0.1:1/base/")
    assert address == "http://127.0.0.1:1/base"
    assert handler["handler"].keywords == {"username": "me", "password": "s@cret"}
    with pytest.raises(ExportError) as caught:
        pushgateway.push(report, to="http://me:s%40cret@127.0.0.1:1")
    assert "cret" not in str(caught.value) + repr(caught.value.context)


def test_a_missing_library_is_named_with_its_extra(report, monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    for call in (lambda: text(report), lambda: prometheus.Collector(report)):
        with pytest.raises(MissingDependencyError, match=r"prometheus-client is not installed"):
            call()
