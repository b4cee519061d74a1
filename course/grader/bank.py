"""The secret half of an exercise: its reference, and banks of right and wrong answers.

A file `solutions/<set>/<exercise>.py` makes one `bank = Bank("<exercise>")` and declares answers in it.
It is loaded by its path alone (`course.grader.secret`), never through `sys.path`.
"""

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from course.exercise import Exercise
from course.local import Local

F = TypeVar("F", bound=Callable[..., Any])

PRELUDE = "import numpy as np\nfrom course import RNN, check, rnn_forward, rnn_loss\n"
EXTRA_PRELUDES = {
    "torch": "from typing import Any\n\nimport torch\nfrom course import check\n",
    "sympy": "from typing import Any\n\nimport sympy as sp\nfrom course import check\n",
}


def prelude(exercise: Exercise) -> str:
    """The imports that stand at the top of the exercise's notebook, and before every answer."""
    given = "".join(f"{line}\n" for line in exercise.given)
    own = [text for extra, text in EXTRA_PRELUDES.items() if extra in exercise.needs]
    return (own[0] if own else PRELUDE) + given


@dataclass(frozen=True)
class Answer:
    """One whole answer as text. A wrong one names the checks it must fail and the slips it must be told."""

    name: str
    source: str
    right: bool
    loses: frozenset[str] = frozenset()
    slip: str = ""

    def local(self, exercise: Exercise) -> Local:
        """The answer as a target in this process."""
        text = prelude(exercise) + self.source
        filename = f"<answer {exercise.name}/{self.name}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        namespace: dict[str, Any] = {"__name__": "submission"}
        exec(compile(text, filename, "exec"), namespace)
        return Local(namespace[exercise.name], exercise.entry)


@dataclass(frozen=True)
class Edit:
    """How a wrong answer differs from the answer called `of`: `old`, which stands there once, is `new`."""

    of: str
    old: str
    new: str


@dataclass
class Bank:
    """All banked answers of one exercise."""

    exercise: str
    answers: dict[str, Answer] = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)

    def reference(self, f: F) -> F:
        """Decorator: the reference, a function or class of the exercise's own name."""
        self._add(Answer("reference", self._source(f), True))
        return f

    def right(self, f: F) -> F:
        """Decorator: a right answer by another algorithm, named after it."""
        self._add(Answer(f.__name__, self._source(f), True))
        return f

    def wrong(self, *, loses: Iterable[str], slip: str = "") -> Callable[[F], F]:
        """Decorator: a wrong answer, the checks it fails (others pass or are not run), and its slip."""

        def add(f: F) -> F:
            self._add(Answer(f.__name__, self._source(f), False, frozenset(loses), slip))
            return f

        return add

    def edit(
        self, name: str, old: str, new: str, *, loses: Iterable[str], slip: str = "", of: str = "reference"
    ) -> None:
        """A wrong answer that is one edit of another: `old`, which stands there once, becomes `new`."""
        source = self.answers[of].source
        if source.count(old) != 1:
            raise ValueError(f"{self.exercise}/{name}: {old!r} stands {source.count(old)} times in {of}")
        self.edits[name] = Edit(of, old, new)
        self._add(Answer(name, source.replace(old, new), False, frozenset(loses), slip))

    def _add(self, answer: Answer) -> None:
        if answer.name in self.answers:
            raise ValueError(f"{self.exercise}: two answers are called {answer.name!r}")
        self.answers[answer.name] = answer

    def _source(self, f: Any) -> str:
        """The text of `f` without decorators, under the exercise's name."""
        text = textwrap.dedent(inspect.getsource(f))
        node = ast.parse(text).body[0]
        assert isinstance(node, ast.FunctionDef | ast.ClassDef)
        body = "".join(text.splitlines(keepends=True)[node.lineno - 1 :])
        return re.sub(rf"^(def|class) {f.__name__}\b", rf"\1 {self.exercise}", body, count=1)
