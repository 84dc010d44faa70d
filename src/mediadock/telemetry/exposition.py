"""Exposition: all samples as Prometheus reads them, and ``GET /metrics``.

Every web process answers with the same figures, those of all processes, so one address is scraped, not each process.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from mediadock.telemetry.conf import telemetry_conf
from mediadock.telemetry.metrics import METRICS, Metric
from mediadock.telemetry.questions import Sample, ask_all
from mediadock.telemetry.tally import INFINITY

KEPT_S = 2.0
"""Who scrapes more often than this gets the last answer again."""
_log = logging.getLogger(__name__)
Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of all processes; 404 without ``MEDIADOCK_METRICS_TOKEN``, 401 for whoever does not have it."""
    token = telemetry_conf().metrics_token
    if not token:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    try:
        text = _last.text()
    except DatabaseError as error:
        _log.warning("no metrics: %s", error)
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"})
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


def exposed(samples: Iterable[Sample]) -> bytes:
    """The text format of these samples; a metric that has none is there with its help."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Samples(samples))
    return generate_latest(registry)


class _LastAnswer:
    """The text that was made last; several who scrape at once ask once."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._made_at = float("-inf")
        self._text = b""

    def text(self) -> bytes:
        with self._asking:
            if time.monotonic() - self._made_at > KEPT_S:
                self._text = exposed(ask_all())
                self._made_at = time.monotonic()
            return self._text


class _Samples(Collector):
    def __init__(self, samples: Iterable[Sample]) -> None:
        self._by_metric: defaultdict[str, list[Sample]] = defaultdict(list)
        for sample in samples:
            self._by_metric[sample.metric].append(sample)

    def collect(self) -> Iterator[Family]:
        for metric in METRICS:
            yield _family(metric, self._by_metric[metric.name])


def _family(metric: Metric, samples: list[Sample]) -> Family:
    if metric.kind == "histogram":
        return _histogram(metric, samples)
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.meaning, labels=metric.labels)
    for sample in samples:
        family.add_metric(sample.labels, sample.value)
    return family


def _histogram(metric: Metric, samples: list[Sample]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    series: defaultdict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for sample in samples:
        series[sample.labels][sample.bound] = sample.value
    for labels, values in series.items():
        family.add_metric(labels, list(_cumulated(metric, values)), sum_value=values.get("", 0.0))
    return family


def _cumulated(metric: Metric, values: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Each bucket with all below it. A bound that is declared no more counts with the next one up."""
    counted = sorted((float(bound), count) for bound, count in values.items() if bound)
    for bound in (*map(str, metric.bounds), INFINITY):
        yield bound, sum(count for upper, count in counted if upper <= float(bound))


_last = _LastAnswer()
