"""What candidates ask for because of a handicap, what is decided of it, what is then in force (H1-H4)."""
