"""Debian's Prometheus, promtool and Pushgateway take what is exported, and say the same of it."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
import time

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, start_http_server

import tallystick as ts
from outside import servers
from outside.servers import get, query, wait_for
from repo.source import ROOT
from tallystick.errors import ExportError
from tallystick.exporting import prometheus, pushgateway
from tallystick.exporting.points import families
from tallystick.exporting.prometheus import Collector, Exemplar
from unit.exporters import PAYLOADS, VALUES, hostile_report

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def model() -> ts.Comparison:
    random = np.random.default_rng(4)

    def rows(n: int, shift: float) -> dict[str, np.ndarray]:
        score = random.uniform(0, 1, n)
        return {
            "age": random.normal(40 + shift, 9, n),
            "wait": random.lognormal(0, 1, n),
            "plan": random.choice(["pro", "free"], n),
            "p": score,
            "y": random.uniform(0, 1, n) < score * 0.7,
        }

    spec = {
        "schema": 1,
        "model": {"name": "churn", "version": "v3"},
        "segments": ["plan"],
        "score": {"column": "p", "threshold": 0.5},
        "label": {"column": "y"},
        "columns": {"wait": {"binning": "log_linear"}},
    }
    usual = ts.profile(rows(6000, 0.0), spec=spec)
    now = ts.profile(rows(3000, 8.0), plan=usual.plan)
    return ts.compare(reference=usual, current=now, spec=spec)


@pytest.fixture(scope="module")
def report():
    return model()


@pytest.fixture(scope="module")
def scraped(report, tmp_path_factory):
    """A server that has scraped a report, and a hostile one."""
    registry = CollectorRegistry()
    trace = Exemplar(41.0, TRACE, timestamp=time.time())
    registry.register(Collector(report, hostile_report(), exemplars={"age": [trace]}))
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        folder = tmp_path_factory.mktemp("prometheus")
        with servers.prometheus(server.server_port, folder) as url:
            wait_for(lambda: query(url, "tallystick_rows_total"))
            yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_scrape_is_accepted_as_a_whole(scraped):
    targets = json.loads(get(f"{scraped}/api/v1/targets"))["data"]["activeTargets"]
    assert [(one["health"], one["lastError"]) for one in targets] == [("up", "")]
    # Series that are told twice are left out with a warning, and counted.
    ((_, added),) = query(scraped, "scrape_samples_scraped")
    ((_, kept),) = query(scraped, "scrape_samples_post_metric_relabeling")
    assert added == kept > 500


def test_queries_answer_with_the_numbers_of_the_table(scraped, report):
    about = 'model="churn",instrument="age",segment="all"'
    ((labels, value),) = query(scraped, f"tallystick_psi_nats{{{about}}}")
    assert value == report["age"]["psi"].value
    assert labels["model_version"] == "v3"
    alerts = query(scraped, 'tallystick_status{model="churn",status="alert"} == 1')
    found = {(one["instrument"], one["segment"], one["metric"]) for one, _ in alerts}
    assert found == {(row.instrument, row.segment, row.metric) for row in report.alerts}
    undetermined = query(scraped, 'sum(tallystick_status{model="churn",status="undetermined"})')
    assert [value for _, value in undetermined] == [len(report.undetermined)]


def test_quantiles_of_buckets_are_near_those_of_the_rows(scraped, report):
    buckets = 'tallystick_instrument_values_bucket{model="churn",instrument="age",segment="all"}'
    ((_, median),) = query(scraped, f"histogram_quantile(0.5, {buckets})")
    assert abs(median - report.current["age"]["mean"]) < 1.5


def test_hostile_names_are_labels_as_they_were(scraped):
    rows = query(scraped, 'tallystick_instrument_rows_total{model!="churn",state="counted"}')
    assert {labels["instrument"] for labels, _ in rows} == {*PAYLOADS, "country"}
    assert {labels["segment"] for labels, _ in rows} == {"all", *(f"country={v}" for v in VALUES)}
    names = json.loads(get(f"{scraped}/api/v1/label/__name__/values"))["data"]
    ours = {name for name in names if name.startswith("tallystick_")}
    assert {name for name in names if not name.startswith(("tallystick_", "scrape_"))} == {"up"}
    assert len(ours) > 50


def test_exemplars_are_stored_and_found(scraped):
    def found() -> list[dict]:
        answer = get(
            f"{scraped}/api/v1/query_exemplars",
            query="tallystick_instrument_values_bucket",
            start=str(time.time() - 600),
            end=str(time.time() + 60),
        )
        return json.loads(answer)["data"]

    (series,) = wait_for(found)
    assert series["seriesLabels"]["instrument"] == "age"
    assert float(series["seriesLabels"]["le"]) >= 41.0
    (exemplar,) = series["exemplars"]
    assert (exemplar["labels"], exemplar["value"]) == ({"trace_id": TRACE}, "41")


@pytest.mark.parametrize("page", ["report", "profile", "hostile", "folded"])
def test_promtool_has_nothing_to_say(report, page):
    text = {
        "report": lambda: prometheus.text(report),
        "profile": lambda: prometheus.text(report.current),
        "hostile": lambda: prometheus.text(hostile_report()),
        "folded": lambda: prometheus.text(report, max_series=300),
    }[page]()
    lint(text)


def lint(text: str) -> None:
    tool = servers.program("promtool", "prometheus")
    run = subprocess.run(
        [tool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_promtool_has_nothing_to_say_of_any_name_there_can_be():
    page = []
    for family in families():
        metric = prometheus._metric(family)
        name = metric.name + ("_total" if family.kind == "counter" else "")
        kind = "gauge" if family.kind == "histogram" else family.kind
        page.append(f"# HELP {name} {metric.documentation}\n# TYPE {name} {kind}\n{name} 1\n")
    lint("".join(page))


def test_the_rules_of_the_guide_are_rules(tmp_path):
    page = (ROOT / "docs/guide/prometheus.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    rules = tmp_path / "rules.yml"
    rules.write_text("groups:\n- name: guide\n  rules:\n" + textwrap.indent(block, "  "))
    tool = servers.program("promtool", "prometheus")
    run = subprocess.run([tool, "check", "rules", str(rules)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "3 rules found" in run.stdout
    asked = set(re.findall(r"tallystick_\w+", block))
    assert asked <= {prometheus._metric(family).name for family in families()}


def test_promtool_sees_a_bad_name():
    with pytest.raises(AssertionError):
        lint("# HELP x_count Bad.\n# TYPE x_count gauge\nx_count 1\n")


def test_a_pushgateway_holds_each_model_apart_and_each_push_anew(report, tmp_path):
    hostile = hostile_report()
    name = hostile.spec.model.name
    with servers.pushgateway(tmp_path) as url:
        pushgateway.push(report, to=url, grouping={"model": "churn"})
        pushgateway.push(hostile, to=url, grouping={"model": name})
        few = ts.compare(reference=report.reference, current=report.reference, spec=report.spec)
        pushgateway.push(few, to=f"{url}/", grouping={"model": "churn"})
        groups = json.loads(get(f"{url}/api/v1/metrics"))["data"]
        held = {one["labels"]["model"]: one for one in groups}
        assert set(held) == {"churn", name}
        assert {one["labels"]["job"] for one in groups} == {"tallystick"}
        (total,) = (
            one["value"]
            for one in held["churn"]["tallystick_rows_total"]["metrics"]
            if one["labels"]["segment"] == "all"
        )
        assert float(total) == 6000
        rows = held[name]["tallystick_instrument_rows_total"]["metrics"]
        assert {one["labels"]["instrument"] for one in rows} == {*PAYLOADS, "country"}
        with pytest.raises(ExportError, match="refused with status 404"):
            pushgateway.push(report, to=f"{url}/nowhere")
