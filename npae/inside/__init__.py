"""Looks inside a model: where a number comes from, where its gradient goes, and what a training step costs."""
