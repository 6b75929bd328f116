"""Tests are tested before they judge: what a row holds becomes a program, and that is tried.

A row is *tested* when its reference passes and neither an empty program nor the reference with
the bodies of its functions taken out does. Every other row is *unjudged*: its tests say nothing
about an answer, which has then neither passed nor failed.

``listed`` and ``forms`` make one program of what a row holds, ``hollow`` empties its reference,
``trial`` runs the tests with the reference, without its bodies and without a program, ``rows`` does
so for many rows. Where ``apart`` finds that the reference passes in a process of its own, answers
to the row are judged so, too (``tuneyard.sandbox.apart``); others share a process with their tests.

This package imports none of them by itself. Inside the sandbox it is out of reach: what test
programs need of ``runner`` and the ``pytest_*`` modules comes along in them as packed text
(``packed``).
"""
