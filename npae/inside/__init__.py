"""Looks inside a model: where its numbers come from, where gradients go, and what a run shows."""
