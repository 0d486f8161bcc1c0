"""The one place where errors become HTTP: a table of classes, and one maker of problem+json bodies (RFC 9457)."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from index.errors import SearchIndexError
from rag.errors import EngineError, InvalidParameterError, InvalidQueryError, QuoteGoneError, UnknownArticleError

log = logging.getLogger("api")

STATUS_OF: dict[type[Exception], HTTPStatus] = {
    InvalidQueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidParameterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownArticleError: HTTPStatus.NOT_FOUND,
    QuoteGoneError: HTTPStatus.GONE,
    SearchIndexError: HTTPStatus.SERVICE_UNAVAILABLE,
    EngineError: HTTPStatus.BAD_REQUEST,
}
"""Most specific first; the first class that fits decides."""


class BodyTooLargeError(Exception):
    """The request body is larger than the server takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the request body is larger than {limit:,} bytes; send a shorter one")


def problem(request_id: str, status: HTTPStatus, code: str, detail: str) -> Response:
    """An error response. Escaped to ASCII, so that it can quote whatever it complains about."""
    body = _body(request_id, status, code, detail)
    return Response(json.dumps(body), status.value, media_type="application/problem+json")


def internal_error(request_id: str) -> Response:
    """What nobody foresaw; the log has the rest."""
    return problem(request_id, HTTPStatus.INTERNAL_SERVER_ERROR, *_UNFORESEEN)


def problem_json(request_id: str, error: Exception) -> dict[str, Any]:
    """The same body for an error that comes when a response has begun."""
    status = next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), None)
    if status is None:
        log.error("request %s failed", request_id, exc_info=error)
        return _body(request_id, HTTPStatus.INTERNAL_SERVER_ERROR, *_UNFORESEEN)
    return _body(request_id, status, getattr(error, "code", "error"), str(error))


_UNFORESEEN = ("internal_error", "the server failed; tell its maintainer the request_id")


def _body(request_id: str, status: HTTPStatus, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:cited-rag:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }


def request_id(request: Request) -> str:
    """What the middleware named a request."""
    return str(getattr(request.state, "request_id", ""))


def install(app: FastAPI) -> None:
    """Registers a handler for every kind of error that is the caller's or the index's."""

    async def domain(request: Request, error: Exception) -> Response:
        body = problem_json(request_id(request), error)
        return Response(json.dumps(body), body["status"], media_type="application/problem+json")

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            detail = (
                f"the body is not valid JSON ({first.get('ctx', {}).get('error', 'syntax error')}); check its syntax"
            )
            return problem(request_id(request), HTTPStatus.BAD_REQUEST, "invalid_json", detail)
        place = ".".join(str(part) for part in first["loc"][1:]) or "the body"  # the first part says body or query
        detail = f"{place}: {first['msg']}; /docs describes the request"
        return problem(request_id(request), HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", detail)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.BAD_REQUEST:  # only FastAPI raises it, for bytes that are no UTF-8 and the like
            return problem(request_id(request), status, "invalid_json", "the body cannot be read; send JSON in UTF-8")
        code = status.name.lower()
        response = problem(request_id(request), status, code, f"{error.detail}; /docs lists what there is")
        response.headers.update(error.headers or {})
        return response

    for kind in STATUS_OF:
        app.add_exception_handler(kind, domain)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
