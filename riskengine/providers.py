"""One name for each provider, whatever the sender's library calls it."""

#: Z.ai has no standard name; OpenTelemetry and LiteLLM write others in their own ways.
_SAME = {
    "zai": "z_ai",
    "z.ai": "z_ai",
    "z-ai": "z_ai",
    "zhipu": "z_ai",
    "zhipuai": "z_ai",
    "az.ai.openai": "azure",
    "azure.ai.openai": "azure",
    "az.ai.inference": "azure_ai",
    "azure.ai.inference": "azure_ai",
    "aws.bedrock": "bedrock",
    "aws_bedrock": "bedrock",
    "gcp.vertex_ai": "vertex_ai",
    "gcp.gemini": "gemini",
    "mistral_ai": "mistral",
    "x_ai": "xai",
}


def provider_called(name: str) -> str:
    """The name under which a provider's calls are counted here."""
    return _SAME.get(name.strip().casefold(), name.strip())
