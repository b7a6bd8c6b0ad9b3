"""OpenTelemetry's protocol over HTTP: traces and metrics of calls of models, whichever of their names a sender uses."""
