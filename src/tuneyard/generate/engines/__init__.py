"""Engines: what turns prompts into answers, each in a file of its own, by name.

Another one is a file here and a line in ``ENGINES`` in ``tuneyard.config.evaluation``.
"""
