"""What telemetry intake is measured against: Starlette, uvicorn and the model's validation, and nothing else."""

import argparse

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from riskengine.telemetry import ONE_CALL


async def validate(request: Request) -> JSONResponse:
    try:
        ONE_CALL.validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse({"error": str(error)}, 422)
    return JSONResponse({"accepted": 1, "duplicates": 0, "rejected": []})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    app = Starlette(routes=[Route("/calls", validate, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
