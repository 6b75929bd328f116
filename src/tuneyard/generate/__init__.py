"""Answers from a model: batched decoding, greedy and sampled, seeded for each request."""
