"""Runs model-written Python programs, which are taken to be hostile, and says how each ended.

Each program runs in a process of its own, forked from a warm interpreter (the *zygote*). The
layers, each used where the kernel offers it (``Sandbox.layers`` says which it does):

- **namespaces**: the zygote is process 1 of its own user, process, network and IPC namespaces.
- **landlock**: only the standard library, installed packages and shared libraries can be read;
  nothing can be written, no TCP port reached, no outside process signalled.
- **seccomp**: a list of allowed system calls. No new process or thread, no program start, no
  socket, no change to any file, no signal to another process; every other call is refused.
- **rlimits**: address space, CPU time, open files, file size 0, no core dump; capabilities dropped.
- **audit_hook**: Python's audit events name *what* was refused, and are the last resort where the
  kernel offers nothing else. Hostile code can remove this layer; the others it cannot.

The zygote holds the clock and kills from outside; the pool replaces a zygote that dies.

What it does **not** stop:

- A program that forges its own result. The harness runs in the program's interpreter: a program
  can walk the frames, find the harness's ``record`` and write in it, or write a whole result into
  the shared memory that carries it. A score from the sandbox says what an unmalicious program
  does, and that a malicious one did no harm; it is no proof against a program written to cheat.
- Side channels: timing, cache and load are visible to the program, and it can read the clock.
- Faults of the kernel or the processor. For programs from an adversary, not a model, run the
  workers in a virtual machine or under gVisor as well.
- Existence tests: ``os.stat`` sees names, sizes and dates (not contents) of files that the user
  may see.
- Use of its full share: a program may burn a core and its memory limit until its time is up.
- With neither seccomp nor namespaces (``Sandbox`` then warns), a determined program gets out.
"""

from tuneyard.sandbox.pool import Sandbox
from tuneyard.sandbox.program import Limits, Outcome, Program

__all__ = ["Limits", "Outcome", "Program", "Sandbox"]
