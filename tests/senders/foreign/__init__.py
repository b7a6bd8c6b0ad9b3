"""Programs of others, run by their own Python: they know of riskbot what its README says, and nothing of its code."""
