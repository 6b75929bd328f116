"""Tests are tested before they judge: what a row holds becomes a program, and that is tried.

A row is *tested* when its reference passes and neither an empty program nor the reference with
the bodies of its functions taken out does. Every other row is *unjudged*: its tests say nothing
about an answer, which has then neither passed nor failed.

``forms`` makes one program of what a row holds, ``hollow`` empties its reference, ``trial`` runs
both, ``rows`` does so for many rows. This package imports none of them by itself: test programs
import ``runner`` inside the sandbox, and nothing besides.
"""
