"""What a real browser sees of a page: collected in one visit, judged by the tests."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page, Response, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Seen = TypeVar("Seen")
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MODES = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "is_mobile": True},
}
# A subscript is typeset if it is smaller than the formula it stands in.
SUBSCRIPTS = """() => [...document.querySelectorAll('.katex-html .msupsub .mtight')]
  .filter(e => e.getClientRects().length)
  .map(e => parseFloat(getComputedStyle(e).fontSize) /
            parseFloat(getComputedStyle(e.closest('.katex')).fontSize))"""
# In a column of one pixel every line breaks wherever it may. Whatever touches a formula must stay beside it.
PARTED = r"""() => {
  const style = document.createElement('style');
  const blocks = ':is(p, li, dd, dt, td, th, figcaption, h1, h2, h3)';
  style.textContent = `.bd-article ${blocks} {width: 1px !important}`;
  document.head.append(style);
  const level = (text, at, box) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    const [line] = range.getClientRects(), {top, bottom} = box.getBoundingClientRect();
    return line === undefined || (top < line.bottom && line.top < bottom);
  };
  const next = (node, side, block) => {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    walker.currentNode = node;
    const found = side < 0 ? walker.previousNode() : walker.nextNode();
    return found && found.data ? found : null;
  };
  const parted = [];
  for (const formula of document.querySelectorAll('.bd-article span.math')) {
    const boxes = formula.querySelectorAll('.katex-html .base');
    if (!boxes.length || !formula.getClientRects().length) continue;
    const block = formula.closest(blocks);
    if (!block) continue;
    const inside = document.createTreeWalker(formula, NodeFilter.SHOW_TEXT);
    let last = formula, text;
    while (inside.nextNode()) last = inside.currentNode;
    const behind = next(last, 1, block), before = next(formula, -1, block);
    const words = () => block.textContent.trim().slice(0, 60);
    if (behind && /^[.,;:!?)\]’”]/.test(behind.data) && !level(behind, 0, boxes[boxes.length - 1]))
      parted.push(`${behind.data[0]} parted from the formula before it: ${words()}`);
    if (before && /[(\[“‘]$/.test(before.data) && !level(before, before.data.length - 1, boxes[0]))
      parted.push(`${before.data.slice(-1)} parted from the formula behind it: ${words()}`);
  }
  style.remove();
  return parted;
}"""
SCROLL = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 1200) {
    window.scrollTo(0, y);
    await new Promise(done => setTimeout(done, 10));
  }
  window.scrollTo(0, 0);
  const seen = [...document.images].filter(i => getComputedStyle(i).display !== 'none');
  for (const image of seen) image.loading = 'eager';
  await Promise.race([Promise.all(seen.map(i => i.decode().catch(() => null))),
                      new Promise(done => setTimeout(done, 3000))]);
}"""
PICTURES = """() => [...document.querySelectorAll('main img')]
  .filter(i => getComputedStyle(i).display !== 'none')
  .map(i => ({src: i.currentSrc, shown: i.naturalWidth > 0 && i.getClientRects().length > 0}))"""


@dataclass
class Visit:
    """All that was observed on one page in one mode."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)
    parted: list[str] = field(default_factory=list)
    subscripts: list[float] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    background: tuple[float, ...] = ()


class Browsing:
    """One browser, and the visits already made with it.

    It lives in a thread of its own: Playwright runs on greenlets, and the report of a failing test in the
    same thread would end in an internal error of Python 3.11.
    """

    def __enter__(self) -> "Browsing":
        self._thread = ThreadPoolExecutor(1)
        self._visits: dict[tuple[str, str], Visit] = {}
        self._thread.submit(self._start).result()
        return self

    def _start(self) -> None:
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()

    def use(self, mode: str, action: Callable[[Page], Seen]) -> Seen:
        """Do something with a fresh page."""

        def act() -> Seen:
            context = self._browser.new_context(**MODES[mode])
            try:
                return action(context.new_page())
            finally:
                context.close()

        return self._thread.submit(act).result()

    def visit(self, site: str, page: str, mode: str) -> Visit:
        """Open a page once per mode; later calls return what was seen then."""
        key = (f"{site}/{page}", mode)
        if key not in self._visits:
            self._visits[key] = self.look(site, page, mode)
        return self._visits[key]

    def look(self, site: str, page: str, mode: str) -> Visit:
        """Open a page now: for a site whose address another site may have had before."""
        return self.use(mode, lambda tab: _look(tab, site, page))


def _listen(page: Page, site: str, visit: Visit) -> None:
    def answered(response: Response) -> None:
        visit.sizes[response.url] = int(response.headers.get("content-length", 0))
        if response.status >= 400:
            visit.errors.append(f"{response.status} {response.url}")

    def asked(url: str) -> None:
        if not url.startswith((site, "data:", "blob:")):
            visit.foreign.append(url)

    page.on("request", lambda request: asked(request.url))
    page.on("response", answered)
    page.on("console", lambda line: visit.errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))


def _look(page: Page, site: str, name: str) -> Visit:
    visit = Visit()
    _listen(page, site, visit)
    # No other host is reached even if a page asks for it.
    page.route(lambda url: not url.startswith((site, "data:", "blob:")), lambda route: route.abort())
    page.goto(f"{site}/{name}", wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate(SCROLL)
    visit.overflow = page.evaluate(WIDE)
    visit.subscripts = page.evaluate(SUBSCRIPTS)
    visit.pictures = page.evaluate(PICTURES)
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    visit.background = tuple(float(part) for part in colour.strip("rgba()").split(",")[:3])
    visit.parted = page.evaluate(PARTED)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    visit.violations = page.evaluate(ACCESSIBILITY, RULES)
    return visit


WIDE = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > edge + 1)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120));
}"""
# A formula's drawing is hidden from assistive technology, which reads the MathML beside it. Its ten thousand
# boxes would take most of the time, so an empty box of the same size stands in for each, and of the MathML,
# which is as large and clipped from sight, the text is left: run this last.
# Without `preload: false` axe would fetch the style sheets a second time.
ACCESSIBILITY = """async rules => {
  const drawings = [...document.querySelectorAll('.katex-html')];
  const sizes = drawings.map(d => [Math.max(d.scrollWidth, d.offsetWidth), d.offsetHeight]);
  drawings.forEach((drawing, i) => {
    drawing.replaceChildren();
    Object.assign(drawing.style, {
      display: 'inline-block', width: `${sizes[i][0]}px`, height: `${sizes[i][1]}px`});
  });
  for (const math of document.querySelectorAll('.katex-mathml math')) math.textContent = math.textContent;
  const what = {include: [document], exclude: [['.katex-html']]};
  const found = await axe.run(what, {runOnly: rules, preload: false, resultTypes: ['violations']});
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)}`));
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the tests say what matters."""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
