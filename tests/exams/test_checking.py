"""What is wrong in a file is told with its line, its field and its rule."""
