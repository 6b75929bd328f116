"""Sweeps: trials of a study with other values, which share what they have in common.

``space`` says which values there are, ``check`` what a sweep has to be before anything runs,
``prepared`` puts both together. A trial's steps are a study's, in the same run directory, run by
the same runner in a thread of the driver (``trials``): steps with the same key run once. Ray Tune
says which point is next and which trial ends early (``search``, ``tuned``). ``winner`` says which
trial is the best, ``confirm`` and ``luck`` what it is worth; ``results`` and ``report`` show all.
"""
