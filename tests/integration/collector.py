"""A collector on loopback that takes OTLP over HTTP, as any collector does."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan


@dataclass
class Collector:
    """What has come."""

    paths: list[str] = field(default_factory=list[str])
    bodies: list[bytes] = field(default_factory=list[bytes])
    url: str = ""

    def spans(self) -> list[WireSpan]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def running_collector() -> Generator[Collector]:
    taken = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.paths.append(self.path)
            taken.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        taken.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield taken
        server.shutdown()
        serving.join()


def names_below(spans: list[WireSpan], parent: WireSpan | None, depth: int = 0) -> list[str]:
    """The tree as lines, by what the spans say of their parents."""
    above = b"" if parent is None else parent.span_id
    children = sorted(
        (span for span in spans if span.parent_span_id == above), key=lambda span: span.start_time_unix_nano
    )
    return [
        line
        for span in children
        for line in (f"{'  ' * depth}{span.name}", *names_below(spans, span, depth + 1))
    ]
