"""Which language a text is in, by its script."""

from __future__ import annotations

import re

from index.types import Language

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")


def count_han(text: str) -> int:
    """The number of Han characters."""
    return len(_HAN.findall(text))


def detect_language(text: str, default: Language = "en") -> Language:
    """``zh`` if the text has at least as many Han characters as Latin words, else ``en``.

    A Han character is weighed against a word, not a letter, because Chinese prose about technology is full of English
    names: "Stable Diffusion 训练成本" is Chinese. A text with neither gets ``default``.
    """
    han, words = count_han(text), len(_LATIN_WORD.findall(text))
    if han == words == 0:
        return default
    return "zh" if han >= words else "en"
