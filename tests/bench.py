"""Times what the documentation promises, in one run: build, cold start, latency over HTTP, memory.

Run it with ``make bench``. Not a test: figures depend on the machine, so nothing is asserted.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
RAG = Path(sys.executable).with_name("rag")
ROUNDS = 3
CLIENTS = (2, 4, 8)
MEGABYTE = 1024**2


def main() -> None:
    """Prints a Markdown table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rows.append(("build of `seeds/` from nothing, whole command", f"{_timed(home, 'index', 'seeds'):.1f} s"))
        rows.append(("`rag index` with nothing changed, whole command", f"{_timed(home, 'index'):.1f} s"))
        for query in ("GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"):
            times = [_timed(home, "search", query) for _ in range(ROUNDS)]
            rows.append((f"`rag search` cold start, {query}", f"{statistics.median(times):.2f} s"))
        rows += _serve(home)
        generation = next((home / "generations").iterdir())
        size = sum(path.stat().st_size for path in generation.rglob("*") if path.is_file())
        passages = json.loads((generation / "manifest.json").read_text())["passages"]
        rows.append(("index on disk", f"{size / MEGABYTE:.1f} MB, {size / passages:,.0f} bytes per passage"))
    print("| what | measured |\n| --- | --- |")  # noqa: T201
    for name, value in rows:
        print(f"| {name} | {value} |")  # noqa: T201


def _timed(home: Path, *arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([RAG, "--home", home, *arguments], check=True, cwd=ROOT, capture_output=True)
    return time.perf_counter() - began


def _serve(home: Path) -> list[tuple[str, str]]:
    command = [RAG, "--home", home, "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ})
    assert server.stderr is not None
    try:
        port = next(int(m[1]) for line in server.stderr if (m := re.search(r"running on http://[\d.]+:(\d+)", line)))
        # the server's log has to go somewhere, or it stops when the pipe is full
        threading.Thread(target=server.stderr.read, daemon=True).start()
        times = {route: _ask(port, route, field) for route, field in (("/v1/search", "query"), ("/v1/ask", "question"))}
        crowds = {clients: _crowd(port, clients) for clients in CLIENTS}
        status = Path(f"/proc/{server.pid}/status").read_text()
        memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    finally:
        server.terminate()
        server.wait()
    rows = [
        (
            f"`POST {route}`, one client, {len(each)} requests, p50 / p95",
            f"{statistics.median(each):.1f} / {statistics.quantiles(each, n=20)[18]:.1f} ms",
        )
        for route, each in times.items()
    ]
    rows += [(f"`POST /v1/search`, {clients} clients at once", said) for clients, said in crowds.items()]
    return [*rows, ("server memory after that", f"{memory:.0f} MB")]


def _crowd(port: int, clients: int) -> str:
    """Several clients asking at once, each all questions once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        asked = [pool.submit(_ask, port, "/v1/search", "query", rounds=1) for _ in range(clients)]
        times = [each for one in asked for each in one.result()]
    rate = len(times) / (time.perf_counter() - began)
    middle, late = statistics.median(times), statistics.quantiles(times, n=20)[18]
    return f"{rate:.0f} answers a second, p50 / p95 {middle:.0f} / {late:.0f} ms"


def _ask(port: int, route: str, field: str, rounds: int = ROUNDS) -> list[float]:
    lines = (ROOT / "eval" / "question_sets" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times = []
    for line in lines * rounds:
        body = json.dumps({field: json.loads(line)["question"]})
        began = time.perf_counter()
        connection.request("POST", route, body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
    return times


if __name__ == "__main__":
    main()
