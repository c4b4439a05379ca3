"""Looks inside a model: where a number and its gradient come from, and what a training step does."""
