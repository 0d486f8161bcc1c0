"""Checks a generated sentence against the quotes it cites: every figure and every Latin name must stand in one of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.encoders.vocabulary import load_vocabulary
from index.language import detect_language
from index.spans import Span
from index.tokens import STOP_WORDS, Tokenizer
from index.transliteration import LONGEST_WORD, SHORTEST_WORD, Transliteration, latin_letters
from rag.answering.quantities import CURRENCIES, DESIGNATIONS, Quantity, find_quantities, same
from rag.dictionary import LONGEST_PHRASE, normalise_english

Translate = Callable[[str], Mapping[str, float]]
"""The translations of a phrase that ``normalise_english`` has normalised: ``Dictionary.translate``."""

_NO_FIGURE = re.compile(r"\[\^?\d+(?:\s*[,，、–-]\s*\d+)*\]|【\d+】|^\s*(?:\d{1,2}[.)、．](?!\d)|[(（]\d{1,2}[)）])")
"""Marks of a citation, and the number of a list's item."""
_SMALLEST_BARE = 1_000
"""From here on a number tells so much by itself that it may stand without its currency."""
_SOUNDS_ALIKE = 7.0
"""Nats above chance from which a name of the quote transcribes a word: Musk is 马斯克 with 7.4, chance rarely reaches 6."""


@dataclass(frozen=True, slots=True)
class _Quote:
    """What is compared of a quote: ``latin`` has its Latin words without joints, alone and with those that follow."""

    folded: str
    figures: tuple[Quantity, ...]
    latin: frozenset[str]
    transcribed: tuple[str, ...]


def unsupported(sentence: str, quotes: Sequence[str], translate: Translate) -> tuple[Span, ...]:
    """Where a sentence has figures, dates, amounts and Latin names that stand in none of the quotes, in order.

    Figures are compared by value and unit, names by letter, by translation and by sound. A sentence with none of them
    passes. What a figure or a name is said of is not checked, nor are names in Chinese characters.
    """
    checked = _NO_FIGURE.sub(lambda match: " " * len(match.group()), sentence)
    read = [_read_quote(quote) for quote in quotes]
    figures, text = find_quantities(checked), _half_width(checked)
    missing = [figure.span for figure in figures if not any(supports(quote.figures, figure) for quote in read)]
    for name in _names(text, figures):
        missing += _unnamed(name, text, read, translate)
    return tuple(sorted(missing))


@lru_cache(1_000)
def _read_quote(quote: str) -> _Quote:
    folded = Tokenizer.fold(quote)
    names = tuple(Transliteration.shipped().find_names(folded))
    return _Quote(folded, find_quantities(quote), _latin(_half_width(quote)), names)


def _half_width(text: str) -> str:
    """Full-width letters and figures made half-width, every character in its place."""
    return "".join(flat if len(flat := unicodedata.normalize("NFKC", c)) == 1 else c for c in text)


# --- figures ---


def supports(quoted: Sequence[Quantity], claimed: Quantity) -> bool:
    """Whether what a quote says bears out a figure of a claim, which may say less than the quote, never more.

    A date may leave out its year or day, or take the year from elsewhere in the quote if the day there has none. A bare
    number of a thousand or more may have lost its currency ("exceeded 50 million"), but none gains one. Numbers meet
    ordinals and years: 5级 and level 5, 2022 and 2022年. "First" is said of much that no quote counts, and passes.
    """
    if claimed.unit == "ordinal" and claimed.value == 1:
        return True
    return any(same(quantity, claimed) or _says_less(claimed, quantity) for quantity in quoted) or _is_dated(
        _date_parts(claimed), [_date_parts(quantity) for quantity in quoted]
    )


def _says_less(claimed: Quantity, quoted: Quantity) -> bool:
    units = {claimed.unit, quoted.unit}
    if units == {"date"}:
        return all(c in (0, q) for c, q in zip(_date_parts(claimed), _date_parts(quoted), strict=True))
    if units == {"count", "ordinal"}:
        return claimed.value == quoted.value
    if units == {"count", "date"}:
        year, count = (claimed, quoted) if claimed.unit == "date" else (quoted, claimed)
        return year.value == 10_000 * count.value
    bare = claimed.unit == "count" and claimed.value >= _SMALLEST_BARE and quoted.unit in CURRENCIES
    return bare and claimed.value == quoted.value


def _is_dated(claimed: tuple[int, ...], quoted: Sequence[tuple[int, ...]]) -> bool:
    """Whether a claimed day or month stands in the quote without a year, and its year elsewhere in it."""
    if len(claimed) < 3 or 0 in claimed[:2]:
        return False
    year, month, day = claimed
    dates = [date for date in quoted if date]
    return any(y == year for y, _, _ in dates) and any(y == 0 and m == month and day in (0, d) for y, m, d in dates)


def _date_parts(quantity: Quantity) -> tuple[int, ...]:
    """Year, month and day of a date, 0 for what it does not say; of nothing else."""
    date = int(quantity.value)
    return (date // 10_000, date // 100 % 100, date % 100) if quantity.unit == "date" else ()


# --- names ---

_L = "A-Za-zÀ-ÖØ-öø-ɏ"
_WORD = re.compile(
    rf"[{_L}\d]+(?:(?:[._·•&'’]|(?<=[A-Z\d])-(?=[A-Z])|-(?=\d))[{_L}\d]+)*(?: \d{{1,2}}(?:\.\d+)?(?![\d,.]*\d|[{_L}]))?"
)
_RUN = re.compile(rf"[{_L}\d]+(?:[\s._·•&'’/+-]{{1,2}}[{_L}\d]+)*")
_PART = re.compile(r"[A-ZÀ-ÖØ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ɏ]+|\d+(?:\.\d+)?")
_MOST_PARTS = 6
_EVERYDAY = frozenset("AI CEO CFO CTO IT PC TV UI ID OK PhD".split())
"""Short forms that are words of the language by now."""
_SMALL_NUMBERS = frozenset("one two three four five six seven eight nine ten".split())
_KINDS = frozenset(
    "capital company corporation group inc institute lab labs research technologies university ventures".split()
)
"""Words of names that say what bears the name, and are often left out."""
_OPENING = " \t\"'“”‘’(（[《「*"
_ENDS = ".!?:;。！？：；—–•"
_AT_HOME = {"chinese": "国内", "china": "国内"}
"""What Chinese authors write for their own country."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with a capital; ``checked`` is whether it is a name by itself, not just the first word of a sentence."""

    span: Span
    checked: bool


def _latin(text: str) -> frozenset[str]:
    found = {_joint_free(word.group()) for word in _WORD.finditer(text)}
    for run in _RUN.finditer(text):
        parts = _PART.findall(run.group())
        for start in range(len(parts)):
            for end in range(start + 1, min(start + _MOST_PARTS, len(parts)) + 1):
                word = _joint_free("".join(parts[start:end]))
                found |= {word, word.removesuffix("s")}
    return frozenset(found)


def _joint_free(word: str) -> str:
    """Letters and figures alone: dalle2 for "DALL·E 2", gpt35 for "GPT-3.5", zurich for "Zürich"."""
    plain = unicodedata.normalize("NFD", word.lower())
    return "".join(character for character in plain if character.isalnum())


def _names(text: str, figures: Sequence[Quantity]) -> Iterator[tuple[_Word, ...]]:
    """The words with a capital that follow each other, as "Sequoia Capital" does, and each word with figures in it."""
    english = detect_language(text) == "en"
    run: list[_Word] = []
    for match in _WORD.finditer(text):
        span = Span(match.start(), match.start() + len(re.sub("['’]s?$", "", match.group())))
        if any(figure.span.overlap(span) for figure in figures):
            span = Span(span.start, span.start + len(span.quote(text).split(" ")[0]))
        if any(figure.span.overlap(span) for figure in figures):
            continue
        word = _Word(span, _is_name(span, text, english))
        if run and text[run[-1].span.end : span.start] != " ":
            yield tuple(run)
            run = []
        if word.checked or text[span.start].isupper():
            run.append(word)
    yield tuple(run)


def _is_name(span: Span, text: str, english: bool) -> bool:
    word, before, after = span.quote(text), text[: span.start], text[span.end :]
    letters = re.sub(f"[^{_L}]", "", word)
    if not letters or letters.islower():
        return letters not in ("", "s") and re.search(r"\d", word) is not None  # gpt-4, but not 1990s
    if word in _EVERYDAY or word.lower() in STOP_WORDS | _SMALL_NUMBERS:
        return False
    if not english or letters != word or not (letters.istitle() or len(word) == 1):
        return True
    if len(word) == 1:  # Series B
        return word != "I" and re.search("[A-Z][a-z]+ $", before) is not None
    if word.lower() in DESIGNATIONS and re.match(r" (?:[A-Z\d]|One|Two|Three|Four|Five)\b", after):
        return False
    said = before.rstrip(_OPENING)
    return _is_written_large(word) if not said or said[-1] in _ENDS else True


@lru_cache(20_000)
def _is_written_large(word: str) -> bool:
    """Whether an English word is likelier with a capital, by the encoder's vocabulary: London is, Training is not."""
    vocabulary = load_vocabulary()
    large, small = (
        sum(vocabulary.get_score(piece) for piece in vocabulary.encode(written, out_type=int))
        for written in (word, word.lower())
    )
    return bool(large > small)


def _unnamed(name: tuple[_Word, ...], text: str, quotes: Sequence[_Quote], translate: Translate) -> list[Span]:
    """The words of a name that no quote has, alone or with their neighbours; those side by side in one span."""
    found: set[int] = set()
    for length in range(1, min(len(name), LONGEST_PHRASE + 1) + 1):
        for start in range(len(name) - length + 1):
            words = Span(name[start].span.start, name[start + length - 1].span.end).quote(text)
            if any(_has(quote, words, translate) for quote in quotes):
                found |= set(range(start, start + length))
    missing: list[Span] = []
    for i, word in enumerate(name):
        told = i - 1 in found and word.span.quote(text).lower() in _KINDS  # Sequoia Capital is 红杉
        if not word.checked or i in found or told:
            continue
        if missing and missing[-1].end == name[i - 1].span.end:
            missing[-1] = Span(missing[-1].start, word.span.end)
        else:
            missing.append(word.span)
    return missing


def _has(quote: _Quote, words: str, translate: Translate) -> bool:
    """Whether a quote has a word or a few as they are written, in Chinese, or by their sound."""
    written = _joint_free(words)
    if written in quote.latin or written.removesuffix("s") in quote.latin:
        return True
    singular = words.removesuffix("s") if words[:-1].isupper() else words  # LLMs
    keys = {normalise_english(singular), written}  # U.S. is "u s" in the one and "us" in the other
    chinese = [term for key in keys for term in translate(key) if not term.isascii()]
    if any(_stands(term, quote.folded) for term in chinese) or _AT_HOME.get(written, "\0") in quote.folded:
        return True
    letters, model = latin_letters(words), Transliteration.shipped()
    by_sound = (
        not any(map(model.is_name, chinese))
        and letters == words.lower()
        and SHORTEST_WORD <= len(letters) <= LONGEST_WORD
    )
    if not quote.transcribed or not by_sound:
        return False
    likeness = model.likelihoods(model.transcriptions(quote.transcribed), model.spellings([letters]))
    return bool(likeness.max() >= _SOUNDS_ALIKE)


def _stands(term: str, text: str) -> bool:
    """Whether a Chinese translation stands in a text; 以色列 for 以色列人 too, but 中 only as 中国, 中文 and the like."""
    terms = (term, re.sub("(?<=.)[人语文籍]$", "", term))
    return any(each in text if len(each) > 1 else re.search(f"{each}[国文语]", text) for each in terms)
