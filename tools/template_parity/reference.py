"""The reference: Jinja as transformers configures it for chat templates."""

import warnings

import jinja2
from transformers.utils import chat_template_utils

warnings.simplefilter("ignore", SyntaxWarning)  # of the Python that Jinja writes


def render(template, context):
    """The text of `template` with exactly the variables of `context`, and None; or None and the exception."""
    try:
        return chat_template_utils._compile_jinja_template(template).render(**context), None
    except Exception as error:  # noqa: BLE001  (whatever the reference raises is its answer)
        return None, error


def render_conversation(template, context):
    """The same as a tokenizer's apply_chat_template: `messages`, `tools` and `documents` are always defined."""
    context = dict(context)
    try:
        texts, _ = chat_template_utils.render_jinja_template(
            conversations=[context.pop("messages", [])],
            tools=context.pop("tools", None),
            documents=context.pop("documents", None),
            chat_template=template,
            add_generation_prompt=context.pop("add_generation_prompt", True),
            **context,
        )
        return texts[0], None
    except Exception as error:  # noqa: BLE001
        return None, error


def is_raised_by_template(error):
    """Whether the template itself refused, through raise_exception, rather than that Jinja failed."""
    return type(error) is jinja2.exceptions.TemplateError
