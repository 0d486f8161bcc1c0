import json
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.build import build_index
from index.encoders import Encoder
from index.errors import (
    DamagedIndexError,
    EncoderMismatchError,
    FormatMismatchError,
    IndexLockedError,
    MissingIndexError,
    UnknownSourcesError,
)
from index.manifest import FORMAT, NAME
from index.store import Home, SearchIndex
from tests.conftest import ROOT, build

REPAIR = "rag index --rebuild"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A home built once; tests change copies of it."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "articles").mkdir()
    (folder / "articles" / "tea.txt").write_text("Tea came from China.\n", encoding="utf-8")
    build(folder / "home", folder / "articles", encoder)
    return folder


@pytest.fixture
def home(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original / "home", tmp_path / "home")
    return tmp_path / "home"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def generation(home: Path) -> Path:
    (folder,) = (home / "generations").iterdir()
    return folder


def answer(index: SearchIndex, encoder: Encoder) -> str:
    """The text of the passage nearest to a question, by every file of the generation."""
    question = "Where did tea come from?"
    query = encoder.encode_queries([question])
    (row,) = index.passages.search(query, 1).rows
    (sentence,) = index.sentences.search(query, 1).rows
    assert index.columns.sentence_starts[row] <= sentence < index.columns.sentence_starts[row + 1]
    index.lexical.search(dict.fromkeys(index.tokenizer.tokens(question), 1.0), 1)
    return index.database.passage(int(row)).readable.text


def write_tea(folder: Path, place: str) -> None:
    (folder / "tea.txt").write_text(f"Tea came from {place}.\n", encoding="utf-8")


# -- what lies on disk -------------------------------------------------------------------------------------------------


def test_a_generation_is_one_folder_with_a_checksum_for_every_file(home: Path):
    folder = generation(home)
    listed = set(json.loads((folder / NAME).read_text(encoding="utf-8"))["files"])
    assert files(folder) == {*listed, NAME}
    assert {"articles.sqlite", "passages.faiss", "sentences.faiss", "lexical/terms.txt"} <= listed
    assert {"reduction.npz", "tokens/starts.npy", "tokens/vectors.npy"} <= listed
    assert Home(home).current() == folder.name


def test_nothing_published_is_told_with_the_command(tmp_path: Path):
    assert Home(tmp_path).current() is None
    assert Home(tmp_path).last_build() is None
    with pytest.raises(MissingIndexError, match="build one with: rag index FOLDER"):
        Home(tmp_path / "nowhere").open()


def test_opening_writes_nothing_into_the_generation(home: Path, encoder: Encoder):
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    answer(Home(home).open(), encoder)
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*") if "cache" not in path.parts} == {
        path: time for path, time in before.items() if "cache" not in path.parts
    }


def test_a_home_may_be_moved(home: Path, tmp_path: Path, encoder: Encoder):
    moved = home.rename(tmp_path / "other place")
    assert answer(Home(moved).open(), encoder) == "Tea came from China."


# -- generations -------------------------------------------------------------------------------------------------------


def test_two_generations_are_kept(tmp_path: Path, encoder: Encoder):
    versions = []
    for place in ("China", "India", "Japan", "Kenya"):
        write_tea(tmp_path, place)
        versions.append(build(tmp_path / "home", tmp_path, encoder).version)
    assert {path.name for path in (tmp_path / "home" / "generations").iterdir()} == set(versions[-2:])
    assert sorted(versions) == versions
    assert len(set(versions)) == 4


def test_a_reader_keeps_answering_from_the_generation_it_opened(tmp_path: Path, encoder: Encoder):
    write_tea(tmp_path, "China")
    build(tmp_path / "home", tmp_path, encoder)
    reader = Home(tmp_path / "home").open()
    for place in ("India", "Japan", "Kenya"):
        write_tea(tmp_path, place)
        build(tmp_path / "home", tmp_path, encoder)
    assert not (tmp_path / "home" / "generations" / reader.version).exists()
    assert answer(reader, encoder) == "Tea came from China."
    assert [article.text for article, _ in reader.database.articles()] == ["Tea came from China.\n"]
    assert answer(Home(tmp_path / "home").open(), encoder) == "Tea came from Kenya."


def test_what_a_killed_build_left_behind_is_swept_by_the_next(home: Path, original: Path, encoder: Encoder):
    (home / "generations" / "20000101T000000000000-dead").mkdir()
    (home / "current.new").write_text("half")
    build(home, original / "articles", encoder, rebuild=True)
    assert len(list((home / "generations").iterdir())) == 2
    assert not (home / "generations" / "20000101T000000000000-dead").exists()
    assert answer(Home(home).open(), encoder)


# -- one writer --------------------------------------------------------------------------------------------------------


def _hold(path: Path, held: object, done: object) -> None:
    with Home(path).writer():
        held.set()  # type: ignore[attr-defined]
        done.wait(30)  # type: ignore[attr-defined]


def test_a_second_writer_is_refused_while_another_process_builds(home: Path, original: Path, encoder: Encoder):
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(home, held, done))
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(IndexLockedError, match=r"another process is building the index in .*home; wait until"):
            build(home, original / "articles", encoder)
        assert answer(Home(home).open(), encoder), "readers are not locked out"
    finally:
        done.set()
        other.join(30)
    assert build(home, original / "articles", encoder).unchanged == ("tea.txt",)


def test_the_lock_is_released_after_a_failed_build(home: Path, encoder: Encoder):
    with pytest.raises(ZeroDivisionError):
        build_index(Home(home), {"x": lambda: 1 / 0}, encoder)  # type: ignore[dict-item,return-value]
    with Home(home).writer(), pytest.raises(IndexLockedError), Home(home).writer():
        pass


# -- another encoder ---------------------------------------------------------------------------------------------------


def test_another_encoder_is_refused_with_both_names_and_the_command(home: Path):
    message = (
        r"built with encoder 'use-multilingual-3', not 'BAAI/bge-m3'; rebuild it with: rag index --encoder BAAI/bge-m3"
    )
    with pytest.raises(EncoderMismatchError, match=message):
        Home(home).open("BAAI/bge-m3")
    assert Home(home).open("use-multilingual-3").version == generation(home).name


# -- damage ------------------------------------------------------------------------------------------------------------


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def alter(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "damage", [truncate, alter, empty, Path.unlink], ids=["truncated", "altered", "emptied", "removed"]
)
def test_damage_to_any_file_is_a_clear_error(original: Path, tmp_path: Path, encoder: Encoder, damage):
    for number, name in enumerate(sorted(files(generation(original / "home")))):
        home = tmp_path / str(number)
        shutil.copytree(original / "home", home)
        damage(generation(home) / name)
        with pytest.raises(DamagedIndexError, match=rf"{Path(name).name}: .*{REPAIR}"):
            Home(home).open()
        with pytest.raises(DamagedIndexError, match=REPAIR):
            build(home, original / "articles", encoder)


@pytest.mark.parametrize(
    "damage", [truncate, alter, empty, Path.unlink], ids=["truncated", "altered", "emptied", "removed"]
)
@pytest.mark.parametrize("name", ["articles.sqlite", "passages.faiss", NAME])
def test_a_rebuild_repairs_damage(home: Path, original: Path, encoder: Encoder, name: str, damage):
    damage(generation(home) / name)
    build(home, original / "articles", encoder, rebuild=True)
    assert answer(Home(home).open(), encoder) == "Tea came from China."


@pytest.mark.parametrize("key", ["version", "passages", "recipe", "files"])
def test_a_manifest_edited_by_hand_is_refused(home: Path, key: str):
    path = generation(home) / NAME
    data = json.loads(path.read_text(encoding="utf-8"))
    data[key] = {} if isinstance(data[key], dict) else data[key] * 2
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(DamagedIndexError, match=REPAIR):
        Home(home).open()


def test_an_older_format_is_refused_and_a_rebuild_replaces_it(home: Path, original: Path, encoder: Encoder):
    path = generation(home) / NAME
    path.write_text(path.read_text(encoding="utf-8").replace(f'"format": {FORMAT}', '"format": 0'), encoding="utf-8")
    with pytest.raises(FormatMismatchError, match=f"has format 0, this version reads format {FORMAT}.*{REPAIR}"):
        Home(home).open()
    with pytest.raises(FormatMismatchError, match=REPAIR):
        build(home, original / "articles", encoder)
    build(home, original / "articles", encoder, rebuild=True)
    assert answer(Home(home).open(), encoder)


@pytest.mark.parametrize("content", ["", "one", "a b c", "no-such-version 00", b"\xff\xfe\x00"], ids=repr)
def test_a_broken_pointer_is_damage(home: Path, content: str | bytes):
    (home / "current").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DamagedIndexError, match=REPAIR):
        Home(home).open()
    with pytest.raises(UnknownSourcesError):
        Home(home).last_build()


def test_a_pointer_with_another_checksum_is_damage(home: Path):
    (home / "current").write_text(f"{generation(home).name} {'0' * 64}\n")
    with pytest.raises(DamagedIndexError, match=rf"{NAME}: altered; repair it with: {REPAIR}"):
        Home(home).open()


@pytest.mark.parametrize("content", ["", "one", "no-such-version 00"], ids=repr)
def test_a_rebuild_repairs_a_broken_pointer(home: Path, original: Path, encoder: Encoder, content: str):
    (home / "current").write_text(content)
    build(home, original / "articles", encoder, rebuild=True)
    assert answer(Home(home).open(), encoder)


def test_a_missing_pointer_is_a_missing_index_and_a_build_makes_a_new_one(home: Path, original: Path, encoder: Encoder):
    (home / "current").unlink()
    with pytest.raises(MissingIndexError):
        Home(home).open()
    assert build(home, original / "articles", encoder).added == ("tea.txt",)


# -- a build killed at any moment --------------------------------------------------------------------------------------

KILLED = """
import os, random, signal, sys, time
from functools import partial
from pathlib import Path

from index.build import build_index
from index.encoders import load_encoder
from index.reading import find_files, read_file
from index.store import Home

# the parent only forks: what it imports and loads here, its children share; none of them uses threads before
folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
home, encoder = Home(folder / "home"), load_encoder()
encoder.load()

def write(content):
    for i in range(4):
        (folder / f"{i}.txt").write_text(f"Tea number {i} came from {content}. " * 3)

def build():
    sources = {id: partial(read_file, id, path) for id, path in find_files([folder]).items() if "home" not in id}
    build_index(home, sources, encoder)

def check(contents):
    index = home.open()
    texts = {article.text.split(" from ")[1].split(".")[0] for article, _ in index.database.articles()}
    assert len(texts) == 1, f"a mixture: {texts}"
    assert texts <= set(contents), f"{texts} is not one of {contents}"
    query = encoder.encode_queries(["Where did tea number 2 come from?"])
    (row,) = index.passages.search(query, 1).rows
    assert texts.pop() in index.database.passage(int(row)).readable.text
    assert len(index.lexical.search({"tea": 1.0, "number": 1.0}, 9)) == 4
    assert index.sentences.count == index.manifest.sentences

def child(task, *arguments):
    pid = os.fork()
    if pid:
        return pid
    try:
        task(*arguments)
        os._exit(0)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)

def wait(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

write("place 0")
durations = []
for place in range(4):
    write(f"place {place}")
    began = time.perf_counter()
    assert wait(child(build)) == 0
    durations.append(time.perf_counter() - began)
random = random.Random(20)
last, kills, version = "place 3", 0, home.current()
for number in range(rounds):
    content = f"place {number + 4}"
    write(content)
    pid = child(build)
    time.sleep(min(durations) * (number + random.random()) / rounds)
    os.kill(pid, signal.SIGKILL)
    kills += wait(pid) == -signal.SIGKILL
    assert wait(child(check, (last, content))) == 0, f"round {number}"
    if home.current() != version:
        version, last = home.current(), content
write("the end")
assert wait(child(build)) == 0, "the lock of a killed build holds nobody up"
assert wait(child(check, ("the end",))) == 0
assert len(list((folder / "home" / "generations").iterdir())) <= 2
print(kills)
"""


def test_a_build_killed_at_any_moment_leaves_a_generation_that_answers(tmp_path: Path):
    result = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), "20"],
        capture_output=True, text=True, timeout=120, cwd=ROOT, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= 10, "builds were killed before they ended"


def test_a_generation_is_complete_before_it_is_published(home: Path, original: Path, encoder: Encoder):
    """An unpublished folder, as a kill before the rename leaves it, is never read."""
    half = home / "generations" / "99999999T000000000000-half"
    shutil.copytree(generation(home), half)
    (half / "passages.faiss").unlink()
    index = Home(home).open()
    assert index.version != half.name
    assert np.isfinite(index.passages.vectors(np.arange(index.passages.count))).all()
    build(home, original / "articles", encoder, rebuild=True)
    assert not half.exists()
