// WebKit, what Safari is made of, as WPE's MiniBrowser. It is not driven: a page runs a function and posts what becomes
// of it. That build has no WebGPU, and no access handles in the origin private file system.
import {spawn} from "node:child_process";
import {text} from "node:stream/consumers";
import {plainFolders, serve} from "./world.mjs";

const browser = process.env.MINI_BROWSER ?? "/usr/lib/x86_64-linux-gnu/wpe-webkit-2.0/MiniBrowser";

/** What `run` gives in a page that has the package as `window.Gerbil` and so on. */
export async function inWebKit(run, {isolated = false} = {}) {
  const page = `<!doctype html>
<script type="module">
  import * as gerbil from "/gerbil/dist/index.js";
  Object.assign(window, gerbil);
  const tell = (body) => fetch("/told", {method: "POST", body: JSON.stringify(body)});
  (${run})().then((result) => tell({result}), (error) => tell({error: String(error)}));
</script>`;
  let told;
  const result = new Promise(resolve => (told = resolve));
  const server = await serve(plainFolders, {
    isolated,
    answers: {
      "/page": (_, response) => response.setHeader("Content-Type", "text/html").end(page),
      async "/told"(request, response) {
        told(JSON.parse(await text(request)));
        response.end();
      },
    },
  });
  const environment = {
    ...process.env,
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", // containers have no room for its own; the pages are ours
    ...(isolated && {JSC_useSharedArrayBuffer: "1"}), // Safari has it by itself where a page is isolated
  };
  const child = spawn(browser, ["--headless", "--private", `${server.address}/page`], {env: environment, stdio: "ignore"});
  const ended = new Promise(resolve => {
    child.once("error", error => resolve({error: String(error)}));
    child.once("exit", code => resolve({error: `The browser ended with ${code}.`}));
  });
  const silent = new Promise(resolve => {
    setTimeout(() => resolve({error: "The page has told nothing in five minutes."}), 300_000).unref();
  });
  try {
    const {result: value, error} = await Promise.race([result, ended, silent]);
    if (error) throw new Error(error);
    return value;
  } finally {
    child.kill();
    await ended;
    server.close();
  }
}
