"""The medical compartment: papers and comments of health, for the candidate and one doctor alone."""
