"""What happens around every request: an id, a size limit, security headers, one line in the log, a count."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextlib import suppress
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLargeError, internal_error, problem
from api.metrics import Metrics

log = logging.getLogger("api.access")

_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_SECURITY = {
    b"content-security-policy": b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}
_CONTENT_LENGTH_DIGITS = 20
"""More say nothing new, and Python refuses to read thousands of them."""
_DOCS = ("/docs", "/static-offline-docs")
"""Swagger UI starts from an inline script, which the policy above would stop."""


class RequestMiddleware:
    """Pure ASGI, so that streams pass through untouched."""

    def __init__(self, app: ASGIApp, largest_body: int, metrics: Metrics) -> None:
        self._app, self._largest_body, self._metrics = app, largest_body, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = {b"x-request-id": request_id.encode()}
                if not scope["path"].startswith(_DOCS):
                    extra |= _SECURITY
                message["headers"] = [*message["headers"], *extra.items()]
            await send(message)

        try:
            await self._run(scope, receive, send_with_headers, headers, request_id)
        except Exception:
            # answered here, not by the framework's own handler, which stands outside and knows none of these headers
            log.error("request %s failed", request_id)
            if not status:
                await internal_error(request_id)(scope, receive, send_with_headers)
            raise  # the server logs what happened
        finally:
            took = time.perf_counter() - began
            path = scope["path"].encode("unicode_escape").decode()
            log.info("%s %s %d %.1fms %s", scope["method"], path, status, took * 1000, request_id)
            self._metrics.count_request(scope["method"], getattr(scope.get("route"), "path", None), status, took)

    async def _run(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes], request_id: str
    ) -> None:
        declared = headers.get(b"content-length", b"0")[:_CONTENT_LENGTH_DIGITS]
        received = int(declared) if declared.isdigit() else 0
        too_large = BodyTooLargeError(self._largest_body)
        refusal = problem(request_id, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", str(too_large))
        if received > self._largest_body:
            await refusal(scope, receive, send)
            return
        received, refused = 0, False

        async def receive_limited() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest_body:
                refused = True
                raise too_large
            return message

        async def send_unless_refused(message: Message) -> None:
            if not refused:  # FastAPI answers any error while it reads a body with a 400 of its own
                await send(message)

        with suppress(BodyTooLargeError):
            await self._app(scope, receive_limited, send_unless_refused)
        if refused:
            await refusal(scope, receive, send)
