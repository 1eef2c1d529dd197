"""What is held of a person: the map of every table, the copy given to its person, copies of nobody."""
