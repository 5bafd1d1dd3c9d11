"""The small world that nano is trained on: one module a subject, put together by `conversations`."""
