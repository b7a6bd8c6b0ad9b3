"""The auditor: finds whatever is due and not done, repairs it once and says so."""
