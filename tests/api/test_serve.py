"""``rag serve`` as a real process: it builds what is missing, refuses what is broken, follows the index, stops cleanly."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import httpx
import pytest

from index.encoders import Encoder
from tests.api.conftest import PATIENCE, RAG, Served, serving, wait_until
from tests.conftest import ROOT, build


def refused(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that must fail, with a message and no traceback."""
    command = [RAG, "--home", home, "serve", "--port", "0", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1, "one line says it all"
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One English article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "gulls.md").write_text("The keeper counts 0 gulls.", encoding="utf-8")
    return folder


def test_without_an_index_it_builds_one_first_and_stops_cleanly(home: Path, folder: Path, tmp_path: Path) -> None:
    with serving(home, tmp_path / "log", RAG_SOURCES=str(folder)) as served:
        assert "added 1: gulls.md" in served.logged()
        answer = httpx.get(f"{served.url}/v1/search?q=gulls").json()
        assert answer["results"][0]["quote"] == "The keeper counts 0 gulls."
        assert httpx.get(f"{served.url}/").status_code == 200
        assert served.stop() == 0
        assert "Traceback" not in served.logged()
    assert (home / "current").is_file()


def test_an_index_that_is_there_is_served_as_it_is(served: Served, seeds_home: Path) -> None:
    version = httpx.get(f"{served.url}/ready").json()["index_version"]
    assert version == (seeds_home / "current").read_text().split()[0]
    assert "added" not in served.logged()


def test_a_damaged_index_is_refused_with_the_command_that_repairs_it(seeds_home: Path, home: Path) -> None:
    shutil.copytree(seeds_home, home)
    path = next(home.glob("generations/*/passages.faiss"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    message = refused(home).stderr
    assert "passages.faiss: truncated or altered; repair it with: rag index --rebuild" in message
    assert path.read_bytes() == data, "it is left as it is"


def test_an_index_of_another_encoder_is_refused_with_both_names(seeds_home: Path) -> None:
    message = refused(seeds_home, "--encoder", "BAAI/bge-m3").stderr
    assert re.search(r"built with encoder 'use-multilingual-3', not 'BAAI/bge-m3'; rebuild it with: rag index", message)


def test_a_port_in_use_is_a_failure_that_names_it(seeds_home: Path, served: Served) -> None:
    command = [RAG, "--home", seeds_home, "serve", "--port", str(served.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert re.search(rf"'127\.0\.0\.1', {served.port}\).*address already in use", done.stderr)
    assert "Traceback" not in done.stderr


def test_every_request_is_one_line_on_the_error_stream(served: Served) -> None:
    for address, status in (("/health", 200), ("/v1/search?q=a", 200), ("/nowhere", 404)):
        request_id = httpx.get(served.url + address).headers["x-request-id"]
        wait_until(lambda request_id=request_id: request_id in served.logged())  # type: ignore[misc]
        (line,) = [line for line in served.logged().splitlines() if request_id in line]
        path = address.partition("?")[0]
        assert re.fullmatch(rf"\S+ \S+ INFO GET {path} {status} \d+\.\dms {request_id}", line)


def test_what_is_no_http_hurts_nobody_else(served: Served) -> None:
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET " + b"a" * 100_000,
        b"POST /v1/search HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", served.port)) as connection:
            connection.sendall(garbage)
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}")
        assert re.match(rb"HTTP/1.1 4\d\d ", connection.recv(100))
    assert httpx.get(f"{served.url}/health").status_code == 200


def test_a_request_in_flight_is_finished_after_sigterm(seeds_home: Path, tmp_path: Path) -> None:
    """Its body arrives in two halves, the signal between them; new connections are no longer taken."""
    body = '{"query": "盗梦师是什么？", "top_k": 1}'.encode()
    head = (
        f"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with serving(seeds_home, tmp_path / "log") as served:
        assert httpx.get(f"{served.url}/health").status_code == 200
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode() + body[:20])
            assert httpx.get(f"{served.url}/health").status_code == 200  # by now the first half has been read
            served.process.terminate()
            wait_until(lambda: "Shutting down" in served.logged())
            assert served.process.poll() is None
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{served.url}/health")
            connection.sendall(body[20:])
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert "盗梦师是什么？".encode() in answer
        assert served.process.wait(PATIENCE) == 0
        assert "Traceback" not in served.logged()
        assert " INFO POST /v1/search 200 " in served.logged()


def test_ctrl_c_stops_it_cleanly_too(served_alone: Served) -> None:
    served_alone.process.send_signal(2)
    assert served_alone.process.wait(PATIENCE) == 0
    assert "Traceback" not in served_alone.logged()


@pytest.fixture
def served_alone(home: Path, folder: Path, encoder: Encoder, tmp_path: Path):
    """A server of one's own, on one article, that looks for newer indexes all the time."""
    build(home, folder, encoder)
    with serving(home, tmp_path / "log", RAG_REFRESH_SECONDS="0") as served:
        yield served


def test_reindexing_while_serving_switches_the_version_and_fails_nobody(
    served_alone: Served, folder: Path, home: Path
) -> None:
    """Readers ask all the while; every answer is of one generation, whose text says which."""
    answers: list[tuple[int, str, str]] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=served_alone.url, timeout=PATIENCE) as http:
            while not done.is_set():
                response = http.get("/v1/search?q=gulls")
                body = response.json()
                answers.append((response.status_code, body.get("index_version", ""), str(body.get("results"))))

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    said: dict[str, str] = {(home / "current").read_text().split()[0]: "counts 0 gulls"}
    try:
        for gulls in (1, 2):
            (folder / "gulls.md").write_text(f"The keeper counts {gulls} gulls.", encoding="utf-8")
            subprocess.run([RAG, "--home", home, "index", folder], check=True, capture_output=True)
            version = (home / "current").read_text().split()[0]
            said[version] = f"counts {gulls} gulls"
            wait_until(lambda version=version: answers[-1][1] == version)  # type: ignore[misc]
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert {status for status, _, _ in answers} == {200}
    assert {version for _, version, _ in answers} == set(said)
    assert all(said[version] in results for _, version, results in answers)
    assert "Traceback" not in served_alone.logged()
    assert len(re.findall("now serving index", served_alone.logged())) == 2
