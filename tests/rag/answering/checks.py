"""What must be true of every answer, and how to make the small things that the tests below are about."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from index.manifest import NAME as MANIFEST
from index.manifest import Manifest
from index.passages import cut_passages
from index.store import DATABASE, Home, checksums
from index.types import Article, Passage
from rag.answering.evidence import Evidence
from rag.answering.phrases import CONFLICT, FRAMES, REFUSALS
from rag.answering.types import Answer, Citation, Delta, Event, Reset
from rag.types import ParallelPassage, Result, SearchResponse, SentenceScore
from tests.index.helpers import read

_MARKER = re.compile(r"\[(\d+)\]")
Files = Mapping[str, bytes]
"""By article id, as they lie on the disk."""


def files_of(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def markers(text: str) -> list[int]:
    return [int(marker) for marker in _MARKER.findall(text)]


def check_answer(answer: Answer, files: Files) -> None:
    """Every citation stands in its file; markers count up by first use; a refusal is one in every respect."""
    for citation in answer.citations:
        check_citation(citation, files)
    assert [citation.marker for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert list(dict.fromkeys(markers(answer.text))) == [citation.marker for citation in answer.citations]
    for statement in answer.statements:
        assert markers(statement.text) == list(statement.markers)
        assert 0 <= statement.support <= 1
        assert all(span.quote(statement.text).strip() for span in statement.unsupported)
        assert not (statement.supported and (statement.unsupported or not statement.markers))
    assert 0 <= answer.confidence <= 1
    assert 0 <= answer.threshold <= 1
    assert answer.took_ms > 0
    if answer.answerable:
        assert answer.reason is None
        assert answer.confidence >= answer.threshold
        assert answer.statements
        check_wording(answer)
    else:
        assert answer.reason is not None
        assert answer.text == REFUSALS[answer.reason][answer.language]
        assert (answer.citations, answer.statements, answer.generated) == ((), (), False)


def check_wording(answer: Answer) -> None:
    """The text is the statements, of which a quoted one has a marker of its own; a frame may go before quotes."""
    said = "".join(statement.text for statement in answer.statements)
    if answer.generated:
        assert answer.text == said
        return
    assert answer.text.removesuffix(said) in ("", FRAMES[answer.language], CONFLICT[answer.language])
    assert markers(answer.text) == [citation.marker for citation in answer.citations]
    assert [statement.markers for statement in answer.statements] == [(c.marker,) for c in answer.citations]
    assert all(statement.supported and statement.support == 1 for statement in answer.statements)
    assert 1 <= len(answer.citations) <= 3


def check_citation(citation: Citation, files: Files) -> None:
    """The law of positions, against the bytes of the file."""
    data, span = files[citation.article.id], citation.span
    text = data.decode("utf-8-sig")
    assert text[span.start : span.end] == citation.cited_text != ""
    assert citation.article.sha256 == sha256(data).hexdigest()
    assert citation.passage.article_id == citation.article.id
    assert citation.passage.span.covers(span)
    assert all(span.covers(highlight) for highlight in citation.highlights)


def check_events(events: Sequence[Event]) -> Answer:
    """First what was found, last the answer, which says no more and no less than the events between; the answer."""
    found, *between, answer = events
    assert isinstance(found, SearchResponse)
    assert isinstance(answer, Answer)
    assert answer.response is found
    resets = [i for i, event in enumerate(between) if isinstance(event, Reset)]
    valid = between[resets[-1] + 1 :] if resets else between
    said, cited = "", []
    for event in valid:
        assert isinstance(event, Delta | Citation)
        if isinstance(event, Delta):
            said += event.text
        else:
            cited.append(event)
            assert event.marker in markers(said), "a citation comes when its marker has been said"
    assert said == answer.text
    assert tuple(cited) == answer.citations
    return answer


def result_of(
    passage: Passage, article: Article, score: float = 0.5, scores: Sequence[SentenceScore] = (), rank: int = 1
) -> Result:
    """A result that is nothing but a passage."""
    known = tuple(scores) or (SentenceScore(0.5, 0.5),) * len(passage.sentences)
    legs = {"dense": 0.5}
    quote = passage.span.quote(article.text)
    return Result(rank, score, legs, passage, article, known, passage.sentences[0], (), quote)


def evidence_of(text: str, *probabilities: float, name: str = "a.md", fits: bool = True) -> list[Evidence]:
    """The sentences of a text that is one passage, with their probabilities of being evidence."""
    article = read(text, name)
    (passage,) = (each for each in cut_passages(article) if each.ranked)
    assert len(passage.sentences) == len(probabilities)
    result = result_of(passage, article.article)
    return [Evidence(result, number, probability, 1.0, fits) for number, probability in enumerate(probabilities)]


def in_parallel(evidence: Evidence, *others: Evidence) -> Evidence:
    """The same, found together with translations of its passage."""
    parallel = tuple(ParallelPassage(other.passage, other.result.article, 0.9) for other in others)
    return replace(evidence, result=replace(evidence.result, parallel=parallel))


def alter_stored(home: Path, old: str, new: str) -> None:
    """Changes what the published index has stored of its articles, as a broken disk or a meddler does."""
    version = Home(home).current()
    assert version is not None
    with closing(sqlite3.connect(Home(home).generation(version) / DATABASE)) as db, db:
        assert db.execute("UPDATE articles SET text = replace(text, ?, ?)", (old, new)).rowcount


def accept_as_it_is(home: Path) -> None:
    """Gives the files of the published index the checksums they now have, so that it can be opened."""
    version = Home(home).current()
    assert version is not None
    folder = Home(home).generation(version)
    files = {name: checksum for name, checksum in checksums(folder).items() if name != MANIFEST}
    Home(home).publish(replace(Manifest.load(folder), files=files))
