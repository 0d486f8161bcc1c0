"""The pages as the server renders them, for readers without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from api.server_page import PAGE
from api.words import HTML_LANG, WORDS, page_language
from index.encoders import Encoder
from rag.anchors import digest
from tests.api.conftest import settings
from tests.conftest import SEEDS, build

NAME = "004_c32df2c26227c770.txt"
ZH, EN = "盗梦师是做什么的？", "Who founded Stability AI?"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HOSTILE = """\
---
title: '敌意 <img src=x onerror="alert(0)"> {{ 7*1111111 }}'
url: javascript:alert(1)
author: '\u202e<b>谁</b>'
---

# 树袋熊 </h3><script>alert(2)</script>

树袋熊吃桉树叶。\u202eThe koala eats </mark></blockquote><script>alert(3)</script> {{ 7*1111111 }} {% raw %} leaves
<img src="x" onerror="alert(4)"> and [clicks here](javascript:alert(5)) every morning, "quoted' &amp; all.
"""
ARTICLES = {
    "hostile.md": HOSTILE,
    'name"><script>alert(6)</script>.md': "树袋熊每天睡二十个小时。The koala sleeps twenty hours a day.\n",
    "笔记/红杉 100%#1?.txt": "😀 袋鼠住在澳大利亚，它们跳得很高。𠮷\r\n第二行。\n",
}


class Node:
    """An element: its tag, attributes, children; ``text`` is all text inside."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes, self.children = tag, attributes, list["Node | str"]()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str) -> Iterator[Node]:
        """The elements of a tag inside, from top to bottom."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag:
                    yield child
                yield from child.all(tag)

    def by_id(self, name: str) -> Node:
        (found,) = [node for node in self.everything() if node.attributes.get("id") == name]
        return found

    def everything(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.everything()


class Page(HTMLParser):
    """Parses a page; fails at tags that do not match."""

    def __init__(self, response: Response) -> None:
        super().__init__(convert_charrefs=True)
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        self.root = Node("", {})
        self._open = [self.root]
        self.feed(response.text)
        self.close()
        assert len(self._open) == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[TestClient]:
    """A client on hostile articles."""
    folder, home = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("home")
    for name, text in ARTICLES.items():
        path = folder / name.replace("/script", "∕script")  # a slash is no part of a name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    build(home, folder, encoder)
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        yield client


def asked(client: TestClient, question: str, **more: str) -> Node:
    response = client.get("/", params={"q": question, **more})
    assert response.status_code == 200
    return Page(response).root


def server(page: Node) -> Node:
    """What JavaScript removes at its start."""
    return page.by_id("server")


# -- answers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [ZH, EN])
def test_an_answer_is_shown_with_its_citations_and_passages(client: TestClient, question: str) -> None:
    answer = client.post("/v1/ask", json={"question": question, "generator": "extractive"}).json()
    assert answer["answerable"]
    page = asked(client, question)
    (field,) = [node for node in page.all("input") if node.attributes.get("name") == "q"]
    assert field.attributes["value"] == question
    shown = server(page)
    assert "".join(shown.text.split()).find("".join(answer["answer"].split())) > 0
    for citation in answer["citations"]:
        node = shown.by_id(f"citation-{citation['marker']}")
        (quoted,) = node.all("blockquote")
        assert quoted.text == citation["cited_text"]
        assert quoted.attributes["lang"] == HTML_LANG[citation["language"]]
        (link,) = node.all("a")
        assert link.text == citation["document_title"]
        address = urlsplit(link.attributes["href"])
        assert f"{address.path}#{address.fragment}" == citation["link"]
        places = {"start": [str(citation["start_char_index"])], "end": [str(citation["end_char_index"])]}
        places["digest"] = [digest(citation["cited_text"])]
        assert parse_qs(address.query) == places
    targets = [link.attributes["href"] for mark in shown.all("sup") for link in mark.all("a")]
    assert sorted(set(targets)) == sorted(f"#citation-{citation['marker']}" for citation in answer["citations"])


def test_every_passage_is_shown_with_its_best_sentence_marked(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": ZH, "generator": "extractive"}).json()
    items = [item for item in server(asked(client, ZH)).all("li") if "id" not in item.attributes]
    assert len(items) == len(answer["results"])
    for item, result in zip(items, answer["results"], strict=True):
        (title,) = item.all("h3")
        assert title.text == result["article"]["title"]
        paths = [node.text for node in item.all("p") if node.attributes.get("class") == "path"]
        assert paths == ([" › ".join(result["heading"])] if result["heading"] else [])
        (quoted,) = item.all("blockquote")
        assert quoted.text == result["quote"]
        (mark,) = quoted.all("mark")
        assert mark.text == result["best_sentence"]["quote"]


def test_a_refusal_is_told_with_the_nearest_passages(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": "hello"}).json()
    assert not answer["answerable"]
    shown = server(asked(client, "hello"))
    assert answer["answer"] in shown.text
    headings = [node.text for node in shown.all("h2")]
    assert headings == [WORDS["en"]["notSaid"], WORDS["en"]["nearest"]]
    assert not list(shown.all("sup"))


def test_every_link_of_an_answer_leads_somewhere(client: TestClient) -> None:
    for link in server(asked(client, EN)).all("a"):
        address = link.attributes["href"]
        if address.startswith("#"):
            server(asked(client, EN)).by_id(address[1:])
        else:
            response = client.get(address)
            assert response.status_code == 200
            assert Page(response).root.by_id("quote").text


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%0A"])
def test_no_question_is_the_start(client: TestClient, query: str) -> None:
    response = client.get(f"/{query}", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert response.status_code == 200
    page = Page(response).root
    assert server(page).text.strip() == WORDS["en"]["tagline"]
    assert list(page.all("form"))


@pytest.mark.parametrize(
    ("question", "problem"), [("长" * 2001, "2,001 characters"), ("a\x07b", "control character U+0007")]
)
def test_a_question_that_cannot_be_asked_is_a_page_with_the_problem(
    client: TestClient, question: str, problem: str
) -> None:
    response = client.get("/", params={"q": question})
    assert response.status_code == 422
    shown = server(Page(response).root)
    assert problem in shown.text
    assert response.headers["x-request-id"] in shown.text
    assert "\x07" not in response.text


def test_an_index_that_cannot_be_used_is_a_page_with_the_problem(
    hostile: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.errors import DamagedIndexError
    from rag.engine import Engine

    def damaged(self: Engine, request: object) -> None:
        raise DamagedIndexError("home", "a file is cut short")

    monkeypatch.setattr(Engine, "ask", damaged)
    response = hostile.get("/", params={"q": ZH})
    assert response.status_code == 503
    assert "a file is cut short" in server(Page(response).root).text


# -- the language --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "chosen", "accepted", "language"),
    [
        (ZH, None, "en", "zh-CN"),
        (EN, None, "zh-CN", "en"),
        (EN, "zh-CN", "en", "zh-CN"),
        (ZH, "en", "zh", "en"),
        (ZH, "fr", "en", "zh-CN"),
        ("", None, "zh-TW,en;q=0.5", "zh-CN"),
        ("", None, "de,en;q=0.5", "en"),
        ("42", None, "en-US", "en"),
        ("", None, "", "zh-CN"),
    ],
)
def test_the_page_speaks_the_readers_language(query: str, chosen: str | None, accepted: str, language: str) -> None:
    assert page_language(query, chosen, accepted) == language


@pytest.mark.parametrize(("question", "language"), [(ZH, "zh-CN"), (EN, "en")])
def test_the_words_are_of_the_questions_language(client: TestClient, question: str, language: str) -> None:
    page = asked(client, question)
    (html,) = page.all("html")
    assert html.attributes["lang"] == language
    assert WORDS[language]["showInSource"] in server(page).text  # type: ignore[index]
    (html,) = asked(client, question, lang="en").all("html")
    assert html.attributes["lang"] == "en"


def test_the_words_are_those_that_javascript_says() -> None:
    """Every word that both have is one; both languages say the same."""
    assert WORDS["zh-CN"].keys() == WORDS["en"].keys()
    text = (PAGE / "strings.js").read_text(encoding="utf-8")
    for language, part in zip(("zh-CN", "en"), re.split(r"\n  en: \{", text), strict=True):
        said = dict(re.findall(r'^    (\w+): "(.*)",$', part, re.MULTILINE))
        shared = WORDS[language].keys() & said.keys()  # type: ignore[index]
        assert len(shared) > 15
        for name in shared:
            assert WORDS[language][name] == said[name], name  # type: ignore[index]


# -- articles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "end"), [(20, 40), (0, 9), (0, 25_159), (7, 7), (25_159, 25_159)])
def test_an_article_is_its_source_with_the_span_marked(client: TestClient, start: int, end: int) -> None:
    text = (SEEDS / NAME).read_text("utf-8")
    response = client.get(f"/articles/{NAME}", params={"start": start, "end": end})
    assert response.status_code == 200
    shown = server(Page(response).root)
    (source,) = [node for node in shown.all("div") if node.attributes.get("class") == "document"]
    assert source.text == text
    assert source.attributes["lang"] == "zh-CN"
    mark = shown.by_id("quote")
    assert (mark.tag, mark.text) == ("mark", text[start:end])


def test_a_citations_fragment_is_in_the_page_so_that_browsers_go_there(client: TestClient) -> None:
    citation = client.post("/v1/ask", json={"question": ZH, "generator": "extractive"}).json()["citations"][0]
    address = urlsplit(citation["link"])
    places = {"start": citation["start_char_index"], "end": citation["end_char_index"]}
    mark = Page(client.get(address.path, params=places)).root.by_id("quote")
    assert mark.by_id(address.fragment).tag == "span"
    assert mark.text == citation["cited_text"]


def test_an_article_may_be_marked_from_or_to_one_place(client: TestClient) -> None:
    text = (SEEDS / NAME).read_text("utf-8")
    for query, said in (("start=25000", text[25_000:]), ("end=9", text[:9])):
        assert Page(client.get(f"/articles/{NAME}?{query}")).root.by_id("quote").text == said


def test_without_positions_nothing_is_marked(client: TestClient) -> None:
    response = client.get(f"/articles/{NAME}", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    page = Page(response).root
    assert not list(page.all("mark"))
    assert WORDS["en"]["backToStart"] in server(page).text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        *(
            (query, 422, "is not in this article and was ignored")
            for query in (
                "start=9&end=3",
                "start=0&end=25160",
                "start=-1",
                "start=x",
                "end=²",
                "start=1e3",
                f"end={'9' * 5000}",
            )
        ),
        ("start=0&end=25160&digest=", 422, "is not in this article and was ignored"),
        *(
            (query, 410, "has left this article")
            for query in (
                "start=9&end=30&digest=0123456789ab",
                "start=9&end=99999&digest=0123456789ab",
                "end=9&digest=x",
            )
        ),
    ],
)
def test_a_place_that_is_none_or_has_left_is_told_above_the_text(
    client: TestClient, query: str, status: int, said: str
) -> None:
    response = client.get(f"/articles/{NAME}?{query}&lang=en")
    assert response.status_code == status
    shown = server(Page(response).root)
    assert said in shown.text
    assert "人类擅长分析事物" in shown.text
    assert not list(shown.all("mark"))


def test_a_link_without_javascript_finds_a_quote_that_has_moved(client: TestClient) -> None:
    text = (SEEDS / NAME).read_text("utf-8")
    expected = digest(text[1000:1040])
    for start in (1000, 3000, 999_000):
        response = client.get(f"/articles/{NAME}", params={"start": start, "end": start + 40, "digest": expected})
        assert response.status_code == 200
        mark = Page(response).root.by_id("quote")
        assert mark.text == text[1000:1040]
        assert mark.by_id(f"{start}-{start + 40}-{expected}").tag == "span", "so that browsers go there"
    mark = Page(client.get(f"/articles/{NAME}", params={"end": 40, "digest": digest(text[:40])})).root.by_id("quote")
    assert mark.by_id(f"0-40-{digest(text[:40])}").tag == "span", "without a start from the beginning"


@pytest.mark.parametrize("name", ["nothing", "a/b", "..%2Fpyproject.toml", "%00", "%3Cscript%3E"])
def test_an_unknown_article_is_a_page_with_the_problem(client: TestClient, name: str) -> None:
    response = client.get(f"/articles/{name}")
    assert response.status_code == 404
    assert "no article" in server(Page(response).root).text


def test_awkward_names_and_line_ends_are_shown(hostile: TestClient) -> None:
    name = "笔记/红杉 100%#1?.txt"
    response = hostile.get(f"/articles/{quote(name)}?start=0&end=1")
    assert Page(response).root.by_id("quote").text == "😀"
    assert escape(ARTICLES[name]) in re.sub(r"</?mark[^>]*>|<span id[^>]*></span>", "", response.text)


def test_what_an_article_says_about_itself_is_shown(client: TestClient) -> None:
    shown = server(Page(client.get("/articles/001_2f47759ab0307d1f.txt", params={"lang": "en"})).root)
    detail = client.get("/v1/articles/001_2f47759ab0307d1f.txt").json()
    (title,) = shown.all("h1")
    assert title.text == detail["title"]
    assert all(date[:10] in shown.text for date in detail["dates"].values())
    assert detail["url"] in {link.attributes["href"] for link in shown.all("a")}


# -- safety --------------------------------------------------------------------------------------------------------------


def hostile_pages(client: TestClient) -> list[Response]:
    """Every page that shows hostile articles, and hostile questions."""
    questions = [
        "树袋熊吃什么？",
        "What does the koala eat?",
        "树袋熊每天睡多久？",
        '"><script>alert(7)</script>{{ 7*1111111 }}',
        "\u202e熊",
    ]
    addresses = [f"/?q={quote(question)}" for question in questions]
    addresses += [
        f"/?q={quote(questions[0])}&lang=%22%3E%3Cscript%3E",
        "/articles/hostile.md?start=%22%3E%3Cscript%3E",
    ]
    addresses += [
        f"/articles/hostile.md?start={start}&end={len(HOSTILE)}" for start in (0, HOSTILE.index("</mark>") + 3)
    ]
    listed = client.get("/v1/articles").json()["articles"]
    addresses += [f"/articles/{quote(article['id'])}" for article in listed]
    return [client.get(address) for address in addresses]


def test_hostile_articles_and_questions_are_only_text(hostile: TestClient) -> None:
    for response in hostile_pages(hostile):
        assert response.status_code in (200, 422)
        page = Page(response).root
        assert "7777777" not in response.text, "a template of an article was rendered"
        shown = server(page)
        tags = {node.tag for node in shown.everything()}
        assert not tags & {"script", "img", "b", "iframe", "style", "object", "form"}
        for node in page.everything():
            assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
            for name in ("href", "src", "action"):
                assert re.match(r"[/#]|$|https?://", node.attributes.get(name, "")), node.attributes
        scripts = [node.attributes.get("src", "") for node in page.all("script")]
        assert all(source.startswith("/page/") for source in scripts)
        assert not [node for node in page.all("script") if node.text.strip()]


def test_right_to_left_marks_turn_nothing_but_their_own_text(hostile: TestClient) -> None:
    """Texts that may hold them fill a block of their own, or are set apart in it."""
    own = {"blockquote", "bdi", "h1", "h3", "p", "input"}

    def check(node: Node, inside: bool) -> None:
        inside = inside or node.tag in own
        for child in node.children:
            if isinstance(child, Node):
                check(child, inside)
            elif "\u202e" in child:
                assert inside, child

    pages = [Page(response).root for response in hostile_pages(hostile)]
    assert sum("\u202e" in server(page).text for page in pages) >= 5
    for page in pages:
        check(page, inside=False)


def test_hostile_text_is_shown_as_it_is(hostile: TestClient) -> None:
    (source,) = [
        node
        for node in server(Page(hostile.get("/articles/hostile.md")).root).all("div")
        if node.attributes.get("class") == "document"
    ]
    assert source.text == HOSTILE


@pytest.mark.parametrize(
    "address", ["/", "/?q=GPT", f"/articles/{NAME}", "/articles/nothing", "/page/base.css", "/?q=%00"]
)
def test_every_page_has_the_strict_policy(client: TestClient, address: str) -> None:
    policy = client.get(address).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


# -- caches --------------------------------------------------------------------------------------------------------------


def test_pages_are_asked_for_anew_and_depend_on_the_browsers_language(client: TestClient) -> None:
    for address in ("/", f"/?q={ZH}", f"/articles/{NAME}"):
        headers = client.get(address).headers
        assert headers["cache-control"] == "no-cache"
        assert headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("name", ["base.css", "search.js", "icon.svg"])
def test_files_of_the_page_are_kept_but_asked_for_each_time(client: TestClient, name: str) -> None:
    response = client.get(f"/page/{name}")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"
    again = client.get(f"/page/{name}", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["index.html", "article.html", "server.html.j2", "nothing.js"])
def test_templates_are_no_files_of_the_page(client: TestClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 404


def test_the_templates_have_the_placeholders(client: TestClient) -> None:
    for name in ("index.html", "article.html"):
        text = (PAGE / name).read_text(encoding="utf-8")
        for placeholder in ("{{ server_lang }}", "{{ query }}", '<div id="server">{{ server_html }}</div>'):
            assert placeholder in text
