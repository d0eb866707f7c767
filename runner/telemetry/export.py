"""Sends spans by OTLP; the only importer of `opentelemetry` (extra `traces`).

Spans are started and ended with the moments and ids of the records, through the SDK's public interface; a
collector's credentials come from OTEL_EXPORTER_OTLP_HEADERS, as for any other program (OTLP exporter
specification).
"""

from __future__ import annotations

from datetime import UTC, datetime

from runner.errors import SettingsError
from runner.telemetry.spans import Span
from runner.telemetry_settings import Traces

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON
    from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags
    from opentelemetry.trace.propagation import set_span_in_context
except ImportError:
    raise SettingsError(
        "the OpenTelemetry SDK is not installed", where="traces", remedy="pip install 'severance[traces]'"
    ) from None

__all__ = ["Export", "by_otlp"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Ids(IdGenerator):
    """Gives the ids that the next span is to have."""

    trace = span = 0

    def generate_span_id(self) -> int:
        return self.span

    def generate_trace_id(self) -> int:
        return self.trace


class Export:
    """Where spans go; used by one thread at a time."""

    def __init__(self, processor: SpanProcessor) -> None:
        """processor: hands ended spans to an exporter."""
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource({"service.name": "severance"}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("severance")

    def send(self, span: Span) -> None:
        """Hand one span over."""
        self._ids.trace, self._ids.span = span.trace, span.id
        flags = TraceFlags(TraceFlags.SAMPLED)
        around = SpanContext(span.trace, span.parent, is_remote=False, trace_flags=flags)
        made = self._tracer.start_span(
            span.name,
            context=set_span_in_context(NonRecordingSpan(around)) if span.parent else None,
            start_time=_nanoseconds(span.begun_at),
            attributes=dict(span.attributes),
        )
        if span.wrong:
            made.set_status(Status(StatusCode.ERROR))
        made.end(end_time=_nanoseconds(span.ended_at))

    def close(self) -> None:
        """Send what is left, and stop."""
        self._provider.shutdown()


def by_otlp(settings: Traces) -> Export:
    """Return an export to the endpoint of the settings."""
    return Export(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.to)))


def _nanoseconds(moment: str) -> int:
    passed = datetime.fromisoformat(moment) - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000_000 + passed.microseconds * 1000
