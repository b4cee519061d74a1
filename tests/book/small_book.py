"""A book of four pages, made of the real frame, on which faults can be tried in seconds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from browsing import ROOT

HOME = r"""---
description: A page on which faults are tried.
---

# Sample

See {eq}`eq-sample-sum`, {cite:t}`werbos1990` and [the list](equations.md).

$$ s_t = \sum_{i=1}^{t} b_i $$ (eq-sample-sum)

The sum obeys

$$ s_t = s_{t-1} + b_t $$ (eq-sample-step)

```{figure} picture.svg
:alt: A square, drawn in one line, which stands for any picture of the book.

A square.
```

Let $b_1$, $b_2 + b_3$ and ($b_4$) be numbers.

```{claims}
{claim}`21` *Values below 1 vanish.* **True of the modulus.** The number [$-2$ is below 1]{.claim-number} and
does not. Sources: {cite:t}`werbos1990`, and {eq}`eq-sample-sum`.

{claim}`3` *The largest decides.* **False.** And more is to be said.

It takes a second paragraph, and in it [7 of 8]{.claim-number}. Source: a common belief.

{claim}`also` *A sum has terms.* **True.** It has [5]{.claim-number}. Source: a common belief.
```
"""
CHECKS = r'''"""The checks of the sample."""

from checks.registry import checked, definition

definition("eq-sample-sum", r"s_t = \sum_{i=1}^{t} b_i")


@checked("eq-sample-step", r"s_t = s_{t-1} + b_t")
def step(rng):
    """Two sums of random numbers, one term apart."""
    b = rng.normal(size=5)
    assert abs(b.sum() - (b[:-1].sum() + b[-1])) < 1e-12
'''
BIB = """@article{werbos1990,
  author = {Werbos, Paul J.}, title = {Backpropagation through time}, journal = {Proc. IEEE}, year = {1990}
}
"""
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><path d="M2 2h16v16H2z"/></svg>'
TOC = """format: jb-book
root: book/home
chapters:
  - file: book/equations
  - file: book/claims
  - file: book/bibliography
"""


def make(folder: Path) -> Path:
    """Write the sources; the extension, the style and the register are the book's own."""
    book = folder / "book"
    (book / "checks").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "_toc.yml").write_text(TOC)
    for name in ("_ext", "_static"):
        shutil.copytree(ROOT / "book" / name, book / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        "equations.md",
        "claims.md",
        "bibliography.md",
        "checks/registry.py",
    ):
        shutil.copy(ROOT / "book" / name, book / name)
    (book / "home.md").write_text(HOME)
    (book / "checks" / "sample.py").write_text(CHECKS)
    (book / "references.bib").write_text(BIB)
    (book / "picture.svg").write_text(SQUARE)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def spoil(sound: Path, folder: Path, file: str, edits: dict[str, str]) -> Path:
    """A copy of a built book with faults in one of its sources; the cache comes along."""
    copy = folder / "book"
    shutil.copytree(sound, copy, symlinks=True)
    text = (copy / file).read_text()
    for there, instead in edits.items():
        assert there in text
        text = text.replace(there, instead)
    (copy / file).write_text(text)
    return copy


def build(folder: Path) -> tuple[int, str]:
    """Build as `make book` does; returns the exit status and what was printed."""
    program = Path(sys.executable).with_name("jupyter-book")
    # One line per warning, however long it is.
    environment = {**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"}
    done = subprocess.run(
        [program, "build", ".", "--path-output", ".", "-n", "-W", "--keep-going"],
        cwd=folder, capture_output=True, text=True, timeout=120, env=environment,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
