"""What each part of retrieval is worth: the same questions asked without it, beside plain baselines and a ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from eval.contest import Contender, Scoring, contest
from eval.oracle import GRID, oracle
from eval.rrf import K, reciprocal_rank_fusion
from eval.run import Run
from eval.survey import Survey
from index.hits import Scores
from index.store import LEXICAL, PASSAGES, REDUCTION, SENTENCES, TOKENS
from rag.candidates import Candidates
from rag.config import LEGS, SearchConfig
from rag.fusion import fuse
from rag.types import LARGEST_TOP_K


@dataclass(frozen=True, slots=True)
class Part:
    """What a leg looks at, and the files and folders of an index that it reads."""

    about: str
    files: tuple[str, ...]


_TOKEN_FILES = (TOKENS, REDUCTION)
PARTS: Mapping[str, Part] = {
    "dense": Part("the passage's vector", (PASSAGES,)),
    "sentence": Part("the best sentence's vector", (SENTENCES,)),
    "lexical": Part("BM25", (LEXICAL,)),
    "interaction": Part("token vectors over the passage", _TOKEN_FILES),
    "window": Part("token vectors within two sentences", _TOKEN_FILES),
    "brevity": Part("the passage's length", _TOKEN_FILES),
}
"""By leg."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Retrieval that lacks something. ``name`` is short, for charts; ``about`` says it in full."""

    name: str
    about: str
    config: SearchConfig


_FULL = SearchConfig()
_PLAIN = replace(_FULL, translated=False, by_sound=False, turned=False)
VARIANTS = (
    Variant("full", "every leg, with translations and names by sound", _FULL),
    *(
        Variant(f"no {leg}", f"without {part.about}", replace(_FULL, legs=tuple(each for each in LEGS if each != leg)))
        for leg, part in PARTS.items()
    ),
    Variant("no translations", "without translations of the question's words", replace(_FULL, translated=False)),
    Variant("no turning", "without what was learnt of questions and answers", replace(_FULL, turned=False)),
    Variant("no names by sound", "without names by their sound", replace(_FULL, by_sound=False)),
    Variant("no expansion", "without both", replace(_FULL, translated=False, by_sound=False)),
    Variant("mode dense", "passage and sentence vectors", replace(_FULL, legs=("dense", "sentence"))),
    Variant("mode lexical", "BM25 with translations and names by sound", replace(_FULL, legs=("lexical",))),
)
"""All legs together first."""
BASELINES = (
    Variant("passage vectors", "by the encoder's cosine alone", replace(_PLAIN, legs=("dense",))),
    Variant("BM25", "by its score alone, without translations and names by sound", replace(_PLAIN, legs=("lexical",))),
)
"""One leg each, ranked by its own scores; BM25 lists only passages that hold a word of the question."""
_RRF = f"reciprocal ranks of passage vectors and BM25 (first {LARGEST_TOP_K} of each), as most systems do"
_ORACLE = f"a ceiling, out of reach: each question's best of {len(GRID)} weightings, chosen by its answers"


def ablation_runs(survey: Survey) -> list[Run]:
    """A run of every variant, then the baselines, then the ceiling."""
    shown = survey.by_itself.top_k
    contenders = (
        *(Contender(each.name, each.config, _probability(each.config), shown) for each in VARIANTS),
        *(Contender(each.name, each.config, _own_scores, LARGEST_TOP_K) for each in BASELINES),
    )
    rankings = contest(survey, contenders)
    runs, alone = (
        [Run(v.name, rankings[v.name], survey.index_bytes(_unread(v.config.legs)), v.about) for v in variants]
        for variants in (VARIANTS, BASELINES)
    )
    legs = tuple(leg for each in BASELINES for leg in each.config.legs)
    fused = Run(f"RRF({K})", reciprocal_rank_fusion(alone), survey.index_bytes(_unread(legs)), _RRF)
    best = Run("oracle (ceiling)", oracle(survey, runs[0], _FULL), runs[0].index_bytes, _ORACLE)
    return [*runs, *(each.first(shown) for each in (*alone, fused)), best]


def _probability(config: SearchConfig) -> Scoring:
    """As a search ranks."""

    def score(found: Candidates) -> Scores:
        return fuse(found.normalised, found.same_language, config.fusion.of(tuple(found.normalised))).scores

    return score


def _own_scores(found: Candidates) -> Scores:
    """By the only leg's own scores, as a system would that has nothing else: languages are not told apart."""
    (scores,) = found.raw.values()
    return scores


def _unread(legs: Iterable[str]) -> set[str]:
    """The files and folders that none of these legs reads."""
    return {file for part in PARTS.values() for file in part.files} - {
        file for leg in legs for file in PARTS[leg].files
    }
