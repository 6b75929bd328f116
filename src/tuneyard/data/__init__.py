"""Where examples come from, and what is checked before anything is trained on them."""
