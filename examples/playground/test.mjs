// The playground in Chromium, on WebAssembly: `scripts/env node --test examples/playground/test.mjs`, after
// bindings/js/test/run has installed what it needs. It leaves pictures in build/playground for people to look at.
import "./test/tasks.mjs";
import "./test/page.mjs";
