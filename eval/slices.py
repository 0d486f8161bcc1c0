"""Figures by slice: the questions with one value of one facet, such as the Chinese ones about Chinese articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.dataset import Facets
from eval.statistics import Interval, bootstrap_interval


@dataclass(frozen=True, slots=True)
class Slice:
    """The questions whose ``facet`` has this ``value``."""

    facet: str
    value: str

    def __str__(self) -> str:
        return self.value if self.facet == "all" else f"{self.facet}: {self.value}"


ALL = Slice("all", "all")
Figures = Mapping[Slice, Mapping[str, Interval]]
"""Slice -> measure -> its mean over the slice's questions."""


def slice_members(facets: Mapping[str, Facets]) -> dict[Slice, tuple[str, ...]]:
    """The ids of each slice's questions. All of them come first, then facets in the order they are met, values sorted.

    Args:
        facets: by question id.
    """
    members: dict[Slice, list[str]] = {ALL: list(facets)}
    order = {name: i for i, name in enumerate(dict.fromkeys(name for each in facets.values() for name in each))}
    for question, values in facets.items():
        for facet, chosen in values.items():
            for value in chosen:
                members.setdefault(Slice(facet, value), []).append(question)
    return {
        each: tuple(members[each])
        for each in sorted(members, key=lambda each: (order.get(each.facet, -1), each.value))
        if members[each]
    }


def measure_slices(
    scores: Mapping[str, Mapping[str, float]], members: Mapping[Slice, Sequence[str]], measures: Sequence[str]
) -> Figures:
    """The means of one run. A measure counts the questions that have it; in a slice without any it is absent.

    Args:
        scores: question id -> measure -> value.
    """
    figures: dict[Slice, dict[str, Interval]] = {}
    for each, questions in members.items():
        columns = {name: [scores[q][name] for q in questions if name in scores[q]] for name in measures}
        figures[each] = {name: bootstrap_interval(values) for name, values in columns.items() if values}
    return figures
