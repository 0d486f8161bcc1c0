"""Pictures of every state of the page, light and dark, on the seeds, and an animated one of the way from the question to the
quote in its source: ``make screenshots`` writes build/screenshots/.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.api.conftest import RAG, serving
from tests.api.page.conftest import CHROMIUM, FLAGS, Server, answer_with, answered, marked
from tests.conftest import ROOT

OUT = ROOT / "build" / "screenshots"
ZH = "GPT-3 训练成本"
ONE = "ChatGPT 月活破亿花了多久？Instagram 和 WhatsApp 呢？"
EN = "Roughly what share of a project's code does GitHub's assistant write?"
TRANSLATED = "What skill might one day take the place of learning a programming language?"
TABLE = "智源研究院成立日期"
REFUSED = "红烧肉怎么做才不腻？"
PHONE = {"width": 390, "height": 780}
WIDE = {"width": 1360, "height": 860}
FILM = {"width": 1120, "height": 640}
FILM_QUALITY = 70
"""Of WebP: letters are sharp, and the file stays under 300 kB."""


def start(page: Any, server: Server) -> None:
    page.goto(server.address)


def recents(page: Any, server: Server) -> None:
    for question in (ZH, ONE):
        answer(page, server, question)
        page.locator("#answer-foot p").first.wait_for()
    start(page, server)
    page.locator("#recents a").first.wait_for()
    page.mouse.wheel(0, 800)


def waiting(page: Any, server: Server) -> None:
    page.route("**/v1/ask", lambda route: None)
    page.goto(server.question(ZH))
    page.locator("#answer-skeleton").wait_for()


def streaming(page: Any, server: Server) -> None:
    """Held in the middle: a stream that ends here would be one that broke."""
    page.goto(server.address)
    page.evaluate("""const real = fetch; window.fetch = async (...all) => {
        const answer = await real(...all);
        if (!String(all[0]).includes('/v1/ask')) return answer;
        const text = await answer.text();
        const cut = text.indexOf('\\n\\n', text.indexOf('event: citation')) + 2;
        const body = new ReadableStream({ start: (it) => it.enqueue(new TextEncoder().encode(text.slice(0, cut))) });
        return new Response(body, { headers: answer.headers }); }""")
    page.locator("#q").fill(ZH)
    page.keyboard.press("Enter")
    page.locator(".cite").first.wait_for()


def answer(page: Any, server: Server, question: str = ZH) -> None:
    page.goto(server.question(question))
    answered(page)


def answer_en(page: Any, server: Server) -> None:
    answer(page, server, EN)


def table(page: Any, server: Server) -> None:
    answer(page, server, TABLE)
    page.locator(".record").first.scroll_into_view_if_needed()


def written(page: Any, server: Server) -> None:
    body = server.ask(ONE)
    good, bad = "ChatGPT 用 6 周达到一亿月活。[1]", "TikTok 只用了 3 周。[1]"
    statements = [
        {"text": good, "markers": [1], "supported": True, "support": 0.9, "unsupported": []},
        {"text": bad, "markers": [1], "supported": False, "support": 0.3, "unsupported": [{"start": 0, "end": 6}]},
    ]
    answer_with(page, ("answer.done", {**body, "answer": good + bad, "generated": True, "statements": statements}))
    answer(page, server, ONE)


def quote(page: Any, server: Server) -> None:
    answer(page, server, EN)
    page.locator(".cite").first.hover()
    page.get_by_role("tooltip").wait_for()


def source(page: Any, server: Server, question: str = EN) -> None:
    answer(page, server, question)
    page.locator(".cite").first.click()
    marked(page)


def parallel(page: Any, server: Server) -> None:
    source(page, server, TRANSLATED)
    page.locator("#parallel-button").click()
    page.locator("#parallel .document").first.wait_for()


def gloss(page: Any, server: Server) -> None:
    answer(page, server, EN)
    page.locator("#answer-text em:lang(zh)", has_text="代码").first.click(position={"x": 8, "y": 10})
    page.get_by_role("dialog").wait_for()


def why(page: Any, server: Server) -> None:
    answer(page, server, EN)
    page.locator(".why summary").first.click()
    page.locator(".legs").first.wait_for()
    page.locator("#result-1").evaluate("result => result.scrollIntoView()")


def refused(page: Any, server: Server) -> None:
    answer(page, server, REFUSED)


def broken(page: Any, server: Server) -> None:
    found = server.json("/v1/search", {"query": ZH})
    answer_with(page, ("sources", found), ("answer.delta", {"text": "根据公开资料，GPT-3 训练的仅是"}))
    page.goto(server.question(ZH))
    page.get_by_role("alert").get_by_role("button").wait_for()


def offline(page: Any, server: Server) -> None:
    page.route("**/v1/ask", lambda route: route.abort())
    page.goto(server.question(ZH))
    page.get_by_role("alert").get_by_role("button").wait_for()


def refused_by_server(page: Any, server: Server) -> None:
    page.goto(server.question("长" * 2001))
    page.get_by_role("alert").get_by_role("button").wait_for()


def long_question(page: Any, server: Server) -> None:
    answer(page, server, (ZH + "，请说得详细一些。") * 12)


def article(page: Any, server: Server) -> None:
    answer(page, server, ONE)
    page.wait_for_function("() => sessionStorage.getItem('cited-rag.evidence')")
    page.goto(server.address + server.ask(ONE)["citations"][0]["link"])
    marked(page, "#article")


def article_top(page: Any, server: Server) -> None:
    page.goto(server.article("001_2f47759ab0307d1f.txt"))
    page.locator(".document").wait_for()


def helping(page: Any, server: Server) -> None:
    page.goto(server.address)
    page.locator("#help").click()
    page.get_by_role("dialog").wait_for()


STATES: list[Callable[[Any, Server], None]] = [
    start, recents, waiting, streaming, answer, answer_en, table, written, quote, source, parallel, gloss, why, refused,
    broken, offline, refused_by_server, long_question, article, article_top, helping,
]  # fmt: skip
ON_PHONES = [start, answer, source, article, refused]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    home = OUT.parent / "screenshots-home"
    subprocess.run([RAG, "--home", home, "index", "seeds"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    wanted = sys.argv[1:]
    with serving(home, OUT.parent / "screenshots.log") as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for scheme in ("light", "dark"):
            for state in STATES:
                for suffix, size in [("", WIDE), *([("-phone", PHONE)] if state in ON_PHONES else [])]:
                    name = f"{state.__name__}{suffix}-{scheme}"
                    if not wanted or state.__name__ in wanted:
                        _shoot(browser, state, Server(served.url), size, scheme, OUT / f"{name}.png")
        if not wanted or "film" in wanted:
            _film(browser, Server(served.url), OUT / "film.webp")
        browser.close()


def _shoot(
    browser: Any, state: Callable[[Any, Server], None], server: Server, size: Any, scheme: str, to: Path
) -> None:
    context = browser.new_context(locale="zh-CN", viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(8000)
    try:
        state(page, server)
        page.wait_for_timeout(250)
    finally:
        page.screenshot(path=str(to))
        context.close()


def _film(browser: Any, server: Server, to: Path) -> None:
    """What a reader does, as one animated picture that begins again."""
    context = browser.new_context(locale="en-GB", viewport=FILM, color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    shown = [(Image.open(io.BytesIO(page.screenshot())), lasts) for lasts in _steps(page, server)]
    context.close()
    frames, lasting = zip(*shown, strict=True)
    frames[0].save(
        to, save_all=True, append_images=frames[1:], duration=lasting, loop=0, quality=FILM_QUALITY, method=6
    )


def _steps(page: Any, server: Server) -> Iterator[int]:
    """Stops where a frame is due, with the milliseconds that it lasts."""
    start(page, server)
    yield 1200
    for end in range(12, len(EN), 19):
        page.locator("#q").fill(EN[:end])
        yield 180
    page.locator("#q").fill(EN)
    yield 600
    page.keyboard.press("Enter")
    answered(page)
    page.locator("#answer-foot p").first.wait_for()
    yield 2200
    page.locator(".cite").first.hover()
    page.get_by_role("tooltip").wait_for()
    yield 1800
    page.locator(".cite").first.click()
    marked(page)
    page.mouse.move(0, 0)
    yield 2600
    page.keyboard.press("]")
    page.wait_for_timeout(300)
    yield 2600


if __name__ == "__main__":
    main()
