"""Names across scripts: how likely a run of Chinese characters spells a foreign name by its sound.

麦金德 is Mackinder and 约塞米蒂 Yosemite, which no dictionary lists. Each syllable of a transcription stands for a few
letters; how likely for which was learnt from the names in CC-CEDICT (``python -m eval.fit_transliteration``), as in the joint
source-channel model of Li, Zhang and Su 2004, "A Joint Source-Channel Model for Machine Transliteration".
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.arrays import load_archive

LONGEST_CHUNK = 4
"""Letters that one syllable may stand for."""
SHORTEST_WORD, LONGEST_WORD, LONGEST_NAME = 4, 14, 8
_EDGE, _EDGES = 1.5, 4
"""What it costs, in nats, that a character at either end belongs to no name, and for how many at most."""
_UNSEEN, _UNSEEN_LETTER = -7.0, -1.5
"""Log probability of letters that a syllable was never seen to stand for, and of each of them."""
_NEVER = np.float32(-1e9)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spellings:
    """Words of Latin letters: ``chunks[i, at, k]`` is the number of the ``k`` letters of word ``i`` from ``at`` on."""

    chunks: NDArray[np.int32]
    lengths: NDArray[np.int64]
    background: Floats


@dataclass(frozen=True, slots=True)
class Transcriptions:
    """Runs of Chinese characters: ``syllables[i]`` are the numbers of run ``i``'s, of which ``lengths[i]`` count."""

    syllables: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Transliteration:
    """The fitted model.

    Args:
        readings: the syllable of each character that names are written with or that has one at all.
        name_characters: those that names are written with more often than running text is.
        emissions: for each syllable the log probabilities of the letters it stands for.
        letters: log probability of each letter in a name.
    """

    def __init__(
        self,
        readings: dict[str, str],
        name_characters: str,
        emissions: dict[str, dict[str, float]],
        letters: dict[str, float],
    ) -> None:
        syllables = sorted({*readings.values(), *emissions})
        number = {syllable: i for i, syllable in enumerate(syllables)}
        self._readings = {character: number[syllable] for character, syllable in readings.items()}
        self._letters = letters
        self._names = re.compile(f"[{name_characters}]{{2,{LONGEST_NAME}}}")
        self._chunks = {chunk: i for i, chunk in enumerate(sorted({c for each in emissions.values() for c in each}))}
        # behind the known chunks one column for unknown ones of each length, then one for what lies beyond a word's end
        unseen = [_UNSEEN + _UNSEEN_LETTER * k for k in range(LONGEST_CHUNK + 1)]
        columns = [*(_UNSEEN + _UNSEEN_LETTER * len(chunk) for chunk in self._chunks), *unseen, float(_NEVER)]
        self._table: Floats = np.tile(np.array(columns, np.float32), (len(syllables), 1))
        for syllable, chunks in emissions.items():
            for chunk, likelihood in chunks.items():
                self._table[number[syllable], self._chunks[chunk]] = likelihood

    @classmethod
    @functools.cache
    def shipped(cls) -> Transliteration:
        """The model in data/transliteration.npz."""
        source = resources.files("index") / "data" / "transliteration.npz"
        with resources.as_file(source) as path:
            arrays = load_archive(path)
        emissions: dict[str, dict[str, float]] = {}
        rows = zip(arrays["syllables"].tolist(), arrays["chunks"].tolist(), arrays["likelihoods"].tolist(), strict=True)
        for syllable, chunk, likelihood in rows:
            emissions.setdefault(syllable, {})[chunk] = likelihood
        readings = dict(zip(arrays["characters"].tolist(), arrays["readings"].tolist(), strict=True))
        letters = dict(zip("abcdefghijklmnopqrstuvwxyz", arrays["letters"].tolist(), strict=True))
        return cls(readings, str(arrays["names"]), emissions, letters)

    def find_names(self, text: str) -> list[str]:
        """The runs of characters that names are written with, two or more of them, from left to right."""
        return self._names.findall(text)

    def is_name(self, text: str) -> bool:
        """Whether it may be such a run as a whole."""
        return self._names.fullmatch(text) is not None

    def spellings(self, words: Sequence[str]) -> Spellings:
        """Args: words of ``SHORTEST_WORD`` to ``LONGEST_WORD`` letters a to z, as ``latin_letters`` gives them."""
        beyond = self._table.shape[1] - 1
        chunks = np.full((len(words), LONGEST_WORD + 1, LONGEST_CHUNK + 1), beyond, np.int32)
        for i, word in enumerate(words):
            for at in range(len(word) + 1):
                for k in range(min(LONGEST_CHUNK, len(word) - at) + 1):
                    chunks[i, at, k] = self._chunks.get(word[at : at + k], len(self._chunks) + k)
        background = [sum(self._letters[letter] for letter in word) for word in words]
        return Spellings(chunks, np.array([len(word) for word in words]), np.array(background, np.float32))

    def transcriptions(self, names: Sequence[str]) -> Transcriptions:
        """Args: runs of at most ``LONGEST_NAME`` characters."""
        syllables = np.zeros((len(names), LONGEST_NAME), np.int64)
        for i, name in enumerate(names):
            syllables[i, : len(name)] = [self._readings.get(character, 0) for character in name]
        return Transcriptions(syllables, np.array([len(name) for name in names]))

    def likelihoods(self, names: Transcriptions, words: Spellings) -> Floats:
        """How much likelier each word is as the sound of some part of the name than by chance, in nats.

        One name is compared with many words, many names with one word, or as many with each other. The best way to
        divide the word among the syllables counts (Viterbi); characters at either end of the run may be left out.
        """
        count = max(len(names.lengths), len(words.lengths))
        best = np.full(count, _NEVER)
        reached = np.full((count, LONGEST_WORD + 1), _NEVER)
        ends = np.broadcast_to(words.lengths, count)
        for step in range(int(names.lengths.max(initial=0))):
            reached[:, 0] = np.maximum(reached[:, 0], -_EDGE * min(step, _EDGES))
            emitted = self._table[names.syllables[:, step, None, None], words.chunks]
            following = reached + emitted[:, :, 0]
            for k in range(1, LONGEST_CHUNK + 1):
                np.maximum(following[:, k:], reached[:, :-k] + emitted[:, :-k, k], out=following[:, k:])
            left = names.lengths - 1 - step
            found = following[np.arange(count), ends] - _EDGE * np.minimum(left, _EDGES)
            best = np.where(left >= 0, np.maximum(best, found), best)
            reached = following
        ratios: Floats = (best - words.background).astype(np.float32)
        return ratios


def latin_letters(word: str) -> str:
    """A word in the letters a to z: lower case, without accents and marks."""
    return re.sub("[^a-z]", "", unicodedata.normalize("NFD", word.lower()))
