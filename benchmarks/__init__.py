"""Compares npae with its peers and with the machine's limits; npae itself does not need this package.

Run ``python -m benchmarks.NAME`` from the root of a checkout; ``--help`` lists the options of each:

reproduce  trains the recipes as published, with several seeds
peers      times steps or epochs of recipes and other models, in npae and every installed framework
speedrun   times trainings from a cold process to a test loss, in the same contestants
kernels    compares every kernel with the peak of this machine, measured in the same run
ladder     times one convolution, from plain loops to the fast kernel, and the same layer of the peers
step       divides the time of a training step among its parts, for one thread and for two
scaling    measures how the time of a step depends on threads, batch, image, channels and epoch
startup    times imports and a first step, with empty and with warm caches; measures memory and disk
figures    draws the figures of README.md from kept runs and recorded results
report     writes the tables of README.md and benchmarks/README.md, and checks both

The first seven write their results into ``results/``, one JSON file each; the others read them.
"""
