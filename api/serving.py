"""The engine while it is being served: it follows new generations of the index, and survives a bad one."""

from __future__ import annotations

import logging
import threading
import time

from index.errors import SearchIndexError
from rag.engine import Engine

log = logging.getLogger("api")


class ServedEngine:
    """Looks for a newer generation at most every ``seconds``, when asked for the engine."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        self.engine, self._seconds = engine, seconds
        self._looked = time.monotonic()
        self._looking = threading.Lock()

    @property
    def due(self) -> bool:
        """Whether it is time to look."""
        return time.monotonic() - self._looked >= self._seconds

    def current(self) -> Engine:
        """The engine. A newer generation that cannot be used is logged and the older one goes on answering."""
        if self.due and self._looking.acquire(blocking=False):
            try:
                if self.engine.refresh():
                    log.info("now serving index %s", self.engine.index.version)
            except SearchIndexError as error:
                log.error("still serving index %s: %s", self.engine.index.version, error)
            finally:
                self._looked = time.monotonic()
                self._looking.release()
        return self.engine
