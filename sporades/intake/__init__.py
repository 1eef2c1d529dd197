"""What comes from outside is looked at here, before anybody opens it."""
