"""The domain: pure decisions over frozen models."""
