"""LiteLLM: what its users do."""

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no outside request
import litellm
import pydantic
from checks import ADDRESS, QUESTION, WEATHER_SCHEMA, check, raised

litellm.telemetry = False
options = {"api_base": ADDRESS + "/v1", "api_key": "none", "num_retries": 0}
question = [{"role": "user", "content": QUESTION}]


def complete(**more):
    return litellm.completion(**{"model": "openai/nano", "messages": question, "max_tokens": 300} | options | more)


whole = complete()
message = whole.choices[0].message
check(message.content and whole.choices[0].finish_reason == "stop", "completion")
check(message.reasoning_content, "reasoning")
check(whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens, "usage")
chunks = list(complete(stream=True, stream_options={"include_usage": True}))
rebuilt = litellm.stream_chunk_builder(chunks, messages=question)
check(rebuilt.choices[0].message.content == message.content, "a stream")
check(rebuilt.usage.completion_tokens == whole.usage.completion_tokens, "usage of a stream")


class Hen(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=12)
    age: int = pydantic.Field(ge=1, le=9)


check(Hen.model_validate_json(complete(response_format=Hen).choices[0].message.content), "an answer as a pydantic model")
tool = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER_SCHEMA}}
called = complete(tools=[tool], tool_choice="required", parallel_tool_calls=False).choices[0]
call = called.message.tool_calls[0]
check(called.finish_reason == "tool_calls" and "city" in json.loads(call.function.arguments), "a tool")
turns = question + [called.message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
check(complete(messages=turns, tools=[tool], max_tokens=5).usage.completion_tokens == 5, "the tool's result")
text = litellm.text_completion(model="text-completion-openai/nano", prompt="Once upon a time", max_tokens=5, **options)
check(text.choices[0].text, "text_completion")
vectors = litellm.embedding(model="openai/nano-embed", input=["a fox", "a cow"], encoding_format="float", **options)
check(len(vectors.data) == 2 and len(vectors.data[0]["embedding"]) > 10, "embedding")
# Through Anthropic's API.
thought = litellm.completion(model="anthropic/nano", messages=question, max_tokens=300, api_base=ADDRESS, api_key="none")
check(thought.choices[0].message.content == message.content, "completion by /v1/messages")

error = raised(litellm.BadRequestError, complete, temperature=-1)
check(error and "temperature" in str(error), "a parameter out of range")
check(raised(litellm.NotFoundError, complete, model="openai/gpt-4"), "a model that is not there")
# It asks for the length of the context by this class.
long = [{"role": "user", "content": "x" * 60000}]
check(raised(litellm.ContextWindowExceededError, complete, messages=long), "a prompt that is too long")
