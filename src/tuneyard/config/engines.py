"""The engines that answer prompts, by the names that studies have for them."""

from __future__ import annotations

ENGINES = {
    "tuneyard": "tuneyard.generate.engines.loop:Loop",
    "transformers": "tuneyard.generate.engines.library:Library",
}
"""Where each one's class is; importing this imports none."""
