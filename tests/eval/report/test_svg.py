"""Drawing."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from eval.report.svg import Canvas, Plot


def test_a_picture_is_well_formed_and_its_texts_are_escaped() -> None:
    canvas = Canvas(100, 50, 'a "label" <b>')
    canvas.line(0, 1.26, 1 / 3, 2, "grid")
    canvas.rect(0, 0, 10, 10, "bar")
    canvas.path([(0, 0), (1, 1.55)], "curve")
    canvas.dot(1, 2, 3, "dot", "x < y")
    canvas.text(5, 5, "</svg><script>", anchor="end")
    root = ET.fromstring(canvas.render())
    assert root.attrib == {"viewBox": "0 0 100 50", "role": "img", "aria-label": 'a "label" <b>'}
    line, _, path, dot, text = root
    assert line.attrib == {"class": "grid", "x1": "0", "y1": "1.3", "x2": "0.3", "y2": "2"}
    assert path.attrib["d"] == "M0 0 L1 1.6"
    assert dot[0].text == "x < y"
    assert text.text == "</svg><script>"


def test_a_plot_has_its_origin_at_the_lower_left() -> None:
    plot = Plot(300, 200, "label", "x", "y")
    assert 0 < plot.x(0) < plot.x(1) < 300
    assert 0 < plot.y(1) < plot.y(0) < 200
    plot.curve([(0, 0), (1, 1)], "curve")
    root = ET.fromstring(plot.canvas.render())
    assert {each.text for each in root if each.tag == "text"} == {"0", "0.25", "0.5", "0.75", "1", "x", "y"}
    assert root[-1].attrib["d"] == f"M{plot.x(0):g} {plot.y(0):g} L{plot.x(1):g} {plot.y(1):g}"


@pytest.mark.parametrize("count", [1, 5])
def test_the_same_picture_twice_is_the_same(count: int) -> None:
    def draw() -> str:
        canvas = Canvas(10, 10, "x")
        for i in range(count):
            canvas.text(i, i, "y")
        return canvas.render()

    assert draw() == draw()
