"""``/v1/articles``: the list, one article, its source, and links to quotes in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from index.encoders import Encoder
from index.spans import Span
from rag.anchors import digest as digest_of
from rag.anchors import link
from tests.api.conftest import settings
from tests.api.test_errors import check
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


# --- links ---

QUOTE = "守塔人在夜里数海鸥😀。"
BODY = f"# 灯塔\n\n𠮷野家的面包在黎明前烤好。{QUOTE}塔是白的。\n"


@dataclass(frozen=True)
class Linked:
    """A client on an article, and the way its link to a quote leads."""

    client: TestClient
    path: Path
    link: Mapping[str, str]
    rebuild: Callable[[], object]

    def write(self, text: str) -> None:
        """Another text of the article, indexed."""
        self.path.write_text(text, encoding="utf-8")
        self.rebuild()

    def follow(self, **changes: object) -> Response:
        parameters = {name: value for name, value in {**self.link, **changes}.items() if value is not None}
        return self.client.get("/v1/articles/a b.md/source", params=parameters)  # type: ignore[arg-type]


@pytest.fixture
def linked(tmp_path: Path, home: Path, encoder: Encoder) -> Iterator[Linked]:
    path = tmp_path / "articles" / "a b.md"
    path.parent.mkdir()
    path.write_text(BODY, encoding="utf-8")
    build(home, path.parent, encoder)
    address, _, fragment = link("a b.md", Span(BODY.index(QUOTE), BODY.index(QUOTE) + len(QUOTE)), BODY).partition("#")
    assert address == "/articles/a%20b.md"
    parameters = dict(zip(("start", "end", "digest"), fragment.split("-"), strict=True))
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        yield Linked(client, path, parameters, lambda: build(home, path.parent, encoder))


def test_a_link_leads_to_the_quote(linked: Linked) -> None:
    body = linked.follow().json()
    assert (body["quote"], body["start"]) == (QUOTE, BODY.index(QUOTE))


@pytest.mark.parametrize(
    "text",
    [
        BODY.replace("# 灯塔\n", "# 灯塔\n\n😀 新的一段，讲别的事。\n"),
        BODY.replace("𠮷野家的面包在黎明前烤好。", ""),
        "\n" * 500 + BODY,
        f"{QUOTE}",
        f"没有了。{QUOTE}",
    ],
    ids=["inserted above", "deleted above", "far away", "nothing else", "at the end"],
)
def test_it_survives_changes_around_the_quote(linked: Linked, text: str) -> None:
    linked.write(text)
    body = linked.follow().json()
    assert (body["quote"], body["start"]) == (QUOTE, text.index(QUOTE))
    assert text[body["start"] : body["end"]] == QUOTE


@pytest.mark.parametrize(
    "text",
    [BODY.replace(QUOTE, ""), BODY.replace("😀", ""), BODY.replace("数", "數"), ""],
    ids=["sentence", "character", "glyph", "all"],
)
def test_a_quote_that_has_left_is_gone(linked: Linked, text: str) -> None:
    linked.write(text + "另有一句。")
    start, end = linked.link["start"], linked.link["end"]
    check(linked.follow(), 410, "quote_gone", f"stood at {start}-{end} has left 'a b.md'; leave the digest out")
    assert linked.follow(start=0, end=1, digest=None).status_code == 200


def test_of_a_sentence_that_stands_twice_the_nearer_one_is_found(linked: Linked) -> None:
    text = f"{QUOTE}\n\n{'塔是白的。' * 10}{QUOTE}"
    linked.write(text)
    near_the_end = len(text) - len(QUOTE) - 3
    assert linked.follow(start=2, end=2 + len(QUOTE)).json()["start"] == 0
    assert linked.follow(start=near_the_end, end=near_the_end + len(QUOTE)).json()["start"] == text.rindex(QUOTE)


@pytest.mark.parametrize(
    "digest", ["", "0", "0" * 11, "0" * 13, "g" * 12, "ABCDEF012345", "０" * 12, "0" * 12 + "\n", "😀", "\ud800"]
)
def test_a_malformed_digest_is_a_422(linked: Linked, digest: str) -> None:
    address = "/v1/articles/a%20b.md/source?start=0&end=3&digest=" + quote(digest.encode("utf-8", "surrogatepass"))
    check(linked.client.get(address), 422, "invalid_request", "digest: ")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"digest": "0" * 12}, 410, "quote_gone"),
        ({"start": 5, "end": 5}, 410, "quote_gone"),
        ({"end": 10**30}, 410, "quote_gone"),
        ({"end": None}, 410, "quote_gone"),
        ({"start": 10**30, "end": 10**30 + 1}, 410, "quote_gone"),
        ({"start": 3, "end": 2}, 422, "invalid_parameter"),
        ({"start": 10**30, "end": None}, 422, "invalid_parameter"),
        ({"start": -1}, 422, "invalid_request"),
    ],
)
def test_a_digest_of_something_else_leads_nowhere(
    linked: Linked, changes: dict[str, int | str | None], status: int, code: str
) -> None:
    """Never to what happens to stand at the positions."""
    check(linked.follow(**changes), status, code)


def test_the_end_of_the_text_needs_no_position(linked: Linked) -> None:
    rest = BODY[3:]
    body = linked.follow(start=3, end=None, digest=digest_of(rest)).json()
    assert (body["start"], body["end"], body["quote"]) == (3, len(BODY), rest)
