"""A file system of one's own: an empty root in memory, with libraries bound into it, read-only."""

import os

from course.grader.sandbox import libc
from course.grader.sandbox.plan import HOME, libraries, links, torch_files

NEW_ROOT = "/proc"  # exists everywhere and holds nothing that we bind; it is covered in our mount space only
DEVICES = ("null", "zero", "full", "random", "urandom")


def enter(*, owner: tuple[int, int], disk_mb: int, torch: bool) -> None:
    """Make the new root and go there. Needs a mount namespace of one's own, and the right to mount.

    Args:
        owner: uid and gid of the folders that may be written.
        disk_mb: how much may be written, in total.
        torch: whether torch can be seen.
    """
    libc.mount("none", "/", "", libc.MS_REC | libc.MS_PRIVATE)
    libc.mount("root", NEW_ROOT, "tmpfs", libc.MS_NOSUID | libc.MS_NODEV, "size=1m,mode=755")
    writable = {HOME: disk_mb - disk_mb // 4, "/tmp": disk_mb // 8 or 1, "/dev/shm": disk_mb // 8 or 1}
    for path, size in writable.items():  # before the libraries: an environment may lie below /tmp
        os.makedirs(NEW_ROOT + path, exist_ok=True)
        options = f"size={size}m,nr_inodes=4096,mode=700,uid={owner[0]},gid={owner[1]}"
        libc.mount("none", NEW_ROOT + path, "tmpfs", libc.MS_NOSUID | libc.MS_NODEV, options)
    for path in libraries():
        _bind(path)
    for path in [] if torch else torch_files():
        _hide(path)
    for link, target in links().items():
        os.symlink(target, NEW_ROOT + link)
    for name in DEVICES:
        _bind(f"/dev/{name}", read_only=False)
    os.mkdir(f"{NEW_ROOT}/old")
    libc.pivot_root(NEW_ROOT, f"{NEW_ROOT}/old")
    os.chdir("/")
    libc.unmount("/old")
    os.rmdir("/old")
    libc.mount("none", "/", "", libc.MS_REMOUNT | libc.MS_RDONLY | libc.MS_NOSUID | libc.MS_NODEV)
    os.chdir(HOME)


def _hide(path: str) -> None:
    """Cover a package by one that says that it is not there."""
    flags = libc.MS_NOSUID | libc.MS_NODEV
    libc.mount("none", NEW_ROOT + path, "tmpfs", flags, "size=16k,mode=755")
    name = os.path.basename(path)
    if name.isidentifier():
        with open(f"{NEW_ROOT}{path}/__init__.py", "w") as file:
            file.write(f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')\n")
    libc.make_read_only(NEW_ROOT + path)


def _bind(path: str, read_only: bool = True) -> None:
    target = NEW_ROOT + path
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "x"):
            pass
    libc.mount(path, target, "", libc.MS_BIND | libc.MS_REC)
    if read_only:
        libc.make_read_only(target)
