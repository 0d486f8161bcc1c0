"""Turns articles into something searchable: reading, cutting, encoding, indexing, storing."""

from __future__ import annotations
