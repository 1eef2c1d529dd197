"""Letters: what is told to candidates whom no mail reaches, printed once a day and posted (I13)."""
