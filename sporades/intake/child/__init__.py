"""The process that reads what comes from outside, and is killed without loss (`reading`).

What is read may be made to hurt whoever reads it. This process holds no secret, no database
and no file, and is bounded. It therefore imports nothing of ours but its own modules.
"""
