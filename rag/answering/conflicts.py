"""Finds articles that contradict each other: another figure or date for the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from index.encoders import Encoder
from index.types import Passage
from rag.answering.evidence import Asked, Evidence
from rag.answering.extractive import Quote
from rag.answering.quantities import find_quantities
from rag.subjects import mentions

_AS_LIKELY = 0.5
"""Share of the quoted sentence's probability from which another one is taken to be about the same thing."""

_ALIKE = 0.6
"""Cosine. Ten pairs written for it: the same thing in other words .66 to .77 but one, other things .47 to .56."""
_BARE = ("count", "ordinal", "x")

Values = dict[str, frozenset[Fraction]]
"""By unit."""


def contradiction(quote: Quote, evidence: Sequence[Evidence], asked: Asked, encoder: Encoder) -> Quote | None:
    """What contradicts a quote: another article with no common value in the unit that is asked for.

    Two kinds of places say the same thing: the passage's translations, and sentences that name what the question names, are
    nearly as likely to answer, and are like the quoted one. Without a name in the question only translations are compared
    ("how many employees" may well be answered of two companies), and so are bare numbers, for who knows what they count.
    """
    said = _values(quote.passage, quote.first, quote.last, asked)
    if not said:
        return None
    translations = next(each.result.parallel for each in evidence if each.passage is quote.passage)
    for parallel in translations:
        found = _contradicting(parallel.passage, said, asked, quote.probability)
        if found is not None:
            return found
    said = {unit: values for unit, values in said.items() if unit not in _BARE}
    if not asked.subjects or not _names_all(quote.text, asked):
        return None
    for each in evidence:
        near = each.fits and each.probability >= _AS_LIKELY * quote.probability
        if near and each.passage.article_id != quote.passage.article_id:
            told = _values(each.passage, each.number, each.number, asked)
            text = each.passage.sentences[each.number].text
            if _disjoint(said, told) and _names_all(text, asked) and _alike(quote.text, text, encoder):
                return Quote(each.passage, each.number, each.number, each.probability)
    return None


def _alike(a: str, b: str, encoder: Encoder) -> bool:
    """Whether two sentences are about the same thing: "cost $12 million" and "spent $4.6 million on training"."""
    one, other = encoder.encode_passages([a, b])
    return float(one @ other) >= _ALIKE


def _names_all(text: str, asked: Asked) -> bool:
    return all(mentions(text, asked.subjects))


def _contradicting(translation: Passage, said: Values, asked: Asked, probability: float) -> Quote | None:
    """The sentence of a translation that holds other values, if the translation as a whole holds none of those quoted."""
    count = len(translation.sentences)
    if not _disjoint(said, _values(translation, 0, count - 1, asked)):
        return None
    number = next(i for i in range(count) if said.keys() & _values(translation, i, i, asked).keys())
    return Quote(translation, number, number, probability)


def _values(passage: Passage, first: int, last: int, asked: Asked) -> Values:
    """The quantities of the kinds asked for in some sentences."""
    values: dict[str, set[Fraction]] = {}
    for sentence in passage.sentences[first : last + 1]:
        for quantity in find_quantities(sentence.text):
            if quantity.kind in asked.kinds:
                values.setdefault(quantity.unit, set()).add(quantity.value)
    return {unit: frozenset(each) for unit, each in values.items()}


def _disjoint(a: Values, b: Values) -> bool:
    """Whether they have a unit in common, and in none of those a value."""
    common = a.keys() & b.keys()
    return bool(common) and all(a[unit].isdisjoint(b[unit]) for unit in common)
