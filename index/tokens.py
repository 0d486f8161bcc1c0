"""The one tokenizer of the lexical index, for passages and questions alike."""

from __future__ import annotations

import functools
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import snowballstemmer

from index.glossary import chinese_terms
from index.language import count_han
from index.spans import Span

_RUN = re.compile(r"[a-z0-9\u00c0-\u024f]+(?:[-._·•&+'’/:#@][a-z0-9\u00c0-\u024f]+)*|[^\W_a-z0-9\u00c0-\u024f]+")
_LATIN = re.compile(r"[a-z0-9\u00c0-\u024f']+")
_PART = re.compile(r"\d+|[^\W\d_]+")
_SHORTEST_STEMMED = 4
STOP_WORDS = frozenset(
    (
        "a an the of to in on at by for from with and or as is are was were be been do does did has have had "
        "it its this that these those what which who whom whose how when where why 的 了 是 在 和 与 也 都 就 "
        "而 及 或 被 把 对 从 向 为 之 其 这 那 有 吗 呢 吧 啊 什么 哪些 怎么 如何 多少 为什么 哪 几 请问"
    ).split()
)
"""Words that ask or join and name nothing; BM25Okapi would give those in half of the passages a weight all the same."""


class Tokenizer:
    """Words to match: jieba's in search mode for Chinese, stemmed words and whole identifiers for the rest.

    Args:
        user_dictionary: lines ``word [frequency] [tag]`` as jieba reads them, for names that it would cut.
        glossary: the user's, as CSV text; its Chinese terms are words too.
        cache: folder for jieba's compiled dictionary, which saves a second on the next start.

    Raises:
        GlossaryError: the glossary is not a table of terms and translations.
    """

    def __init__(self, user_dictionary: str = "", cache: Path | None = None, glossary: str = "") -> None:
        self._user_dictionary = user_dictionary
        self._terms = chinese_terms(glossary)
        self._cache = cache

    def tokens(self, text: str) -> list[str]:
        """The tokens of ``text`` in order, repeated as often as they occur.

        "GPT-3.5" gives gpt35, gpt, 3 and 5, so that it meets "GPT3.5" whole and "GPT 3.5" in parts.
        """
        return [token for token in self._cut(_fold(text)) if token not in STOP_WORDS]

    def words(self, text: str) -> list[str]:
        """The words of ``text`` one after the other, folded, none cut further; white space and marks left out."""
        found: list[str] = []
        for match in _RUN.finditer(_fold(text)):
            run = match.group()
            found += self._jieba.lcut(run) if count_han(run) else [run]
        return found

    @staticmethod
    def latin_words(text: str) -> list[str]:
        """The runs of Latin letters and digits, folded and not stemmed."""
        return _LATIN.findall(_fold(text))

    def _cut(self, folded: str) -> Iterator[str]:
        for match in _RUN.finditer(folded):
            run = match.group()
            if not run.isascii() and count_han(run):
                yield from (word for word in self._jieba.cut_for_search(run) if word.strip())
                continue
            parts = _PART.findall(run)
            yield from (stem(part) for part in parts)
            if len(parts) > 1:
                yield _whole(run, parts)

    @functools.cached_property
    def _jieba(self) -> Any:
        # imported here: its dictionary takes half a second and 80 MB, which a purely English index need not pay
        import jieba

        jieba.setLogLevel("ERROR")
        tokenizer = jieba.Tokenizer()
        if self._cache is not None:
            # by default jieba trusts a file in the world-writable temporary folder
            self._cache.mkdir(parents=True, exist_ok=True)
            tokenizer.tmp_dir = str(self._cache)
        tokenizer.initialize()
        for term in self._terms:
            tokenizer.add_word(term)
        if self._user_dictionary:
            tokenizer.load_userdict(io.BytesIO(self._user_dictionary.encode()))
        return tokenizer


def locate(text: str, tokens: frozenset[str]) -> list[Span]:
    """Where the given tokens stand in ``text``, in order of position.

    Latin words are compared by their stems and shown whole; Chinese words are looked for as they are.
    """
    folded = _fold_in_place(text)
    found = []
    for run in _RUN.finditer(folded):
        parts = list(_PART.finditer(run.group()))
        if len(parts) > 1 and _whole(run.group(), [part.group() for part in parts]) in tokens:
            found.append(Span(*run.span()))
        else:
            found += [
                Span(part.start() + run.start(), part.end() + run.start())
                for part in parts
                if stem(part.group()) in tokens
            ]
    for token in tokens:
        if count_han(token):
            found += [Span(match.start(), match.end()) for match in re.finditer(re.escape(token), folded)]
    return sorted(set(found))


def _fold(text: str) -> str:
    """Full-width to half-width, capitals to small letters, traditional characters to simplified ones."""
    return str(_simplifier().convert(unicodedata.normalize("NFKC", text).lower()))


@functools.cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _whole(run: str, parts: Sequence[str]) -> str:
    """An identifier without what joins its parts, so that DALL·E2 is DALL-E2; a number as it stands: 4.6 is not 46."""
    return run if all(part.isdigit() for part in parts) else "".join(parts)


@functools.lru_cache(maxsize=2_000)
def _fold_in_place(text: str) -> str:
    """Folded one character for one, so that positions stay; what would fold to several is left alone."""
    folded = "".join(map(_fold_character, text))
    # characters are simplified by their neighbours: 乾燥 becomes 干燥, 乾隆 stays
    simplified = str(_simplifier().convert(folded))
    return simplified if len(simplified) == len(text) else folded


@functools.lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """An English word without its ending; short and foreign words as they are."""
    if len(word) < _SHORTEST_STEMMED or not word.isascii():
        return word
    return str(_STEMMER.stemWord(word))


_STEMMER = snowballstemmer.stemmer("english")
