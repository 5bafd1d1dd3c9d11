"""Anthropic's SDK for Python: what its users do."""

import typing

import anthropic
import pydantic
from checks import ADDRESS, QUESTION, WEATHER_SCHEMA, check, raised

client = anthropic.Anthropic(base_url=ADDRESS, api_key="none", max_retries=0)
ask = client.messages.create
question = {"model": "nano", "max_tokens": 300, "messages": [{"role": "user", "content": QUESTION}]}

whole = ask(**question)
thought, said = whole.content
check(thought.type == "thinking" and said.type == "text" and said.text, "a message, thinking first")
check(whole.stop_reason == "end_turn" and whole.stop_sequence is None, "the end of a turn")
check(whole.usage.input_tokens + (whole.usage.cache_read_input_tokens or 0) > 0 and whole.usage.output_tokens > 0, "usage")
quick = ask(**question, thinking={"type": "disabled"})
check([block.type for block in quick.content] == ["text"], "thinking that is disabled")
check(ask(**question | {"max_tokens": 5}).stop_reason == "max_tokens", "max_tokens")

with client.messages.stream(**question) as stream:
    text = "".join(stream.text_stream)
    final = stream.get_final_message()
check(text == said.text and final.content[0].thinking == thought.thinking, "a stream")
check(final.usage.output_tokens == whole.usage.output_tokens and final.stop_reason == "end_turn", "usage of a stream")
kinds = [event.type for event in ask(**question, stream=True)]
check(kinds[0] == "message_start" and kinds[-2:] == ["message_delta", "message_stop"], "the order of events")
check(kinds.count("content_block_start") == kinds.count("content_block_stop") == 2, "blocks begin and end")

word = said.text.split()[3]
stopped = ask(**question, stop_sequences=["never so", word], thinking={"type": "disabled"})
reason = (stopped.stop_reason, stopped.stop_sequence)
check(reason == ("stop_sequence", word) or word not in quick.content[0].text, "stop_sequences")
with client.messages.stream(**question, stop_sequences=[word], thinking={"type": "disabled"}) as stream:
    final = stream.get_final_message()
check((final.stop_reason, final.stop_sequence) == (stopped.stop_reason, stopped.stop_sequence), "stop_sequences of a stream")

turns = question["messages"] + [{"role": "assistant", "content": whole.content}, {"role": "user", "content": "And then?"}]
again = ask(**question | {"messages": turns, "system": [{"type": "text", "text": "Be brief."}], "max_tokens": 5})
check(again.usage.output_tokens == 5, "the next turn, with a system message")

tool = {"name": "get_weather", "description": "The weather of a city", "input_schema": WEATHER_SCHEMA}
forced = question | {"tools": [tool], "tool_choice": {"type": "tool", "name": "get_weather",
                                                     "disable_parallel_tool_use": True}}
called = ask(**forced)
use = called.content[-1]
check(called.stop_reason == "tool_use" and use.type == "tool_use" and isinstance(use.input["city"], str), "a tool")
with client.messages.stream(**forced) as stream:
    final = stream.get_final_message()
check(final.content[-1].input == use.input and final.stop_reason == "tool_use", "a tool in a stream")
turns = question["messages"] + [
    {"role": "assistant", "content": called.content},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "sunny", "is_error": False}]}]
check(ask(**question | {"messages": turns, "tools": [tool], "max_tokens": 5}).usage.output_tokens == 5, "the tool's result")


class Hen(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=12)
    age: typing.Literal[1, 4, 9]  # the SDK sends bounds of numbers as words only


counted = client.messages.count_tokens(model="nano", messages=question["messages"])
check(counted.input_tokens == whole.usage.input_tokens + (whole.usage.cache_read_input_tokens or 0), "count_tokens")
parsed = client.messages.parse(**question, output_format=Hen)
check(1 <= parsed.parsed_output.age <= 9, "an answer as a pydantic model")

error = raised(anthropic.BadRequestError, ask, **question, extra_body={"temperature": -1})
check(error and error.body["error"]["type"] == "invalid_request_error" and "temperature" in str(error), "out of range")
error = raised(anthropic.NotFoundError, ask, **question | {"model": "claude"})
check(error and error.body["error"]["type"] == "not_found_error", "a model that is not there")
error = raised(anthropic.BadRequestError, ask, **question | {"messages": [{"role": "user", "content": "x" * 60000}]})
check(error, "a prompt that is too long")
