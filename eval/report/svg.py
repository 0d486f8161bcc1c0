"""Drawing: a canvas of SVG elements, and a plot with axes on it. Colours come from the page's style sheet, by class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup


class Canvas:
    """Collects elements. Coordinates are pixels, rounded so that a file says the same on every machine.

    Args:
        label: what the picture shows, for those who cannot see it.
    """

    def __init__(self, width: float, height: float, label: str) -> None:
        self._width, self._height, self._label = width, height, label
        self._elements: list[Markup] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
        self._add('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', style, *_rounded(x1, y1, x2, y2))

    def rect(self, x: float, y: float, width: float, height: float, style: str) -> None:
        self._add('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', style, *_rounded(x, y, width, height))

    def dot(self, x: float, y: float, radius: float, style: str, title: str) -> None:
        """A point that tells its figures when pointed at."""
        shape = '<circle class="{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>'
        self._add(shape, style, *_rounded(x, y, radius), title)

    def path(self, points: Iterable[tuple[float, float]], style: str) -> None:
        data = " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(_rounded(*p) for p in points))
        self._add('<path class="{}" d="{}"/>', style, data)

    def text(self, x: float, y: float, text: str, style: str = "", anchor: str = "start") -> None:
        self._add('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', style, *_rounded(x, y), anchor, text)

    def render(self) -> Markup:
        """The picture as an element of a page."""
        opening = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            *_rounded(self._width, self._height), self._label
        )
        return opening + Markup("").join(self._elements) + Markup("</svg>")

    def _add(self, template: str, *values: object) -> None:
        self._elements.append(Markup(template).format(*values))


class Plot:
    """A canvas with both axes from 0 to 1 and a grid at every quarter."""

    _LEFT, _RIGHT, _TOP, _BOTTOM = 54, 14, 12, 40

    def __init__(self, width: float, height: float, label: str, x_axis: str, y_axis: str) -> None:
        self.canvas = Canvas(width, height, label)
        self._w, self._h = width - self._LEFT - self._RIGHT, height - self._TOP - self._BOTTOM
        for tick in (0, 0.25, 0.5, 0.75, 1):
            self.canvas.line(self.x(tick), self.y(0), self.x(tick), self.y(1), "grid")
            self.canvas.line(self.x(0), self.y(tick), self.x(1), self.y(tick), "grid")
            self.canvas.text(self.x(tick), self.y(0) + 16, f"{tick:g}", "tick", "middle")
            self.canvas.text(self.x(0) - 7, self.y(tick) + 4, f"{tick:g}", "tick", "end")
        self.canvas.text(self.x(0.5), height - 6, x_axis, "axis", "middle")
        self._title_of_y(y_axis)

    def x(self, value: float) -> float:
        return self._LEFT + value * self._w

    def y(self, value: float) -> float:
        return self._TOP + (1 - value) * self._h

    def curve(self, points: Sequence[tuple[float, float]], style: str) -> None:
        self.canvas.path(((self.x(x), self.y(y)) for x, y in points), style)

    def _title_of_y(self, title: str) -> None:
        x, y = 12, self.y(0.5)
        self.canvas._add(
            '<text class="axis" transform="translate({} {}) rotate(-90)" text-anchor="middle">{}</text>',
            *_rounded(x, y),
            title,
        )


def _rounded(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:.1f}".removesuffix(".0") for value in values)
