"""Runs the tests in one process, the *judge*, and what is tested in another, the *answer*.

Between them is a pair of sockets, and nothing crosses it but plain data (``codec``). Whatever an
answer does in its own process, its tests do not notice: it can only return what is right, or not.
``server`` runs the answer and does what the judge asks; ``link`` asks; ``proxies`` are what the
tests see of an answer; ``harness`` runs the tests; ``second`` makes the second process.

Tests can be run so if they need no more of their answer than calls with plain data. Whether they do
is found out with their reference (`tuneyard.judging.apart`), never with an answer.
"""
