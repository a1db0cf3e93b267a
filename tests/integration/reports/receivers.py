"""Receivers on loopback: a webhook and a mail server that answer as told, and keep what they got."""

import asyncio
import http.server
import ssl
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hook:
    """`answers`: the status of each request to come; then 200. `location`: where a redirect leads."""

    port: int = 0
    answers: list[int] = field(default_factory=list[int])
    location: str = ""
    got: list[Received] = field(default_factory=list[Received])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/reports?from=leadhand"

    @property
    def https_url(self) -> str:
        return f"https://localhost:{self.port}/reports"


@contextmanager
def webhook(tls: ssl.SSLContext | None = None) -> Generator[Hook]:
    hook = Hook()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.got.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(hook.answers.pop(0) if hook.answers else 200)
            if hook.location:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_port
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Post:
    """`answers`: what is said to each mail to come; then it is taken. `senders`: to who it is from.

    `goodbye`: to who leaves.
    """

    port: int = 0
    answers: list[str] = field(default_factory=list[str])
    goodbye: str = "221 Bye"
    senders: list[str] = field(default_factory=list[str])
    got: list[EmailMessage] = field(default_factory=list[EmailMessage])
    to: list[list[str]] = field(default_factory=list[list[str]])

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        del server, session
        if self.senders:
            return self.senders.pop(0)
        envelope.mail_from, envelope.mail_options = address, [*mail_options]
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        del server, session, rcpt_options
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del server, session
        content = cast("bytes", envelope.content)
        self.got.append(message_from_bytes(content, policy=modern))
        self.to.append([str(one) for one in envelope.rcpt_tos])
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del server, session, envelope
        return self.goodbye


@asynccontextmanager
async def mail_server(
    *, starttls: ssl.SSLContext | None = None, from_start: ssl.SSLContext | None = None, port: int = 0
) -> AsyncGenerator[Post]:
    """With `starttls` it takes no mail before that."""
    post = Post()
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return SMTP(post, tls_context=starttls, require_starttls=starttls is not None, loop=loop)

    server = await loop.create_server(connected, "127.0.0.1", port, ssl=from_start)
    async with server:
        post.port = int(server.sockets[0].getsockname()[1])
        yield post
