"""Files in and out: what a search finds, as a spreadsheet."""
