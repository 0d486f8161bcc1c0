"""``/v1/articles``: the list, one article, its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.encoders import Encoder
from tests.api.conftest import settings
from tests.conftest import SEEDS, build

NAMES = sorted(path.name for path in SEEDS.glob("*.txt"))
DATED = "001_2f47759ab0307d1f.txt"
AWKWARD = [
    "plain.md", "a/b/c.md", "红杉/内参 第1期.md", "100% sure?.md", "a+b&c=d#e.md", "source/source.md", "a/source/b.md",
    "émile;v=1.txt", "…/😀.md", "a\\b.md",
]  # fmt: skip


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[TestClient]:
    """A client on articles with awkward names; each says its own."""
    folder, home = tmp_path_factory.mktemp("awkward"), tmp_path_factory.mktemp("home")
    for name in AWKWARD:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"😀 This file is called {name} and nothing else.", encoding="utf-8")
    build(home, folder, encoder)
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        yield client


def test_the_list_has_all_articles_by_id_with_the_fields_of_the_contract(client: TestClient) -> None:
    body = client.get("/v1/articles").json()
    assert set(body) >= {"articles", "total"}
    assert body["total"] == 5
    assert [article["id"] for article in body["articles"]] == NAMES
    for article in body["articles"]:
        assert set(article) >= {"id", "title", "path", "url", "language", "sha256", "passages"}
        assert article["sha256"] == sha256((SEEDS / article["id"]).read_bytes()).hexdigest()
        assert article["language"] == "zh"
        assert article["passages"] > 5


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 1000])
def test_the_pages_of_the_list_make_up_the_list(client: TestClient, limit: int) -> None:
    pages = [
        client.get("/v1/articles", params={"limit": limit, "offset": offset}).json()
        for offset in range(0, 5 + limit, limit)
    ]
    assert {page["total"] for page in pages} == {5}
    assert [article["id"] for page in pages for article in page["articles"]] == NAMES
    assert pages[-1]["articles"] == []
    assert all(len(page["articles"]) <= limit for page in pages)


def test_one_article_says_more_than_the_list(client: TestClient) -> None:
    listed = client.get("/v1/articles").json()["articles"]
    for summary in listed:
        detail = client.get(f"/v1/articles/{summary['id']}").json()
        assert {name: detail[name] for name in summary} == summary
        assert detail["characters"] == len((SEEDS / summary["id"]).read_text("utf-8-sig"))
    dated = client.get(f"/v1/articles/{DATED}").json()
    assert dated["tags"]
    assert dated["dates"]
    assert all(re.match(r"\d{4}-\d{2}-\d{2}", value) for value in dated["dates"].values())


def test_the_source_is_the_file(client: TestClient) -> None:
    for name in NAMES:
        body = client.get(f"/v1/articles/{name}/source").json()
        data = (SEEDS / name).read_bytes()
        assert body["quote"] == data.decode("utf-8-sig")
        assert (body["id"], body["sha256"]) == (name, sha256(data).hexdigest())
        assert (body["start"], body["end"]) == (0, len(body["quote"]))


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (0, 1), (5, 5), (100, 250), (None, 30), (6000, None), (-1, None)]
)  # fmt: skip
def test_a_part_of_the_source_is_cut_by_code_points(client: TestClient, start: int | None, end: int | None) -> None:
    text = (SEEDS / NAMES[0]).read_text("utf-8-sig")
    if start == -1:  # the very end
        start = len(text)
    given = {name: value for name, value in (("start", start), ("end", end)) if value is not None}
    response = client.get(f"/v1/articles/{NAMES[0]}/source", params=given)
    assert response.status_code == 200
    assert response.json()["quote"] == text[start or 0 : len(text) if end is None else end]


@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_is_an_address(awkward: TestClient, name: str) -> None:
    address = f"/v1/articles/{quote(name)}"
    detail = awkward.get(address)
    assert detail.status_code == 200, detail.text
    assert (detail.json()["id"], detail.json()["path"]) == (name, name)
    source = awkward.get(f"{address}/source", params={"start": 2})
    assert source.json()["quote"] == f"This file is called {name} and nothing else."


def test_slashes_may_be_escaped(awkward: TestClient) -> None:
    assert awkward.get("/v1/articles/a%2Fb%2Fc.md").json()["id"] == "a/b/c.md"


@pytest.mark.parametrize("name", ["红杉/内参 第1期.md", "100% sure?.md"])
def test_any_name_can_be_filtered_by(awkward: TestClient, name: str) -> None:
    body = {"query": "What is this file called?", "filters": {"article_ids": [name]}}
    for response in (
        awkward.post("/v1/search", json=body),
        awkward.get("/v1/search", params={"q": body["query"], "article_id": name}),
    ):
        (result,) = response.json()["results"]
        assert result["article"]["id"] == name
        assert result["start"] == 0
        assert result["quote"].startswith("😀 This file is called")


def test_positions_count_code_points_beyond_the_first_plane(awkward: TestClient) -> None:
    body = awkward.get("/v1/articles/plain.md/source", params={"start": 0, "end": 1}).json()
    assert body["quote"] == "😀"


def test_awkward_names_are_listed_and_their_folders_are_no_articles(awkward: TestClient) -> None:
    assert [a["id"] for a in awkward.get("/v1/articles").json()["articles"]] == sorted(AWKWARD)
    assert awkward.get("/v1/articles/a").status_code == 404
