# ruff: noqa: E501 - programs keep their own lines
"""Programs that try to harm, to get out, to stay, or to leave something behind.

Each sets ``ok`` to True where it got what it wanted, and must not get as far. Those about what is
left behind are looked after from outside, with ``traces``.
"""

from __future__ import annotations

from pathlib import Path

_LIBC = """
import ctypes, os, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*a): return libc.syscall(*[ctypes.c_long(x) if isinstance(x, int) else x for x in a])
page = ctypes.create_string_buffer(4096)
"""

# x86_64 numbers; each call has to be refused, whatever its arguments.
_CALLS = {
    "fork by number": (57,),
    "vfork by number": (58,),
    "clone a process": (56, 17, 0, 0, 0, 0),
    "clone with shared memory": (56, 0x4111, 0, 0, 0, 0),
    "clone into namespaces": (56, 0x10000000 | 17, 0, 0, 0, 0),
    "clone3": (435, "page", 88),
    "unshare user": (272, 0x10000000),
    "unshare mounts": (272, 0x20000),
    "setns": (308, 0, 0),
    "mount": (165, "page", "page", "page", 0, 0),
    "umount": (166, b"/dev/shm", 2),
    "pivot_root": (155, b".", b"."),
    "chroot": (161, b"."),
    "open_tree": (428, -100, b"/", 1),
    "move_mount": (429, -100, b"/", -100, b".", 0),
    "mount_setattr": (442, -100, b"/", 0x8000, "page", 32),
    "fsopen": (430, b"tmpfs", 0),
    "ptrace the parent": (101, 16, 1, 0, 0),
    "process_vm_readv": (310, 1, "page", 1, "page", 1, 0),
    "process_vm_writev": (311, 1, "page", 1, "page", 1, 0),
    "pidfd_getfd": (438, 3, 0, 0),
    "pidfd_send_signal": (424, 3, 9, 0, 0),
    "rt_sigqueueinfo": (129, 1, 9, "page"),
    "tkill": (200, 1, 9),
    "io_uring": (425, 8, "page"),
    "userfaultfd": (323, 0),
    "perf_event_open": (298, "page", 0, -1, -1, 0),
    "bpf": (321, 0, "page", 64),
    "add_key": (248, b"user", b"hostile", b"x", 1, -3),
    "request_key": (249, b"user", b"hostile", 0, -3),
    "keyctl": (250, 0, -3, 1),
    "memfd_create": (319, b"hostile", 0),
    "execve": (59, b"/bin/true", 0, 0),
    "execveat": (322, -100, b"/bin/true", 0, 0, 0),
    "socket": (41, 2, 1, 0),
    "netlink": (41, 16, 3, 0),
    "raw packets": (41, 17, 3, 0),
    "shared memory segment": (29, 0x1234, 4096, 0o1600),
    "message queue": (68, 0x1234, 0o1600),
    "semaphores": (64, 0x1234, 1, 0o1600),
    "posix message queue": (240, b"hostile", 0o102, 0o600, 0),
    "reboot": (169, 0xFEE1DEAD, 672274793, 0x1234567, 0),
    "module": (313, 0, b"", 0),
    "kexec": (246, 0, 0, 0, 0),
    "swap": (167, b"x", 0),
    "clock": (227, 0, "page"),
    "host name": (170, b"hostile", 7),
    "handle of a file": (303, -100, b"/etc/passwd", "page", "page", 0),
    "fanotify": (300, 0, 0),
    "limits of others": (302, 1, 7, "page", 0),
    "affinity of others": (203, 1, 8, "page"),
    "priority": (141, 0, 0, -20),
    "become another": (105, 65534),
    "capabilities": (126, "page", "page"),
    "no more filter": (317, 1, 0, "page"),
}


def _calling(arguments: tuple[object, ...]) -> str:
    listed = ", ".join("page" if one == "page" else repr(one) for one in arguments)
    return f"{_LIBC}result = call({listed})\nif result == 0 and {arguments[0]} in (56, 57, 58): os._exit(0)\nok = result != -1\n"


HOSTILE: dict[str, str] = {name: _calling(arguments) for name, arguments in _CALLS.items()}

HOSTILE |= {
    "fills the folder": """
with open('hostile', 'wb') as out:
    for _ in range(1 << 12): out.write(b'x' * (1 << 20))
ok = True
""",
    "fills the folder with many": """
for n in range(4096): open(f'hostile{n}', 'wb').write(b'x' * (1 << 20))
ok = True
""",
    "fills it with deleted files": """
held = []
for n in range(200):
    f = open('hostile', 'wb'); f.write(b'x' * (1 << 23)); f.flush(); held.append(f)
    import os; os.unlink('hostile')
ok = True
""",
    "allocates a file": "import os\nos.posix_fallocate(os.open('hostile', os.O_RDWR | os.O_CREAT), 0, 1 << 40)\nok = True\n",
    "fills shared memory": """
with open('/dev/shm/hostile', 'wb') as out:
    for _ in range(1 << 12): out.write(b'x' * (1 << 20))
ok = True
""",
    "takes all inodes": """
for n in range(10 ** 6): open(f'hostile{n}', 'w').close()
ok = True
""",
    "takes all inodes with folders": "import os\nfor n in range(10 ** 6): os.mkdir(f'hostile{n}')\nok = True\n",
    "takes all inodes with links": "import os\nfor n in range(10 ** 6): os.symlink('x', f'hostile{n}')\nok = True\n",
    "hard links without end": "import os\nopen('hostile', 'w')\nfor n in range(10 ** 6): os.link('hostile', f'h{n}')\nok = True\n",
    "folders without end": """
import os
for _ in range(5000):
    try: os.mkdir('hostile')
    except OSError: break
    os.chdir('hostile')
raise SystemExit('deep')
""",
    "leaves files": "open('hostile', 'w').write('x'); open('/dev/shm/hostile', 'w').write('x')\nimport os; os.chmod('/dev/shm', 0); os.kill(os.getpid(), 9)\n",
    "leaves a semaphore": "import multiprocessing, os\nlock = multiprocessing.Lock(); lock.acquire(); os._exit(0)\n",
    "leaves shared memory": "from multiprocessing import shared_memory\nshared_memory.SharedMemory(create=True, size=1 << 20, name='hostile'); ok = True\n",
    "leaves a socket": "import socket\nsocket.socket(socket.AF_UNIX).bind('hostile.sock'); ok = True\n",
    "abstract socket": "import socket\nsocket.socket(socket.AF_UNIX).bind('\\0hostile'); ok = True\n",
    "datagram pair to an address": "import socket\na, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\na.sendto(b'x', '/dev/log'); ok = True\n",
    "reads through a symbolic link": "import os\nos.symlink('/etc/passwd', 'p'); ok = 'root' in open('p').read()\n",
    "writes through a symbolic link": "import os\nos.symlink('/tmp/hostile', 'p'); open('p', 'w').write('x'); ok = True\n",
    "writes through a link to a folder": "import os\nos.symlink('/tmp', 'd'); open('d/hostile', 'w').write('x'); ok = True\n",
    "lists through a link": "import os\nos.symlink('/root', 'd'); ok = os.listdir('d') is not None\n",
    "links a file from outside": "import os\nos.link('/etc/passwd', 'p'); ok = 'root' in open('p').read()\n",
    "moves a file from outside": "import os\nos.rename('/etc/hostname', 'h'); ok = True\n",
    "moves a file out": "import os\nopen('x', 'w').close(); os.rename('x', '/tmp/hostile'); ok = True\n",
    "out by dots": "open('../../../tmp/hostile', 'w').write('x'); ok = True\n",
    "out by a folder's descriptor": "import os\nfd = os.open('/', os.O_PATH); os.close(os.open('tmp/hostile', os.O_CREAT | os.O_WRONLY, dir_fd=fd)); ok = True\n",
    "changes to another folder": "import os\nos.chdir('/tmp'); open('hostile', 'w'); ok = True\n",
    "mode of another's file": _LIBC
    + "ok = libc.chmod(b'/etc/passwd', 0o777) == 0 or libc.fchmodat(-100, b'/etc', 0o777, 0) == 0\n",
    "dates of another's file": _LIBC + "ok = libc.utimensat(-100, b'/etc/passwd', None, 0) == 0\n",
    "owner of another's file": _LIBC + "ok = libc.chown(b'/etc/passwd', 0, 0) == 0\n",
    "mode of a package, by descriptor": _LIBC
    + "fd = os.open(os.__file__, os.O_RDONLY); ok = libc.fchmod(fd, 0o777) == 0\n",
    "attribute of another's file": _LIBC
    + "ok = libc.setxattr(b'/etc/passwd', b'user.x', b'x', 1, 0) == 0\n",
    "writes to a package": "import json\nopen(json.__file__, 'a').write('#'); ok = True\n",
    "installs a package": "import sysconfig\nopen(sysconfig.get_paths()['purelib'] + '/hostile.py', 'w').write('x'); ok = True\n",
    "installs a start-up file": "import site\nopen(site.getsitepackages()[0] + '/hostile.pth', 'w').write('import os'); ok = True\n",
    "removes a package": "import shutil, json, os\nshutil.rmtree(os.path.dirname(json.__file__)); ok = True\n",
    "truncates a package": _LIBC
    + "import json\nok = libc.truncate(json.__file__.encode(), 0) == 0\n",
    "memory of itself by file": "open('/proc/self/mem', 'r+b').read(1); ok = True\n",
    "environment of others": "import glob\nok = any(open(p, 'rb').read() for p in glob.glob('/proc/[0-9]*/environ'))\n",
    "environment of process 1": "ok = bool(open('/proc/1/environ', 'rb').read())\n",
    "root of another": "import os\nok = bool(os.listdir('/proc/1/root'))\n",
    "descriptors of another": "import os\nok = bool(os.listdir('/proc/1/fd'))\n",
    "out-of-memory score": "open('/proc/self/oom_score_adj', 'w').write('-1000'); ok = True\n",
    "kernel settings": "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/hostile'); ok = True\n",
    "memory device": "ok = bool(open('/dev/mem', 'rb').read(1))\n",
    "disk device": "import os\nok = any(os.open('/dev/' + d, os.O_RDONLY) >= 0 for d in os.listdir('/dev') if d.startswith(('sd', 'vd', 'loop')))\n",
    "kernel log": "open('/dev/kmsg', 'w').write('hostile'); ok = True\n",
    "terminal": "import fcntl, os\nfd = os.open('/dev/tty', os.O_RDWR); fcntl.ioctl(fd, 0x5412, b'x'); ok = True\n",
    "makes a device": "import os, stat\nos.mknod('hostile', stat.S_IFCHR | 0o600, os.makedev(1, 1)); ok = True\n",
    "runs a program of its own": "import os\nopen('hostile', 'w').write('#!/bin/sh\\n'); os.chmod('hostile', 0o755); os.execv('./hostile', ['x'])\n",
    "loads a library of its own": "import ctypes, shutil, _json\nshutil.copyfile(_json.__file__, 'hostile.so'); ctypes.CDLL('./hostile.so'); ok = True\n",
    "cron": "open('/etc/cron.d/hostile', 'w').write('x'); ok = True\n",
    "keys of ssh": "import pathlib\npathlib.Path('/root/.ssh').mkdir(exist_ok=True); pathlib.Path('/root/.ssh/authorized_keys').write_text('x'); ok = True\n",
    "thread bomb": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,)).start()\n",
    "thread bomb that catches": """
import threading, time
while True:
    try: threading.Thread(target=time.sleep, args=(99,)).start()
    except BaseException: pass
""",
    "thread bomb by the C library": _LIBC
    + """
import threading
usleep = ctypes.cast(libc.pause, ctypes.c_void_p)
handle = ctypes.c_ulong()
libc.pthread_attr_init(page); libc.pthread_attr_setstacksize(page, ctypes.c_size_t(16384))
while True: libc.pthread_create(ctypes.byref(handle), page, usleep, None)
""",
    "thread pool bomb": """
from concurrent.futures import ThreadPoolExecutor
import time
pool = ThreadPoolExecutor(100000)
for _ in range(100000): pool.submit(time.sleep, 99)
ok = True
""",
    "waits for a thread that sleeps": "import threading, time\nt = threading.Thread(target=time.sleep, args=(1000,)); t.start(); t.join(); ok = True\n",
    "thread that never lets go": """
import threading, re
t = threading.Thread(target=re.match, args=('(a+)+$', 'a' * 40 + 'b')); t.start(); t.join(); ok = True
""",
    "deep recursion in a thread": """
import sys, threading
sys.setrecursionlimit(10 ** 9)
def f(): f()
t = threading.Thread(target=f); t.start(); t.join(); raise SystemExit
""",
    "allocates in threads": """
import threading
held = []
def work():
    while True: held.append(bytearray(1 << 24))
threads = [threading.Thread(target=work) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
ok = len(held) > 64
""",
    "allocates by the C library": _LIBC
    + """
libc.malloc.restype = ctypes.c_void_p
total = 0
while p := libc.malloc(ctypes.c_size_t(1 << 24)):
    ctypes.memset(p, 1, 1 << 24); total += 1
    if total > 256: break
ok = total > 64
""",
    "shared anonymous memory": """
import mmap
held = []
for _ in range(200):
    m = mmap.mmap(-1, 1 << 26); held.append(m)
    for at in range(0, 1 << 26, 4096): m[at] = 1
ok = True
""",
    "own limits": """
import resource
resource.setrlimit(resource.RLIMIT_DATA, (-1, -1)); ok = True
""",
    "descriptor bomb": "import os\nheld = [os.pipe() for _ in range(10 ** 6)]; ok = True\n",
    "descriptor bomb with files": "held = []\nwhile True: held.append(open('/dev/null'))\n",
    "epoll bomb": "import select\nheld = [select.epoll() for _ in range(10 ** 6)]; ok = True\n",
    "output from threads": """
import threading, sys
def flood():
    while True: sys.stdout.write('x' * 65536)
threads = [threading.Thread(target=flood) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
""",
    "output that never ends": "while True: print('x' * 10000)\n",
    "long sleep after a thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\ntime.sleep(99); ok = True\n",
    "signals to process 1": _LIBC
    + "ok = any(libc.kill(1, n) == 0 for n in range(65)) or libc.killpg(1, 9) == 0\n",
    "ignores every signal": """
import signal, time
for n in signal.valid_signals():
    try: signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: time.sleep(1)
""",
    "subprocess in a thread": "import threading, subprocess\nout = []\nt = threading.Thread(target=lambda: out.append(subprocess.run(['true']))); t.start(); t.join(); ok = bool(out)\n",
    "process pool": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool: ok = list(pool.map(abs, [1])) == [1]\n",
    "multiprocessing": "import multiprocessing as m\np = m.Process(target=print); p.start(); p.join(); ok = p.exitcode == 0\n",
    "spawned process": "import multiprocessing as m\np = m.get_context('spawn').Process(target=print); p.start(); ok = True\n",
    "server in a thread": "import http.server, threading\ns = http.server.HTTPServer(('', 0), http.server.BaseHTTPRequestHandler); threading.Thread(target=s.serve_forever).start(); ok = True\n",
    "asyncio server": "import asyncio\nasync def f(): return (await asyncio.start_server(lambda r, w: None, '127.0.0.1', 0)).sockets\nok = bool(asyncio.run(f()))\n",
    "resolver in a thread": "import socket, threading\nout = []\nt = threading.Thread(target=lambda: out.append(socket.gethostbyname('example.org'))); t.start(); t.join(); ok = bool(out)\n",
}


SLOW = frozenset(
    (
        "fills the folder with many",
        "fills it with deleted files",
        "takes all inodes with folders",
        "takes all inodes with links",
        "hard links without end",
        "thread bomb that catches",
        "waits for a thread that sleeps",
        "thread that never lets go",
        "deep recursion in a thread",
        "allocates in threads",
        "allocates by the C library",
        "shared anonymous memory",
        "output from threads",
        "output that never ends",
        "long sleep after a thread",
        "ignores every signal",
        "takes all inodes",
        "fills shared memory",
        "fills the folder",
    )
)
"""Those that go on until their time is up, or nearly."""


def traces() -> set[str]:
    """Return what a program of these could have left behind, as paths."""
    places = [Path(one) for one in ("/dev/shm", "/tmp", "/var/tmp", "/etc/cron.d")]
    found = [one for place in places if place.is_dir() for one in place.iterdir()]
    marks = "hostile", "tuneyard-sandbox", "home", "program.py"
    return {str(one) for one in found if one.name.startswith(marks)}
