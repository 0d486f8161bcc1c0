"""``/v1/articles/{id}/document``: the article as a readable document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.document_schemas import DocumentJson
from index.encoders import Encoder
from rag.engine import Engine
from tests.api.conftest import settings
from tests.conftest import SEEDS, build

NAMES = sorted(path.name for path in SEEDS.glob("*.txt"))
HOSTILE = """\
# 敌意 <script>alert(1)</script>

\u202e反向 <img src=x onerror=alert(2)> [点我](javascript:alert(3)) </mark> {{ 7*7 }} {% raw %} &lt;script&gt;

| <b onclick=x>甲</b> | [乙](http://x.y/"onmouseover=alert(4)) |
|---|---|
| `<script>` | ![图](data:text/html,x) |
"""
AWKWARD = {
    "hostile.md": HOSTILE,
    "a/document": None,
    "document/document.md": "文档。",
    "红杉/第1期.md": "😀**𠮷**&amp;。",
}


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[TestClient]:
    """A client on articles with awkward names and texts."""
    folder, home = tmp_path_factory.mktemp("awkward"), tmp_path_factory.mktemp("home")
    for name, text in AWKWARD.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    build(home, folder, encoder)
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        yield client


def document(client: TestClient, name: str) -> dict[str, Any]:
    response = client.get(f"/v1/articles/{quote(name)}/document")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    DocumentJson.model_validate(body)
    return body


def runs_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """All runs of a document from top to bottom."""
    groups = []
    for block in body["blocks"]:
        groups += [block.get("runs", []), *(cell["runs"] for cell in block.get("header", []))]
        for row in block.get("rows", []):
            groups += [row.get("runs", []), *(cell["runs"] for cell in row.get("cells", []))]
    return [run for group in groups for run in group]


@pytest.mark.parametrize("name", NAMES)
def test_every_run_stands_where_it_says(client: TestClient, name: str) -> None:
    body = document(client, name)
    text = client.get(f"/v1/articles/{name}/source").json()["quote"]
    summary = client.get(f"/v1/articles/{name}").json()
    assert body["length"] == len(text)
    assert {key: body[key] for key in ("id", "title", "language", "sha256")} == {
        key: summary[key] for key in ("id", "title", "language", "sha256")
    }
    end = 0
    for run in runs_of(body):
        assert end <= run["start"] <= run["end"] <= len(text)
        end = run["end"]
        assert run["verbatim"] is (text[run["start"] : run["end"]] == run["text"])


@pytest.mark.parametrize("name", NAMES)
def test_the_runs_say_all_that_the_passages_say(client: TestClient, seeds_engine: Engine, name: str) -> None:
    covered: set[int] = set()
    for run in runs_of(document(client, name)):
        if run["verbatim"]:
            covered.update(range(run["start"], run["end"]))
    assert covered
    passages = [stored.passage for _, stored in seeds_engine.index.database.passages_of(name)]
    segments = [segment for passage in passages for segment in passage.readable.segments]
    assert segments
    for segment in segments:
        if segment.verbatim:
            assert covered.issuperset(range(segment.source_start, segment.source_end))


def test_the_shape_of_each_kind_of_block(client: TestClient) -> None:
    blocks = [block for name in NAMES for block in document(client, name)["blocks"]]
    fields = {block["kind"]: set(block) - {"number"} for block in blocks}
    text = {"kind", "level", "start", "end", "runs"}
    assert fields["heading"] == fields["paragraph"] == fields["list_item"] == text
    assert fields["table"] == {"kind", "level", "start", "end", "header", "rows"}
    assert fields["front_matter"] == {"kind", "level", "start", "end", "rows"}
    numbered = [block for block in blocks if "number" in block]
    assert all(block["kind"] == "list_item" for block in numbered)
    assert {block["level"] for block in blocks if block["kind"] == "heading"} <= set(range(1, 8))
    assert {block["level"] for block in blocks if block["kind"] != "heading"} == {0}


def test_links_and_images_of_the_seeds_lead_to_the_web(client: TestClient) -> None:
    found = [run for name in NAMES for run in runs_of(document(client, name))]
    links, images = [run["link"] for run in found if "link" in run], [run["image"] for run in found if "image" in run]
    assert len(links) > 20
    assert len(images) > 40
    on_the_web = [address for address in (*links, *images) if address]
    assert all(address.startswith(("http://", "https://")) for address in on_the_web)
    assert "" not in links
    assert images.count("") == 6  # 001 names its pictures by their place on a site that it does not name


@pytest.mark.parametrize("name", [name for name, text in AWKWARD.items() if text])
def test_any_name_has_a_document(awkward: TestClient, name: str) -> None:
    assert document(awkward, name)["id"] == name


def test_positions_count_code_points_beyond_the_first_plane(awkward: TestClient) -> None:
    (block,) = document(awkward, "红杉/第1期.md")["blocks"]
    assert block["runs"] == [
        {"text": "😀", "start": 0, "end": 1, "verbatim": True},
        {"text": "𠮷", "start": 3, "end": 4, "verbatim": True},
        {"text": "&", "start": 6, "end": 11, "verbatim": False},
        {"text": "。", "start": 11, "end": 12, "verbatim": True},
    ]


def test_hostile_text_is_data(awkward: TestClient) -> None:
    response = awkward.get("/v1/articles/hostile.md/document")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    found = runs_of(response.json())
    said = "".join(run["text"] for run in found)
    assert "{{ 7*7 }} {% raw %}" in said
    assert "\u202e反向" in said
    assert [run["link"] for run in found if "link" in run] == ['http://x.y/"onmouseover=alert(4)']
    assert [run["image"] for run in found if "image" in run] == ["", ""]


@pytest.mark.parametrize("name", ["nothing", "a", "document", "../pyproject.toml", "%00", "a/document"])
def test_an_unknown_article_is_a_problem(awkward: TestClient, name: str) -> None:
    response = awkward.get(f"/v1/articles/{name}/document")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] in ("unknown_article", "not_found")
