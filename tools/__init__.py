"""What runs the project on a machine: environment, PostgreSQL, demo, tests."""
