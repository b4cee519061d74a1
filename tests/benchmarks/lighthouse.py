"""Lighthouse on the built book, served from this machine: the median of five runs for each page.

    python tests/benchmarks/lighthouse.py [PAGE ...]

Scores are out of 100, on the desktop profile. Exits with 1 if accessibility, best practices or SEO is below
100, or performance below 90.
"""

import contextlib
import functools
import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HTML = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html"))
PROGRAM = ROOT / "node_modules" / ".bin" / "lighthouse"
PAGES = ["book/bptt.html", "book/home.html"]
WANTED = {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 90}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
RUNS = 5


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(url: str) -> dict[str, float]:
    """The four scores of one run."""
    options = ["--preset=desktop", "--output=json", "--quiet", f"--chrome-flags={FLAGS}"]
    categories = f"--only-categories={','.join(WANTED)}"
    environment = {**os.environ, "CHROME_PATH": os.environ.get("CHROME_PATH", "/usr/bin/chromium")}
    done = subprocess.run(
        [PROGRAM, url, *options, categories], capture_output=True, text=True, check=True, env=environment
    )
    found = json.loads(done.stdout)["categories"]
    return {name: 100 * found[name]["score"] for name in WANTED}


def medians(page: str, runs: int = RUNS) -> dict[str, float]:
    """The median score of each category."""
    with serve(HTML) as site:
        results = [run(f"{site}/{page}") for _ in range(runs)]
    return {name: statistics.median(result[name] for result in results) for name in WANTED}


def main() -> int:
    """Print one line per page."""
    good = True
    for page in sys.argv[1:] or PAGES:
        scores = medians(page)
        good = good and all(scores[name] >= least for name, least in WANTED.items())
        print(page, " ".join(f"{name} {score:.0f}" for name, score in scores.items()), sep="  ")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
