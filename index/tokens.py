"""The one tokenizer of the lexical index, for passages and questions alike."""

from __future__ import annotations

import functools
import io
import marshal
import re
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import snowballstemmer

from index.glossary import chinese_terms
from index.language import count_han
from index.spans import Span
from index.transliteration import Transliteration

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
        self._cutter: Any = None
        self._loading = threading.Lock()
        # dictionaries give the same few thousand translations again and again
        self.term_tokens = functools.lru_cache(20_000)(self._distinct_tokens)
        self._cache = cache

    def tokens(self, text: str) -> list[str]:
        """The tokens of ``text`` in order, repeated as often as they occur.

        "GPT-3.5" gives gpt35, gpt, 3 and 5, so that it meets "GPT3.5" whole and "GPT 3.5" in parts.
        """
        return [token for token in self._cut(_fold(text)) if token not in STOP_WORDS]

    def _distinct_tokens(self, term: str) -> tuple[str, ...]:
        """The tokens of a dictionary's term, each once, in order."""
        return tuple(dict.fromkeys(self.tokens(term)))

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

    @staticmethod
    def fold(text: str) -> str:
        """Full-width to half-width, capitals to small letters, traditional characters to simplified ones."""
        return _fold(text)

    def _cut(self, folded: str) -> Iterator[str]:
        for match in _RUN.finditer(folded):
            run = match.group()
            if not run.isascii() and count_han(run):
                words = [word for word in self._jieba.cut_for_search(run) if word.strip()]
                yield from words
                # a transcribed name stays whole beside the words that jieba sees in it
                yield from (name for name in Transliteration.shipped().find_names(run) if name not in words)
                continue
            parts = _PART.findall(run)
            yield from (stem(part) for part in parts)
            if len(parts) > 1:
                yield _whole(run, parts)

    @property
    def _jieba(self) -> Any:
        with self._loading:
            if self._cutter is None:
                self._cutter = self._load_jieba()
            return self._cutter

    def _load_jieba(self) -> Any:
        # imported here: its dictionary takes half a second and 80 MB, which a purely English index need not pay
        import jieba

        jieba.setLogLevel("ERROR")
        tokenizer = jieba.Tokenizer()
        _load_dictionary(tokenizer, self._cache)
        for term in self._terms:
            tokenizer.add_word(term)
        if self._user_dictionary:
            tokenizer.load_userdict(io.BytesIO(self._user_dictionary.encode()))
        return tokenizer


def _load_dictionary(tokenizer: Any, cache: Path | None) -> None:
    """Fills a jieba tokenizer from its dictionary, or from what was compiled of it before.

    jieba has a cache of its own, but in the world-writable temporary folder, and reads it half as fast as one read does.
    """
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    compiled = cache / f"jieba-{metadata.version('jieba')}-{version}.marshal" if cache is not None else None
    try:
        if compiled is not None:
            tokenizer.FREQ, tokenizer.total = marshal.loads(compiled.read_bytes())
            tokenizer.initialized = True
            return
    except (OSError, ValueError, EOFError, TypeError):
        pass  # not there, or cut short: it is compiled anew
    with tempfile.TemporaryDirectory() as private:
        tokenizer.tmp_dir = private
        tokenizer.initialize()
    if compiled is not None:
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=compiled.parent, delete=False) as file:
            file.write(marshal.dumps((tokenizer.FREQ, tokenizer.total)))
        Path(file.name).replace(compiled)


def locate(text: str, tokens: frozenset[str]) -> list[Span]:
    """Where the given tokens stand in ``text``, in order of position.

    Latin words are compared by their stems and shown whole; Chinese words are looked for as they are.
    """
    folded = _fold_in_place(text)
    found: list[Span] = []
    for whole, run, parts in _latin_runs(folded):
        found += [run] if whole in tokens else [span for token, span in parts if token in tokens]
    chinese = _chinese_pattern(tokens)
    if chinese is not None:
        found += [Span(*match.span(1)) for match in chinese.finditer(folded)]
    return sorted(set(found))


@functools.lru_cache(maxsize=100)
def _chinese_pattern(tokens: frozenset[str]) -> re.Pattern[str] | None:
    """Finds the longest of the Chinese tokens wherever one begins, also within another; None if there are none."""
    chinese = sorted((token for token in tokens if count_han(token)), key=len, reverse=True)
    return re.compile(f"(?=({'|'.join(map(re.escape, chinese))}))") if chinese else None


@functools.lru_cache(maxsize=2_000)
def _latin_runs(folded: str) -> tuple[tuple[str | None, Span, tuple[tuple[str, Span], ...]], ...]:
    """The Latin runs of a text: as one token (None if the run has but one part), where, and each part as a token."""
    runs = []
    for run in _RUN.finditer(folded):
        found = list(_PART.finditer(run.group()))
        parts = tuple(
            (stem(part.group()), Span(part.start() + run.start(), part.end() + run.start())) for part in found
        )
        whole = _whole(run.group(), [part.group() for part in found]) if len(found) > 1 else None
        runs.append((whole, Span(*run.span()), parts))
    return tuple(runs)


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
