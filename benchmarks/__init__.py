"""Measures npae beside its peers and beside the machine's limits; nothing here is needed to use npae.

From the root of a checkout, ``python -m benchmarks.NAME``, with ``--help`` for the options of each:

reproduce  trains the recipes as published, over several seeds
peers      a training step of every recipe, npae and every framework that is installed, in one run
kernels    every kernel beside the peak that this machine reaches in the same run
ladder     one convolution, from loops to the kernel that trains; peers on the same layer
scaling    how the time of a step grows with threads, batches, images and channels
startup    what a first step costs, from an empty machine and from a warm one; memory and disk
figures    draws the figures of README.md from kept runs and recorded results
report     writes the tables of README.md and benchmarks/README.md, and checks both

The first six write what they measured into ``results/``, one JSON file each; the others read there.
"""
