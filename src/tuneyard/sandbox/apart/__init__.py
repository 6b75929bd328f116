"""Runs the tests in one process, the *judge*, and what is tested in another, the *answer*.

Between them is a pair of sockets, and nothing crosses it but plain data (``codec``). Whatever an
answer does in its own process, its tests do not notice: it can only return what is right, or not.

- ``second`` makes the second process; ``server`` runs the answer there, and does what it is asked;
- ``harness`` is what is called in the first; ``checks`` runs the tests in it; ``link`` asks for
  them; ``proxies`` are what they see of an answer's things that are no data;
- ``wire`` sends and receives messages; ``codec`` says how one is made; ``encoder`` writes, and
  ``decoder`` reads one; ``shared`` is what both sides have of what crossed; ``kinds`` are the kinds
  of data; ``plain`` is the plain value in one of a subclass; ``empty`` tells arrays without
  elements; ``crossing`` is what crosses besides: verdicts, exceptions, what libraries have.

An answer whose code can reach nothing needs no second process: it runs beside its tests, in one
(``harness.quick_tests``). That is read off its compiled code, before it runs.

Tests can be run so if they need no more of their answer than calls with plain data. Whether they do
is found out with their reference (`tuneyard.judging.apart`), never with an answer.
"""
