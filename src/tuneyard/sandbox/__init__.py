"""Runs model-written Python programs, which are taken to be hostile, and says how each ended.

Each program runs in a process of its own, forked from a warm interpreter (the *zygote*). The
layers, each used where the kernel offers it (``Sandbox.layers`` says which it does):

- **namespaces**: the zygote is process 1 of its own user, process, network and IPC namespaces.
- **mounts**: in a mount namespace of its own every file system is read-only, but for one in memory
  (``/dev/shm``, 128 MiB, 8192 files), which holds the program's folder and is mounted anew after a
  program that changed it. No other program, and nobody outside, ever sees it.
- **landlock**: only the standard library, installed packages, shared libraries, data of the system
  (time zones, fonts) and random devices can be read; nothing can be written but that folder and
  ``/dev/null``, no TCP port reached, no outside process signalled.
- **seccomp**: a list of allowed system calls. Threads, but no new process, no program start, no
  socket, no signal to another process; every other call is refused.
- **rlimits**: memory (data, and generously the address space), CPU time, open files, file size, no
  core dump; capabilities dropped.
- **audit_hook**: Python's audit events name *what* was refused, count threads, and are the last
  resort where the kernel offers nothing else. Hostile code can remove this layer; the others it
  cannot.

The zygote holds the clock, looks now and then at threads and shared memory, and kills from outside.
The pool replaces a zygote that dies and runs its program again: first beside others, then alone.

A program's folder is its working directory, home and temporary folder, and holds its text as
``program.py``. Without mounts (a container that does not allow them) but with Landlock it is a
folder on the machine, in memory where that has ``/dev/shm``, emptied after each program and removed
with the zygote: files are at most 16 MiB, modes and dates stay as they are, semaphores (thread
pools of ``multiprocessing``) are refused. With neither nothing can be written at all. Without
seccomp ordinary users' programs get no threads.

Tests run in a process that their answer cannot reach, where its row allows it
(`tuneyard.sandbox.apart`; `tuneyard.judging.apart` finds out by the reference): a second child,
forked and confined like the first, runs the answer, and nothing comes from it but plain data. Both
may use the memory and the time of a program; threads and shared memory of both are counted
together. An answer whose compiled code can reach nothing but its own names and harmless functions
runs beside its tests instead, in one child: there is nothing for it to reach them by.

Elsewhere a verdict from tests is not cheaply forged, although the answer, its tests and the harness
share an interpreter (`tuneyard.sandbox.trial`). The tests run in globals of their own; built-in
functions, modules and their classes are those from before the answer ran, and are compared with
these while the tests run and after; what a test gets from an answer is searched for objects that
are equal to everything; an audit hook keeps the answer from frames, the garbage collector, tracing
and other people's code; what leaves the result is bound before, and compared before it is believed.
What an answer sets on mocks and streams of its tests, or changes by way of a function that they
gave it, is tampering.

Of tests that ask little the reference tells what they leave out. An answer that changes what its
tests gave it, where the reference does not, is judged once more with its changes kept from them
(`tuneyard.sandbox.copies`), so that nothing is expected of its own making; of files see
`tuneyard.sandbox.outside` and `tuneyard.sandbox.readings`, of objects that may be asked so many
times only `tuneyard.sandbox.oracles`. An array without
elements, which is equal to any other, passes only where the reference gives something empty. An
answer's objects may not be equal whatever they are made of, where the reference's differ
(`tuneyard.sandbox.tells`); an alias of ``Exception`` is no exception of its own
(`tuneyard.sandbox.errors`).

Names that the tests use without importing them are what the reference imports under that name,
whatever they are to the answer; what `check` calls besides its entry point is the reference's
(`tuneyard.judging.helpers`); others are taken from the answer. Where a row has no reference all
are: a test program that uses ``isclose`` and trusts the answer to have imported it can be deceived
by a function of this name.

What it does **not** stop:

- A program written against this sandbox that forges its result, where tests and answer share a
  process. All layers above are Python in the program's own process. Possible, with this source at
  hand: reading and writing memory by address (``ctypes.cast`` and ``memmove``, an array interface
  with a made-up pointer); reaching the objects of this package through ``object.__subclasses__()``
  and functions' ``__globals__``, and undoing every change before it is looked for; an object whose
  comparison tells the values it is tried with from those of a test (they are drawn at random, near
  to what is expected); state of the standard library that is no name of a module or class (the
  cache of ``re``, a registry); and code of a C extension. Each takes some tens of lines that serve
  no other end; ``ctypes``, ``__subclasses__`` and ``__globals__`` are named in the record's
  ``suspicious``. What a test does not check, an answer can get wrong without any forgery.
- Side channels: timing, cache and load are visible to the program, and it can read the clock.
- Faults of the kernel or the processor. For programs from an adversary, not a model, run the
  workers in a virtual machine or under gVisor as well.
- Existence tests: ``os.stat`` sees names, sizes and dates (not contents) of files that the user
  may see.
- Use of its full share: a program may burn a core and its memory limit until its time is up.
  Shared memory, which no limit of the kernel counts, may be more for the moment until it is seen.
- With neither seccomp nor namespaces (``Sandbox`` then warns), a determined program gets out.
"""

from tuneyard.sandbox.pool import Sandbox
from tuneyard.sandbox.program import Limits, Outcome, Program

__all__ = ["Limits", "Outcome", "Program", "Sandbox"]
