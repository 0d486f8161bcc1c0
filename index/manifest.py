"""What a generation of the index says about itself, in a file people can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index.dense import DenseSettings
from index.errors import DamagedIndexError, FormatMismatchError
from index.passages import CutSettings

FORMAT = 4
"""Raised whenever a file of the index changes its meaning."""
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """The encoder that made the vectors."""

    name: str
    dimensions: int
    settings: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what an index over given articles looks like. Another recipe means building anew."""

    encoder: EncoderRecord
    cut: CutSettings
    dense: DenseSettings
    user_dictionary: str = ""
    glossary: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation: when and how it was built, what it holds, and the checksum of each of its files.

    ``content`` is a digest of the recipe, the articles' checksums and ``answering``: equal content, equal index.
    ``answering`` is what decides which questions are answered from this index; what it means is the business of whoever asks.
    """

    version: str
    created: str
    content: str
    sources: tuple[str, ...]
    articles: int
    passages: int
    sentences: int
    recipe: Recipe
    files: Mapping[str, str]
    format: int = FORMAT
    answering: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Reads the manifest of a generation.

        Raises:
            DamagedIndexError: it is missing or no manifest.
            FormatMismatchError: another version wrote it.
        """
        path = folder / NAME
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            found = data["format"]
        except FileNotFoundError:
            raise DamagedIndexError(path, "missing") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndexError(path, f"unreadable ({type(error).__name__})") from error
        if found != FORMAT:
            raise FormatMismatchError(found, FORMAT)
        try:
            recipe = data.pop("recipe")
            return cls(
                **{**data, "sources": tuple(data["sources"])},
                recipe=Recipe(
                    EncoderRecord(**recipe["encoder"]),
                    CutSettings(**recipe["cut"]),
                    DenseSettings(**recipe["dense"]),
                    recipe["user_dictionary"],
                    recipe["glossary"],
                ),
            )
        except (KeyError, TypeError) as error:
            raise DamagedIndexError(path, f"not a manifest ({error})") from error


@dataclass(frozen=True, slots=True)
class LastBuild:
    """What the next build takes over unless told otherwise; read from a manifest of any format."""

    sources: tuple[str, ...]
    encoder: str
    user_dictionary: str
    glossary: str

    @classmethod
    def load(cls, folder: Path) -> LastBuild:
        """Reads what has been in every format.

        Raises:
            DamagedIndexError: the manifest is missing or unreadable.
        """
        path = folder / NAME
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            recipe = data["recipe"]
            texts = (str(recipe["encoder"]["name"]), recipe.get("user_dictionary", ""), recipe.get("glossary", ""))
            return cls(tuple(map(str, data["sources"])), *texts)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedIndexError(path, "unreadable") from error
