"""The official OpenAI SDK for Python: what its users do."""

import json
import typing

import openai
import pydantic
from checks import ADDRESS, QUESTION, WEATHER_SCHEMA, check, raised

client = openai.OpenAI(base_url=ADDRESS + "/v1", api_key="none", max_retries=0)
question = [{"role": "user", "content": QUESTION}]


check([model.id for model in client.models.list()] == ["nano", "nano-embed"], "models.list")
check(client.models.retrieve("nano").id == "nano", "models.retrieve")

whole = client.chat.completions.create(model="nano", messages=question, max_tokens=300)
message = whole.choices[0].message
check(message.content and whole.choices[0].finish_reason == "stop", "a chat")
check(message.model_extra["reasoning_content"], "reasoning")
check(whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens, "usage")

pieces, usage = [], None
for chunk in client.chat.completions.create(model="nano", messages=question, max_completion_tokens=300, stream=True,
                                            stream_options={"include_usage": True}):
    usage = chunk.usage or usage
    pieces += [choice.delta.content or "" for choice in chunk.choices]
check("".join(pieces) == message.content, "a stream")
check(usage.completion_tokens == whole.usage.completion_tokens, "usage of a stream")

parts = [{"role": "user", "content": [{"type": "text", "text": question[0]["content"]}]}]
same = client.chat.completions.create(model="nano", messages=parts, max_tokens=300)
check(same.choices[0].message.content == message.content, "content in parts")
again = client.chat.completions.create(model="nano", messages=question + [message, question[0]], max_tokens=5,
                                       extra_body={"enable_thinking": False})
check(again.usage.prompt_tokens_details.cached_tokens > 0, "the next turn")

several = client.chat.completions.create(model="nano", messages=question, max_tokens=5, n=2, temperature=1, seed=3,
                                         logprobs=True, top_logprobs=3)
check(len(several.choices) == 2 and len(several.choices[0].logprobs.content[0].top_logprobs) == 3, "n and logprobs")

text = client.completions.create(model="nano", prompt=["Once upon", "The fox"], max_tokens=5, echo=True)
check([choice.text.startswith(start) for choice, start in zip(text.choices, ["Once upon", "The fox"])] == [True, True],
      "completions")
streamed = client.completions.create(model="nano", prompt="The fox", max_tokens=5, stream=True)
check("The fox" + "".join(chunk.choices[0].text for chunk in streamed) == text.choices[1].text, "a stream of those")

vectors = client.embeddings.create(model="nano-embed", input=["a fox", "a cow"])  # base64 on the wire
numbers = client.embeddings.create(model="nano-embed", input="a fox", encoding_format="float")
check(max(abs(a - b) for a, b in zip(vectors.data[0].embedding, numbers.data[0].embedding)) < 1e-6, "embeddings")


class Hen(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=12)
    age: int = pydantic.Field(ge=1, le=9)
    colours: list[typing.Literal["red", "white"]] = pydantic.Field(max_length=2)


parsed = client.chat.completions.parse(model="nano", messages=question, response_format=Hen, temperature=1, seed=4)
check(1 <= parsed.choices[0].message.parsed.age <= 9, "an answer as a pydantic model")

weather = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER_SCHEMA}}
forced = {"model": "nano", "messages": question, "tools": [weather], "parallel_tool_calls": False,
          "tool_choice": {"type": "function", "function": {"name": "get_weather"}}}
called = client.chat.completions.create(**forced).choices[0]
check(called.finish_reason == "tool_calls" and "city" in json.loads(called.message.tool_calls[0].function.arguments),
      "a call of a tool")
arguments = "".join(call.function.arguments or "" for chunk in client.chat.completions.create(**forced, stream=True)
                    for call in chunk.choices[0].delta.tool_calls or [])
check(arguments == called.message.tool_calls[0].function.arguments, "a call in a stream")
result = {"role": "tool", "tool_call_id": called.message.tool_calls[0].id, "content": "sunny"}
check(client.chat.completions.create(model="nano", messages=question + [called.message, result], max_tokens=5).choices,
      "the answer to a call")

error = raised(openai.BadRequestError, client.chat.completions.create, model="nano", messages=question,
               temperature=-1)
check(error and error.param == "temperature", "a parameter out of range")
error = raised(openai.BadRequestError, client.chat.completions.create, model="nano", stream=True,
               messages=[{"role": "user", "content": "x" * 60000}])
check(error and error.code == "context_length_exceeded", "a prompt that is too long")
error = raised(openai.NotFoundError, client.chat.completions.create, model="gpt-4", messages=question)
check(error and error.code == "model_not_found", "a model that is not there")

with client.chat.completions.create(model="nano", messages=question, stream=True) as stream:
    next(iter(stream))
check(client.chat.completions.create(model="nano", messages=question, max_tokens=1).choices, "leaving a stream")
