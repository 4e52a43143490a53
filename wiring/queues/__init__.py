"""What a worker runs for each task queue, one module per queue, named as the queue is.

A process imports the modules of its own queues alone: the rest is most of what a cold start costs.
"""
