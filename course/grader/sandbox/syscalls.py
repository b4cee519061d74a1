"""The system calls that a student's process is refused, as a filter that the kernel runs."""

import ctypes
import errno
import struct

from course.grader.sandbox import libc

ARCH_X86_64, X32_BIT = 0xC000003E, 0x40000000
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NR, ARCH = 0, 4  # offsets in struct seccomp_data; argument i stands at 16 + 8 i
AF_UNIX, TIOCSTI, TIOCLINUX = 1, 0x5412, 0x541C
SOCKET, SOCKETPAIR, IOCTL, CLONE, CLONE3 = 41, 53, 16, 56, 435
NEW_NAMESPACES = 0x7E020080

REFUSED = {
    "ptrace": 101, "syslog": 103, "uselib": 134, "personality": 135, "pivot_root": 155, "chroot": 161,
    "adjtimex": 159, "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167,
    "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173,
    "create_module": 174, "init_module": 175, "delete_module": 176, "quotactl": 179, "lookup_dcookie": 212,
    "clock_settime": 227, "mbind": 237, "set_mempolicy": 238, "mq_open": 240, "kexec_load": 246,
    "add_key": 248, "request_key": 249, "keyctl": 250, "migrate_pages": 256, "mknodat": 259, "mknod": 133,
    "unshare": 272, "move_pages": 279, "vmsplice": 278, "perf_event_open": 298, "fanotify_init": 300,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "clock_adjtime": 305, "setns": 308,
    "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "finit_module": 313,
    "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431,
    "fsmount": 432, "fspick": 433, "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
    "quotactl_fd": 443,
    # memory that no rlimit and no page map of a process counts
    "memfd_create": 319, "memfd_secret": 447, "shmget": 29,
}  # fmt: skip


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _refuse(number: int) -> bytes:
    return _step(RETURN, ERRNO | number)


def program(*, calls: bool, network: bool) -> bytes:
    """The filter. `calls`: refuse the dangerous ones; `network`: refuse every socket but local ones.

    A refused family says EAFNOSUPPORT, as a kernel without it would; `clone3` says ENOSYS, because its
    flags lie in memory that a filter cannot read, and the C library then falls back to `clone`.
    """
    steps = [_step(LOAD, ARCH), _step(EQUAL, ARCH_X86_64, 1), _step(RETURN, KILL), _step(LOAD, NR)]
    steps += [_step(AT_LEAST, X32_BIT, 0, 1), _refuse(errno.ENOSYS)]
    if calls:
        for number in REFUSED.values():
            steps += [_step(EQUAL, number, 0, 1), _refuse(errno.EPERM)]
        steps += [_step(EQUAL, CLONE3, 0, 1), _refuse(errno.ENOSYS)]
        steps += _argument(CLONE, 0, [(ANY_BIT, NEW_NAMESPACES)], errno.EPERM)
        steps += _argument(IOCTL, 1, [(EQUAL, TIOCSTI), (EQUAL, TIOCLINUX)], errno.EPERM)
    if network:
        for call in (SOCKET, SOCKETPAIR):
            inner = [
                _step(LOAD, 16),
                _step(EQUAL, AF_UNIX, 1),
                _refuse(errno.EAFNOSUPPORT),
                _step(RETURN, ALLOW),
            ]
            steps += [_step(EQUAL, call, 0, len(inner)), *inner]
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _argument(call: int, index: int, tests: list[tuple[int, int]], number: int) -> list[bytes]:
    """Refuse `call` when its argument passes one of the tests."""
    inner = [_step(LOAD, 16 + 8 * index)]
    for code, value in tests:
        inner += [_step(code, value, 0, 1), _refuse(number)]
    inner.append(_step(RETURN, ALLOW))
    return [_step(EQUAL, call, 0, len(inner)), *inner]


def install(filter_program: bytes) -> None:
    """Put this process and its children under the filter, for good."""
    buffer = ctypes.create_string_buffer(filter_program, len(filter_program))
    address = ctypes.addressof(buffer)
    head = struct.pack("HxxxxxxQ", len(filter_program) // 8, address)
    libc.prctl(libc.PR_SET_SECCOMP, libc.SECCOMP_MODE_FILTER, ctypes.create_string_buffer(head, len(head)))
