"""For those who run the product: health, readiness, metrics, one log line per request, a request id."""

from __future__ import annotations

import os
import re
from uuid import uuid4

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from web.current import actor, logged_path, product, request_id
from workflow.clock import monotonic
from workflow.errors import Unavailable
from workflow.form.private_numbers import private_number
from workflow.services import health

blueprint = Blueprint("operators", __name__)
_log = structlog.get_logger("web")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METRICS = "subsidy_metrics"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one application, in a registry of their own (tests make many applications)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "subsidy_http_requests_total",
            "Requests answered, by endpoint, method and status.",
            ["endpoint", "method", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "subsidy_http_request_seconds",
            "Time to answer, by endpoint.",
            ["endpoint"],
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """The text that Prometheus reads; over all worker processes where they share a directory."""
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
            return generate_latest(shared)
        return generate_latest(self.registry)


def observe(app: Flask) -> None:
    """Numbers every request, measures it, and writes one line about it."""
    app.extensions[_METRICS] = Metrics()
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    offered = request.headers.get("X-Request-ID", "")
    usable = _REQUEST_ID.fullmatch(offered) and not private_number(offered)
    g.request_id = offered if usable else uuid4().hex
    g.began = monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    seconds = monotonic() - g.began
    endpoint = request.endpoint or "none"
    metrics: Metrics = current_app.extensions[_METRICS]
    metrics.requests.labels(endpoint, _method(), str(response.status_code)).inc()
    metrics.latency.labels(endpoint).observe(seconds)
    response.headers["X-Request-ID"] = request_id()
    person = actor()
    _log.info(
        "request",
        # The query string stays out: a search may hold a name.
        method=request.method,
        path=logged_path(),
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        account=None if person is None else person.login,
        address=request.remote_addr,
    )
    return response


def _method() -> str:
    # Anybody may invent methods; each would be a series of its own for ever.
    return request.method if request.method in _METHODS else "other"


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the process answers at all."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether it can do its work: database reachable and migrated; 503 otherwise."""
    try:
        return jsonify(health.is_ready(product()))
    except (Unavailable, SQLAlchemyError) as error:
        reason = error.message if isinstance(error, Unavailable) else "数据库无法连接"
        response = jsonify({"ready": False, "reason": reason})
        response.status_code = 503
        return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters and latencies for Prometheus."""
    known: Metrics = current_app.extensions[_METRICS]
    return Response(known.exposition(), content_type=CONTENT_TYPE_LATEST)
