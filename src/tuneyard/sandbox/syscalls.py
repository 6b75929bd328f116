"""System call numbers: those that sandboxed programs may make, and those about files.

x86_64 numbers are from the kernel's ``arch/x86/entry/syscalls/syscall_64.tbl``; aarch64 uses
``include/uapi/asm-generic/unistd.h``. A dash in a row means that the architecture lacks the call.
"""

from __future__ import annotations

# name x86_64 aarch64
_TABLE = """
read 0 63
write 1 64
readv 19 65
writev 20 66
pread64 17 67
preadv 295 69
open 2 -
openat 257 56
close 3 57
close_range 436 436
stat 4 -
lstat 6 -
fstat 5 80
newfstatat 262 79
statx 332 291
statfs 137 43
fstatfs 138 44
access 21 -
faccessat 269 48
faccessat2 439 439
lseek 8 62
getdents 78 -
getdents64 217 61
getcwd 79 17
chdir 80 49
fchdir 81 50
readlink 89 -
readlinkat 267 78
fadvise64 221 223
mmap 9 222
mprotect 10 226
munmap 11 215
mremap 25 216
madvise 28 233
brk 12 214
rt_sigaction 13 134
rt_sigprocmask 14 135
rt_sigreturn 15 139
rt_sigpending 127 136
rt_sigtimedwait 128 137
rt_sigsuspend 130 133
sigaltstack 131 132
signalfd4 289 74
pause 34 -
alarm 37 -
setitimer 38 103
getitimer 36 102
restart_syscall 219 128
dup 32 23
dup2 33 -
dup3 292 24
pipe 22 -
pipe2 293 59
poll 7 -
ppoll 271 73
select 23 -
pselect6 270 72
epoll_create 213 -
epoll_create1 291 20
epoll_ctl 233 21
epoll_wait 232 -
epoll_pwait 281 22
epoll_pwait2 441 441
eventfd2 290 19
nanosleep 35 101
clock_nanosleep 230 115
clock_gettime 228 113
clock_getres 229 114
gettimeofday 96 169
time 201 -
times 100 153
getpid 39 172
getppid 110 173
gettid 186 178
getuid 102 174
geteuid 107 175
getgid 104 176
getegid 108 177
getgroups 115 158
getresuid 118 148
getresgid 120 150
getpgrp 111 -
getpgid 121 155
getsid 124 156
getrandom 318 278
getrusage 98 165
getrlimit 97 163
prlimit64 302 261
sysinfo 99 179
uname 63 160
umask 95 166
getcpu 309 168
sched_yield 24 124
sched_getaffinity 204 123
futex 202 98
set_tid_address 218 96
set_robust_list 273 99
rseq 334 293
membarrier 324 283
arch_prctl 158 -
wait4 61 260
waitid 247 95
exit 60 93
exit_group 231 94
kill 62 129
tgkill 234 131
ioctl 16 29
fcntl 72 25
prctl 157 167
socketpair 53 199
sendto 44 206
recvfrom 45 207
recvmsg 47 212
shutdown 48 210
getsockname 51 204
getpeername 52 205
getsockopt 55 209
clone 56 220
clone3 435 435
fsync 74 82
fdatasync 75 83
sync_file_range 277 84
msync 26 227
mincore 27 232
flock 73 32
pwrite64 18 68
pwritev 296 70
preadv2 327 286
pwritev2 328 287
sendfile 40 71
copy_file_range 326 285
sched_setaffinity 203 122
sched_getparam 143 121
sched_getscheduler 145 120
sched_get_priority_max 146 125
sched_get_priority_min 147 126
getpriority 140 141
get_mempolicy 239 236
timerfd_create 283 85
timerfd_settime 286 86
timerfd_gettime 287 87
"""

# Allowed where a program has a folder that only it can reach, else refused with EROFS.
_CHANGE_TABLE = """
creat 85 -
truncate 76 45
ftruncate 77 46
mkdir 83 -
mkdirat 258 34
mknod 133 -
mknodat 259 33
rmdir 84 -
unlink 87 -
unlinkat 263 35
rename 82 -
renameat 264 38
renameat2 316 276
link 86 -
linkat 265 37
symlink 88 -
symlinkat 266 36
fallocate 285 47
"""

# Landlock does not see to these: allowed where all else is on read-only file systems.
_MODE_TABLE = """
chmod 90 -
fchmod 91 52
fchmodat 268 53
chown 92 -
lchown 94 -
fchown 93 55
fchownat 260 54
"""
_DATE_TABLE = """
utime 132 -
utimes 235 -
futimesat 261 -
utimensat 280 88
"""

# What ``shutil`` takes for a file system without them; nobody else needs them.
_ATTRIBUTE_TABLE = """
setxattr 188 5
lsetxattr 189 6
fsetxattr 190 7
getxattr 191 8
lgetxattr 192 9
fgetxattr 193 10
listxattr 194 11
llistxattr 195 12
flistxattr 196 13
removexattr 197 14
lremovexattr 198 15
fremovexattr 199 16
"""

_REFUSED_TABLE = """
memfd_create 319 279
"""


def _names(table: str) -> tuple[str, ...]:
    return tuple(line.split()[0] for line in table.strip().splitlines())


CHANGE, MODE, DATE = _names(_CHANGE_TABLE), _names(_MODE_TABLE), _names(_DATE_TABLE)
ATTRIBUTE, REFUSED = _names(_ATTRIBUTE_TABLE), _names(_REFUSED_TABLE)
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def numbers(machine: str) -> dict[str, int]:
    """Return name → number for ``x86_64`` or ``aarch64``; empty for other machines."""
    if machine not in AUDIT_ARCH:
        return {}
    column = 1 if machine == "x86_64" else 2
    tables = _TABLE, _CHANGE_TABLE, _MODE_TABLE, _DATE_TABLE, _ATTRIBUTE_TABLE, _REFUSED_TABLE
    rows = (line.split() for line in "".join(tables).split("\n") if line)
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
