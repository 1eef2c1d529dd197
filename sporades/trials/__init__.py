"""What a réglementation that is not in force would say of the registrations that stand."""
