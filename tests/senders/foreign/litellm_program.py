"""LiteLLM's router with a mocked upstream and its `generic_api` callback; prints what it sent, as LiteLLM counts it.

Usage: litellm_program.py ENDPOINT TOKEN FORMAT
"""

import asyncio
import json
import sys

import litellm
from litellm.integrations.custom_logger import CustomLogger
from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger

CANARY = "the-canary-sings-at-midnight"
MODELS = [
    {"model_name": "default", "litellm_params": {"model": "zai/glm-4.5", "api_key": "none", "mock_response": "Done."}},
    {
        "model_name": "broken",
        "litellm_params": {"model": "zai/glm-4.6", "api_key": "none", "mock_response": "litellm.RateLimitError"},
    },
    {
        "model_name": "stronger",
        "litellm_params": {"model": "anthropic/claude-opus-4-1", "api_key": "none", "mock_response": "Well done."},
    },
]


class Counting(CustomLogger):
    """What LiteLLM itself says of each call, heard beside the callback under test."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[dict] = []

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self.heard.append(kwargs["standard_logging_object"])

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self.heard.append(kwargs["standard_logging_object"])


async def run(endpoint: str, token: str, log_format: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    sending = GenericAPILogger(endpoint=endpoint, headers=headers, log_format=log_format, max_retries=3)
    counting = Counting()
    litellm.callbacks = [sending, counting]
    router = litellm.Router(MODELS, fallbacks=[{"broken": ["stronger"]}], num_retries=0)
    messages = [{"role": "user", "content": f"Say done. {CANARY}"}]
    for number in range(5):
        metadata = {"tags": ["role:architect"], "number": number}
        await router.acompletion("default", messages, metadata=metadata)
    stream = await router.acompletion("default", messages, stream=True, stream_options={"include_usage": True})
    async for _ in stream:
        pass
    await router.acompletion("broken", messages)
    # Callbacks run behind the calls.
    while len(counting.heard) < 8 or len(sending.log_queue) < 8:
        await asyncio.sleep(0.1)
    await sending.flush_queue()
    names = ("id", "trace_id", "status", "model", "prompt_tokens", "completion_tokens", "response_cost")
    print(json.dumps([{name: each[name] for name in names} for each in counting.heard]))


asyncio.run(run(*sys.argv[1:]))
