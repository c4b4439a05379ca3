"""Training: the loop, batches and shards, optimisers, callbacks, evaluation, and models on disk."""
