"""LlamaIndex through its classes for OpenAI-like servers: what its users do."""

import openai
import pydantic
from checks import ADDRESS, QUESTION, check, raised
from llama_index.core.llms import ChatMessage
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from llama_index.llms.openai_like import OpenAILike


options = {"api_base": ADDRESS + "/v1", "api_key": "none", "max_retries": 0}
chat = {"is_chat_model": True, "is_function_calling_model": True, "context_window": 2048, "max_tokens": 300, "temperature": 0}
model = OpenAILike(model="nano", **chat, **options)
messages = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=QUESTION)]

whole = model.chat(messages)
check(whole.message.content and whole.raw.choices[0].finish_reason == "stop", "chat")
check("".join(piece.delta or "" for piece in model.stream_chat(messages)) == whole.message.content, "stream_chat")
check(model.complete(QUESTION).text, "complete, of a chat")
plain = OpenAILike(model="nano", max_tokens=5, temperature=0, **options)
text = plain.complete("Once upon a time").text
check(text and "".join(piece.delta for piece in plain.stream_complete("Once upon a time")) == text, "complete, of a text")


class Hen(pydantic.BaseModel):
    """A hen."""

    name: str = pydantic.Field(max_length=12)
    age: int = pydantic.Field(ge=1, le=9)


by_schema = OpenAILike(model="nano", should_use_structured_outputs=True, **chat, **options)
for llm in (model, by_schema):
    hen = llm.structured_predict(Hen, PromptTemplate(QUESTION))
    check(isinstance(hen, Hen), "structured_predict")


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


answer = model.chat_with_tools([FunctionTool.from_defaults(get_weather)], user_msg=QUESTION, tool_required=True)
calls = model.get_tool_calls_from_response(answer)
check(calls and isinstance(calls[0].tool_kwargs["city"], str), "chat_with_tools")

embeddings = OpenAILikeEmbedding(model_name="nano-embed", **options)
one = embeddings.get_text_embedding("a fox")
many = embeddings.get_text_embedding_batch(["a fox", "a cow"])
check(max(abs(a - b) for a, b in zip(one, many[0])) < 1e-6, "embeddings")

error = raised(openai.NotFoundError, OpenAILike(model="gpt-4", **chat, **options).chat, messages=messages)
check(error, "a model that is not there")
