"""What each kind of step does: read input artifacts, call one library function, write one artifact.

Every module has ``run(step, context) -> str``; the returned note closes the step's progress line.
"""
