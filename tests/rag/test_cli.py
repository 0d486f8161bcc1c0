"""The commands ``rag index``, ``rag search`` and ``rag ask``, mostly in this process, a few times as a shell runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag.answering.present import answer_json
from rag.answering.types import AskRequest
from rag.cli import main
from rag.engine import Engine
from rag.present import response_json
from rag.types import Filters, Mode, SearchRequest
from tests.conftest import ROOT
from tests.rag.answering.checks import accept_as_it_is, alter_stored
from tests.rag.answering.stub_llm import fails, running, says

RAG = Path(sys.executable).with_name("rag")
REVIEW = "003_225585054f10cde9.txt"
ZH = "GPT-3 的训练成本是多少？"


def rag(*arguments: str | Path, typed: str = "") -> Result:
    """Runs ``rag`` in this process; an exception other than an exit is a failure of the test."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return result


def shell(*arguments: str | Path | bytes, typed: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run([RAG, *arguments], cwd=ROOT, input=typed, capture_output=True, encoding="utf-8", check=False)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two English articles: without Chinese, jieba need not load."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "gulls.md").write_text("The keeper counts gulls.", encoding="utf-8")
    (folder / "bread.md").write_text("Bread is baked at night.", encoding="utf-8")
    return folder


def test_help_lists_all_commands_and_says_what_they_do() -> None:
    result = rag("--help")
    assert result.exit_code == 0
    listed = dict(re.findall(r"^  (index|search|ask|serve|eval) +(\S.+)$", result.stdout, re.MULTILINE))
    assert set(listed) == {"index", "search", "ask", "serve", "eval"}


@pytest.mark.parametrize("command", ["index", "search", "ask", "serve", "eval"])
def test_every_command_has_help(command: str) -> None:
    result = rag(command, "--help")
    assert result.exit_code == 0
    assert f"Usage: main {command} [OPTIONS]" in result.stdout


def test_the_version_is_that_of_the_package() -> None:
    assert re.search(r"\d+\.\d+", rag("--version").stdout)


def test_an_unknown_command_is_wrong_use() -> None:
    result = rag("serach", "x")
    assert result.exit_code == 2
    assert "No such command 'serach'" in result.stderr


# --- rag index ---


def test_index_reports_added_changed_removed_unchanged(home: Path, folder: Path) -> None:
    first = rag("--home", home, "index", folder)
    assert first.exit_code == 0
    assert first.stdout == ""
    assert first.stderr.startswith("added 2: bread.md, gulls.md\nindex ")
    (folder / "bread.md").write_text("Bread is baked at noon.", encoding="utf-8")
    (folder / "gulls.md").rename(folder / "birds.md")
    assert "added 1: birds.md\nchanged 1: bread.md\nremoved 1: gulls.md\nindex " in rag("--home", home, "index").stderr
    assert rag("--home", home, "index").stderr.startswith("unchanged 2\nindex ")


def test_an_article_that_fails_is_named_and_the_others_are_indexed(home: Path, folder: Path) -> None:
    (folder / "broken.md").write_bytes(b"\xff\xfe\x00\x01")
    result = rag("--home", home, "index", folder)
    assert result.exit_code == 1
    assert "added 2: bread.md, gulls.md" in result.stderr
    assert re.search(r"failed broken\.md: neither UTF-8 nor GB18030.*save it as UTF-8 and index again", result.stderr)
    assert "gulls.md [0:24]" in rag("--home", home, "search", "gulls").stdout


def test_articles_in_gb18030_are_read(home: Path, folder: Path) -> None:
    (folder / "tea.txt").write_bytes(
        "茶起源于中国西南部。唐代陆羽写了《茶经》，这是世界上第一部茶书。".encode("gb18030")
    )
    assert rag("--home", home, "index", folder).exit_code == 0
    assert "陆羽写了《茶经》" in rag("--home", home, "search", "茶经是谁写的").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing"], 1, "missing: no such file or folder; check the path"),
        (["."], 1, r"no \.txt or \.md article in \."),
        (["--user-dict", "missing.txt", "."], 2, "'missing.txt' does not exist"),
        (["--user-dict", ".", "."], 2, "is a directory"),
        (["--user-dict", "latin.txt", "."], 1, r"latin\.txt is not UTF-8; save it as UTF-8"),
        (["--no-such-option"], 2, "No such option"),
    ],
)
def test_bad_input_to_index_is_said_in_a_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "latin.txt").write_bytes("é".encode("latin-1"))
    monkeypatch.chdir(work)
    result = rag("--home", home, "index", *(argument.replace("latin.txt", "../latin.txt") for argument in arguments))
    assert result.exit_code == code
    assert re.search(f"Error: .*{message}", result.stderr)


@pytest.mark.parametrize("command", [["index", "."], ["search", "x"], ["ask", "x"], ["ask"], ["serve"]])
def test_a_home_that_is_a_file_is_wrong_use(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "home").write_text("")
    result = rag("--home", tmp_path / "home", *command)
    assert result.exit_code == 2
    assert "'--home'" in result.stderr
    assert "is a file" in result.stderr


def test_a_home_that_cannot_be_made_is_an_error(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("")
    result = rag("--home", tmp_path / "file" / "home", "index", folder)
    assert result.exit_code == 1
    assert "Not a directory" in result.stderr


def test_a_damaged_index_is_refused_and_rebuilt_on_demand(home: Path, folder: Path) -> None:
    rag("--home", home, "index", folder)
    next(home.glob("generations/*/articles.sqlite")).write_bytes(b"")
    for command in (["search", "gulls"], ["ask", "Who counts gulls?"], ["index"]):
        result = rag("--home", home, *command)
        assert result.exit_code == 1
        assert "articles.sqlite: truncated or altered; repair it with: rag index --rebuild" in result.stderr
    assert rag("--home", home, "index", "--rebuild").exit_code == 0
    assert "gulls.md" in rag("--home", home, "search", "gulls").stdout


def test_a_user_dictionary_decides_what_is_a_word(home: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "tea.txt").write_text("老张喝了云顶雪芽茶。", encoding="utf-8")
    dictionary = tmp_path / "words.txt"
    dictionary.write_text("云顶雪芽 99999\n", encoding="utf-8")
    rag("--home", home, "index", folder, "--user-dict", dictionary)
    assert "云顶雪芽" in Engine(home).index.tokenizer.tokens("谁喝了云顶雪芽茶？")
    assert "tea.txt" in rag("--home", home, "search", "云顶雪芽", "--top-k", "1").stdout


def test_the_home_may_stand_in_the_environment(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_HOME", str(home))
    assert rag("index", folder).exit_code == 0
    assert (home / "current").is_file()


# --- rag search ---


@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        ([], SearchRequest(ZH, 5)),
        (["--top-k", "2", "--mode", "lexical"], SearchRequest(ZH, 2, Mode.LEXICAL)),
        (["--mode", "dense", "--language", "en"], SearchRequest(ZH, 5, Mode.DENSE, Filters("en"))),
        (["--article", REVIEW, "--explain"], SearchRequest(ZH, 5, Mode.HYBRID, Filters(None, (REVIEW,)), True)),
    ],
)
def test_json_is_what_the_engine_answers(
    seeds_home: Path, seeds_engine: Engine, arguments: list[str], request_: SearchRequest
) -> None:
    result = rag("--home", seeds_home, "search", ZH, "--json", *arguments)
    assert result.exit_code == 0
    assert result.stderr == ""
    shown = json.loads(result.stdout)
    expected = json.loads(json.dumps(response_json(seeds_engine.search(request_))))
    assert shown.pop("took_ms") > 0
    del expected["took_ms"]
    assert shown == expected
    assert ZH in result.stdout, "Chinese stays readable in JSON"


def test_the_table_of_a_search_is_readable_in_a_pipe(seeds_home: Path) -> None:
    done = shell("--home", seeds_home, "search", "What is Copilot?", "--top-k", "3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert len(re.findall(r"^\d\. \S.*  0\.\d{3}$", done.stdout, re.MULTILINE)) == 3
    assert len(re.findall(r"^   \d{3}_\w{16}\.txt \[\d+:\d+\] *$", done.stdout, re.MULTILINE)) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search"], "Missing argument 'QUERY'"),
        (["search", ""], "the query is empty"),
        (["search", " \u3000 "], "the query is empty"),
        (["search", "x" * 2001], "2,001 characters; shorten it"),
        (["search", "a\x07b"], r"control character U\+0007"),
        (["search", "x", "--top-k", "0"], "0 is not in the range 1<=x<=100"),
        (["search", "x", "--top-k", "101"], "101 is not in the range 1<=x<=100"),
        (["search", "x", "--top-k", "many"], "'many' is not a valid integer"),
        (["search", "x", "--mode", "fuzzy"], "'hybrid', 'dense', 'lexical'"),
        (["search", "x", "--language", "fr"], "'zh', 'en'"),
        (["search", "x", "--article", "no.txt"], "no article 'no.txt' in this index"),
        (["search", "x", "y"], "unexpected extra argument"),
    ],
)
def test_wrong_use_of_search_exits_with_2_and_says_why(seeds_home: Path, arguments: list[str], message: str) -> None:
    result = rag("--home", seeds_home, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.search(message, result.stderr)


def test_without_an_index_search_exits_with_1_and_says_how_to_build_one(home: Path) -> None:
    result = rag("--home", home, "search", "x")
    assert result.exit_code == 1
    assert re.search(r"Error: no index in .*; build one with: rag index FOLDER", result.stderr)
    assert not home.exists(), "asking leaves no trace"


def test_nothing_found_is_no_failure(seeds_home: Path) -> None:
    result = rag("--home", seeds_home, "search", "zzqx", "--mode", "lexical")
    assert result.exit_code == 0
    assert result.stdout.startswith("nothing found")


def test_exit_codes_and_messages_reach_the_shell(home: Path, folder: Path) -> None:
    missing = shell("--home", home, "search", "x")
    assert (missing.returncode, missing.stdout) == (1, "")
    (folder / "broken.md").write_bytes(b"\xff\xfe\x00\x01")
    failed = shell("--home", home, "index", folder)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "failed broken.md" in failed.stderr
    assert "\x1b" not in failed.stderr
    wrong = shell("--home", home, "search", b"\xba\xec")
    assert wrong.returncode == 2
    assert "lone surrogate" in wrong.stderr


# --- rag ask ---

EN, OFF = "How much did it cost to train GPT-3?", "How long do I boil an egg?"


@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        ([ZH], AskRequest(ZH)),
        ([EN, "--top-k", "3"], AskRequest(EN, 3)),
        ([EN, "--language", "en"], AskRequest(EN, filters=Filters("en"))),
        ([ZH, "--article", REVIEW, "--generator", "extractive"], AskRequest(ZH, filters=Filters(None, (REVIEW,)))),
        (["hello", "--strict"], AskRequest("hello", strict=True)),
        ([OFF], AskRequest(OFF)),
    ],
)
def test_json_of_an_answer_is_what_the_engine_answers(
    seeds_home: Path, seeds_engine: Engine, arguments: list[str], request_: AskRequest
) -> None:
    result = rag("--home", seeds_home, "ask", "--json", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    expected = json.loads(json.dumps(answer_json(seeds_engine.ask(request_))))
    assert shown.pop("took_ms") > 0
    del expected["took_ms"]
    assert shown == expected


def test_an_answer_is_readable_in_a_pipe(seeds_home: Path) -> None:
    done = shell("--home", seeds_home, "ask", EN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == "The articles say:"
    assert re.fullmatch("“.+”\\[1\\]", lines[1])
    places = re.findall(r"^\[(\d)\] \S.*  (\d{3}_\w{16}\.txt) (\d+)-(\d+)\n    (.+)$", done.stdout, re.MULTILINE)
    assert [int(marker) for marker, *_ in places] == list(range(1, len(places) + 1)) != []
    for _, article, start, end, quote in places:
        text = (ROOT / "seeds" / article).read_bytes().decode("utf-8-sig")
        assert text[int(start) : int(end)] == quote
    assert re.fullmatch(r"confidence 0\.\d\d, answered from 0\.\d\d; \d+ ms", lines[-1])


def test_a_refusal_prints_the_nearest_passages_and_is_no_failure(seeds_home: Path) -> None:
    result = rag("--home", seeds_home, "ask", OFF)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("The articles don't ")
    assert len(re.findall(r"^[123]\. \S.*  \S.*$", result.stdout, re.MULTILINE)) == 3
    assert "[1]" not in result.stdout


def test_without_a_question_lines_are_questions(seeds_home: Path, seeds_engine: Engine) -> None:
    done = shell("--home", seeds_home, "ask", "--article", REVIEW, typed=f"{ZH}\nhello\n\nWhat is Copilot?\n")
    assert (done.returncode, done.stderr) == (0, "? ? ? ")
    answer = seeds_engine.ask(AskRequest(ZH, filters=Filters(None, (REVIEW,))))
    assert done.stdout.startswith(answer.text)
    assert "\nThis doesn't look like a question." in done.stdout
    assert "\nconfidence " in done.stdout
    assert done.stdout.count("\nconfidence ") == 2, "an empty line ends it"


def test_a_conversation_in_json_is_an_answer_after_the_other(seeds_home: Path) -> None:
    result = rag("--home", seeds_home, "ask", "--json", typed="Midjourney 有多少用户？\n它怎么收费？\n")
    assert result.exit_code == 0
    decoder, rest, answers = json.JSONDecoder(), result.stdout, []
    while rest.strip():
        answer, end = decoder.raw_decode(rest.lstrip())
        rest = rest.lstrip()[end:]
        answers.append(answer)
    assert [answer["question"] for answer in answers] == ["Midjourney 有多少用户？", "它怎么收费？"]
    assert answers[1]["searched"] == "Midjourney 有多少用户？ 它怎么收费？"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "the query is empty"),
        (["ask", " \u3000 "], "the query is empty"),
        (["ask", "x" * 2001], "2,001 characters; shorten it"),
        (["ask", "a\x07b"], r"control character U\+0007"),
        (["ask", "x", "--top-k", "0"], "0 is not in the range 1<=x<=100"),
        (["ask", "x", "--language", "fr"], "'zh', 'en'"),
        (["ask", "x", "--article", "no.txt"], "no article 'no.txt' in this index"),
        (["ask", "x", "--generator", "gpt"], "'extractive', 'llm'"),
        (["ask", "x", "--generator", "llm"], "give extractive: no language model is set, see docs/answers.md"),
        (["ask", "x", "y"], "unexpected extra argument"),
    ],
)
def test_wrong_use_of_ask_exits_with_2_and_says_why(seeds_home: Path, arguments: list[str], message: str) -> None:
    result = rag("--home", seeds_home, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.search(message, result.stderr)


@pytest.mark.parametrize("arguments", [["ask", "x"], ["ask"]])
def test_without_an_index_ask_exits_with_1_and_says_how_to_build_one(home: Path, arguments: list[str]) -> None:
    result = rag("--home", home, *arguments, typed="x\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(r"Error: no index in .*; build one with: rag index FOLDER", result.stderr)
    assert not home.exists(), "asking leaves no trace"


def test_a_wrong_setting_of_the_language_model_exits_with_1(seeds_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM_BASE_URL", "localhost:8080")
    monkeypatch.setenv("RAG_LLM_MODEL", "x")
    result = rag("--home", seeds_home, "ask", "x")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Error: wrong setting RAG_LLM_BASE_URL: give an address that begins with http" in result.stderr


def test_an_article_that_was_altered_in_the_index_exits_with_1(seeds_home: Path, tmp_path: Path) -> None:
    """Opening it cannot tell: the files have the checksums that the manifest says."""
    shutil.copytree(seeds_home, tmp_path / "copy")
    alter_stored(tmp_path / "copy", "1200", "1300")
    accept_as_it_is(tmp_path / "copy")
    result = rag("--home", tmp_path / "copy", "ask", ZH)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(
        r"Error: the index is damaged: .*the text of \S+ is altered; repair it with: rag index", result.stderr
    )


def test_a_language_model_writes_and_where_it_fails_it_is_said_why(
    seeds_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "GPT-3 的训练成本高达 1200 万美元[1][2][3]。训练花了 99 天[1]。"
    with running(says(text), fails(500)) as stub:
        environment = {"BASE_URL": stub.settings().base_url, "MODEL": "stub", "RETRIES": "0"}
        for name, value in environment.items():
            monkeypatch.setenv(f"RAG_LLM_{name}", value)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        written = shell("--home", seeds_home, "ask", ZH)
        failed = shell("--home", seeds_home, "ask", ZH)
    assert (written.returncode, written.stderr) == (0, "")
    assert written.stdout.startswith("GPT-3 的训练成本高达 1200 万美元。[1]")
    assert "\nunsupported: 训练花了 99 天。[1]\n" in written.stdout
    assert "; written by a language model; " in written.stdout
    assert failed.returncode == 0
    assert "; quoted instead of written: llm_failed; " in failed.stdout
    assert failed.stderr.startswith("language model 'stub' failed: HTTP 500: out of order; ask again later")
