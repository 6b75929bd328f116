"""Preference pairs: built from a model's own verified answers, or read. Pure."""
