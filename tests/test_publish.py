"""What is published holds no answer; and the search for answers can find one."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import click
import pytest

from course.grader.publish import leaks, publish
from tests.conftest import REPOSITORY, SOLUTIONS

TELLING = "dA[t] = (1 - H[t + 1] ** 2) * dh"  # a line of a reference
COMMON = {  # lines that `course/` and some answer have in common, and that are no answer
    "H.append(np.tanh(p.W_hx@x_t+p.W_hh@H[-1]+p.b_h))",  # the given forward pass
    "forn,T_ninenumerate(lengths):",
    "results.append(result)",
    "H,C=lstm_forward(p,X,h_0,c_0)",  # calls of given forward passes
    "H,O=linear_forward(p,X,h_0)",
    "b_r,b_z,b_n=np.split(p.b_h,3)",  # the given order of the GRU's blocks
    "withnp.errstate(all=ignore):",
    "moved=x.astype(complex)",  # the given oracle; set 0, which asks for one, is practice
    "returndW_hx,dW_hh,db_h",
    "h=torch.tanh(x@W_hx.T+h@W_hh.T+b_h)",  # the given forward pass, in torch
    "forx,yinzip(X,Y,strict=True):",
    "fortinrange(1,len(X)+1):",
    "flat=np.concatenate([field.ravel()forfielding])",
    "values,V=np.linalg.eigh(M)",  # LAPACK, which is an oracle
    "returnP/norm,s+np.log(norm)",  # mistakes that are recognised: another norm, a factor that is none
    "1/normifnorm>celse1.0,",
    "min(1.0,c/norm/norm)ifnormelse1.0,",
    "returnbeside,entry,peak",  # what stubs say that they return
    "returnbefore,after,cosine,",
    "returnbefore,after,cosine,touched",
    "returntrajectory,norms",
    "weights:list[torch.Tensor],",
    "batches:list[list[tuple[torch.Tensor,torch.Tensor]]],",
    "returngrads,dx,dh,dc",
    "returnw,previous,step",
    "returny,dW_t,db_t,dW_p,db_p,dx",
    "returndirect,gate,total",
    "i,f,g,o=np.split(p.W_x@x+p.W_h@h+p.b,4)",  # the given forward passes
    "n=np.tanh(u[2]+r*v[2])",
    "W_r,W_z,W_n=np.split(p.W_h,3)",
    "forget_path_missing,",  # names of mistakes
    "cell_slope_squashed,",
    "candidate_slope_squashed,",
    "gate_slope_of_value,",
    "state_to_cell_missing,",
    "turn=np.sign(grad)*np.sign(previous)",  # which of three cases it is, as the docstring says
    "withnp.errstate(divide=ignore):",
    "withnp.errstate(over=ignore):",
    "fortinrange(len(F)+1):",
    "fortinrange(len(b)):",
    "a=[np.zeros(b.shape[1])]",  # the law of another exercise, for matrices
    "returnnp.stack(columns,axis=1)",
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("public") / "site"
    publish(target, REPOSITORY)
    return target


def test_public_gets_book_wheel_and_release_notebooks(public: Path) -> None:
    assert (public / "book" / "index.html").is_file()
    assert len(list(public.glob("*.whl"))) == 1
    assert {p.name for p in (public / "problem_sets" / "ps2").iterdir()} == {"bptt.ipynb", "bptt_torch.ipynb"}
    assert {p.name.split("-")[0] for p in public.iterdir()} == {
        "book",
        "problem_sets",
        "gradients_through_time",
    }


def test_nothing_graded_stands_in_what_is_published(public: Path) -> None:
    assert leaks(public, SOLUTIONS, REPOSITORY / "course") == []


def test_book_and_course_hold_nothing_graded() -> None:
    """Of `course/`, only what it deliberately shares with answers (the given forward pass) may coincide."""
    assert leaks(REPOSITORY / "book", SOLUTIONS, REPOSITORY / "course") == []
    shared = {line for _, line in leaks(REPOSITORY / "course", SOLUTIONS, REPOSITORY / "nowhere")}
    signatures = {
        line for line in shared if ":np.ndarray" in line or "->" in line or line.startswith("class")
    }
    names = {line for line in shared if re.fullmatch(r"\w+,", line)}  # of slips, which the bank says too
    assert shared - signatures - names <= COMMON


@pytest.mark.parametrize(
    "hide",
    [
        lambda folder: (folder / "a.html").write_text(
            f"<pre><span>{TELLING[:20]}</span>{TELLING[20:]}</pre>"
        ),
        lambda folder: (folder / "index.js").write_text(json.dumps({"x": f'"{TELLING}"'})),
        lambda folder: (folder / "b.ipynb").write_text('["' + TELLING + '\\n"]'),
        lambda folder: zipfile.ZipFile(folder / "c.whl", "w").writestr("course/x.py", TELLING),
        lambda folder: (folder / "proof.txt").write_text(
            'A scalar proof that is then called "the same for matrices",'
            " with no word on order, earns at most 1 of the first 2."
        ),
    ],
)
def test_planted_answer_is_found(hide: object, tmp_path: Path) -> None:
    hide(tmp_path)  # type: ignore[operator]
    assert leaks(tmp_path, SOLUTIONS, REPOSITORY / "course")


def test_publishing_stops_and_leaves_nothing_when_an_answer_would_get_out(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    for name in ("course", "solutions"):
        shutil.copytree(REPOSITORY / name, repository / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, repository)
    book = repository / "_build" / "html"
    book.mkdir(parents=True)
    (book / "index.html").write_text(f"<p>{TELLING}</p>")
    with pytest.raises(click.ClickException, match="Nothing was published: answers stand in what would be"):
        publish(tmp_path / "site", repository)
    assert not (tmp_path / "site").exists()


def test_publishing_without_a_book_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="Build it first: make book"):
        publish(tmp_path / "site", tmp_path)
