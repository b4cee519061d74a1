"""The kernel calls that Python has no name for."""

import ctypes
import os
import struct

CLONE = {"mnt": 0x00020000, "uts": 0x04000000, "ipc": 0x08000000, "user": 0x10000000}
CLONE |= {"pid": 0x20000000, "net": 0x40000000, "cgroup": 0x02000000}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38
SECCOMP_MODE_FILTER = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
SYS_PIVOT_ROOT, SYS_MOUNT_SETATTR, SYS_CAPSET = 155, 442, 126  # x86-64

_libc = ctypes.CDLL(None, use_errno=True)


def _must(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(*kinds: str) -> None:
    """Leave the named namespaces: mnt, uts, ipc, user, pid (for children), net."""
    _must(_libc.unshare(sum(CLONE[kind] for kind in kinds)), f"unshare({', '.join(kinds)})")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    words = [os.fsencode(w) if w else None for w in (source, target, kind)]
    _must(_libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None), f"mount {source} on {target}")


def make_read_only(target: str) -> None:
    """Make a mount and all below it read-only, without devices and set-uid programs."""
    attributes = struct.pack("QQQQ", MS_RDONLY | MS_NOSUID | MS_NODEV, 0, 0, 0)
    path = os.fsencode(target)
    done = _libc.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path, AT_RECURSIVE, attributes, len(attributes))
    _must(done, f"mount_setattr {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root and drop what was there before."""
    _must(_libc.syscall(SYS_PIVOT_ROOT, os.fsencode(new), os.fsencode(old)), "pivot_root")


def unmount(target: str) -> None:
    """Detach a mount and all below it."""
    _must(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def prctl(option: int, value: int = 0, third: object = 0) -> None:
    """prctl(2)."""
    last = third if not isinstance(third, int) else ctypes.c_ulong(third)
    _must(
        _libc.prctl(option, ctypes.c_ulong(value), last, ctypes.c_ulong(0), ctypes.c_ulong(0)),
        f"prctl {option}",
    )


def drop_bounding_set() -> None:
    """No capability can be gained by executing a program, from now on."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            return  # the kernel knows no further ones, or we hold none to drop with


def drop_capabilities() -> None:
    """Give up every capability that this process holds."""
    header = struct.pack("Ii", 0x20080522, 0)
    _must(_libc.syscall(SYS_CAPSET, header, struct.pack("6I", *[0] * 6)), "capset")
