"""Telemetry: calls and outcomes in, rollups kept, windows summed from them."""
