"""What is asked of whoever makes a request: a candidate in their space, the office from a paper."""
