"""The filter's logic, for both architectures, in a small interpreter of its instructions."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from tuneyard.sandbox.seccomp import Filter
from tuneyard.sandbox.syscalls import ATTRIBUTE, AUDIT_ARCH, CHANGE, DATE, MODE, REFUSED, numbers

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NO_CALL = {
    "fork",
    "vfork",
    "execve",
    "setns",
    "io_uring_setup",
    "socket",
    "connect",
    "ptrace",
    "unshare",
    "mount",
    "bpf",
}


def decide(code: list[tuple[int, int, int, int]], arch: int, number: int, *arguments: int) -> int:
    words = {0: number, 4: arch}
    for index in range(6):
        value = arguments[index] if index < len(arguments) else 0
        words[16 + 8 * index], words[20 + 8 * index] = value & 0xFFFFFFFF, value >> 32
    position = accumulator = 0
    while True:
        operation, true, false, constant = code[position]
        position += 1
        if operation == 0x20:
            accumulator = words[constant]
        elif operation == 0x15:
            position += true if accumulator == constant else false
        elif operation == 0x45:
            position += true if accumulator & constant else false
        elif operation == 0x05:
            position += constant
        elif operation == 0x35:
            position += true if accumulator >= constant else false
        elif operation == 0x25:
            position += true if accumulator > constant else false
        elif operation == 0x54:
            accumulator &= constant
        else:
            assert operation == 0x06
            return constant


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_decisions(machine: str) -> None:
    table, arch = numbers(machine), AUDIT_ARCH[machine]
    try:
        code = Filter()._assemble(table, arch)
    except OSError:
        pytest.skip("no filter on this machine")

    def call(name: str, *arguments: int) -> int:
        return decide(code, arch, table[name], *arguments)

    refused = ERRNO | errno.EPERM
    assert call("read", 3, 1 << 40, 10) == ALLOW
    assert call("openat", -100 & 0xFFFFFFFF, 1, os.O_RDONLY | os.O_CLOEXEC) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND):
        assert call("openat", 0, 1, flags) == ERRNO | errno.EROFS
    assert call("sendto", 3, 1, 1, 0, 0) == ALLOW
    assert call("sendto", 3, 1, 1, 0, 1) == refused
    assert call("sendto", 3, 1, 1, 0, 1 << 32) == refused
    assert call("socketpair", 1) == ALLOW
    assert call("socketpair", 2) == refused
    assert call("kill", 0) == ALLOW  # stands for the own process until it is installed
    assert call("kill", 1) == call("kill", 0xFFFFFFFF) == call("tgkill", 7) == refused
    assert call("prlimit64", 1) == call("prctl", 22) == call("ioctl", 0, 0x5412) == refused
    assert call("clone3") == ERRNO | errno.ENOSYS
    for name in (*CHANGE, *MODE, *DATE, *REFUSED):
        if name in table:
            assert call(name) == ERRNO | errno.EROFS
    for name in ATTRIBUTE:
        assert call(name) == ERRNO | errno.EOPNOTSUPP
    vm, thread, vfork, new_user = 0x100, 0x10000, 0x4000, 0x10000000
    assert call("clone", 0x3D0F00) == ALLOW  # as pthread_create calls it
    for flags in (0, 17, vm | vfork, new_user | 17, thread | new_user, vm):
        assert call("clone", flags) == refused
    shared, private, anonymous = 1, 2, 0x20
    assert call("mmap", 0, 1 << 40, 3, private | anonymous) == ALLOW
    assert call("mmap", 0, 1 << 40, 3, shared) == ALLOW
    assert call("mmap", 0, 1 << 20, 3, shared | anonymous) == ALLOW
    assert call("mmap", 0, 1 << 40, 3, shared | anonymous) == ERRNO | errno.ENOMEM
    known = set(table.values())
    for number in set(range(600)) - known:
        assert decide(code, arch, number) == refused
    assert decide(code, 0x40000003, 0) == KILL
    assert decide(code, arch, 0x40000000) == refused
    assert not NO_CALL & set(table)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("modes", [False, True])
def test_a_program_with_a_folder_may_change_files(machine: str, modes: bool) -> None:
    table, arch = numbers(machine), AUDIT_ARCH[machine]
    try:
        code = Filter()._assemble(table, arch, writes=True, modes=modes)
    except OSError:
        pytest.skip("no filter on this machine")

    def call(name: str, *arguments: int) -> int:
        return decide(code, arch, table[name], *arguments)

    assert call("openat", 0, 1, os.O_RDWR | os.O_CREAT) == ALLOW
    assert {call(name) for name in CHANGE if name in table} == {ALLOW}
    # Without mounts a mode is left alone, but the program believes that it was changed.
    assert {call(n) for n in MODE if n in table} == {ALLOW if modes else ERRNO}
    assert {call(n) for n in DATE if n in table} == {ALLOW if modes else ERRNO | errno.EROFS}
    assert {call(name) for name in REFUSED} == {ERRNO | errno.EROFS}


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_are_the_kernels(machine: str, header: str) -> None:
    if not Path(header).exists():
        pytest.skip(f"no {header}")
    pattern = r"#define __NR(?:3264)?_(\w+)\s+(\d+)"
    kernel = {name: int(value) for name, value in re.findall(pattern, Path(header).read_text())}
    kernel["newfstatat"] = kernel.get("newfstatat", kernel.get("fstatat", 0))
    table = numbers(machine)
    assert {name: kernel[name] for name in table} == table


def test_unknown_machines_have_no_table() -> None:
    assert numbers("riscv64") == {}
