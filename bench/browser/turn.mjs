// One turn of one engine: a new browser that has nothing, then a new browser that has what the first one kept.
import fs from "node:fs";
import path from "node:path";
import {inBrowser} from "./browser.mjs";

const FIRST_TOKENS = 16;

// The files of a checkpoint for gerbil, which is told of them as the hub's listing would tell.
function listFiles(folder) {
  if (!fs.statSync(folder).isDirectory()) return [];
  return fs.readdirSync(folder, {recursive: true}).flatMap((name) => {
    const {size} = fs.statSync(path.join(folder, name));
    return fs.statSync(path.join(folder, name)).isFile() ? [{path: name, size}] : [];
  });
}

async function generate(page, prompt, tokens, promptTokens) {
  const result = await page.call("ask", {method: "generate", prompt, tokens});
  if (result.promptTokens !== promptTokens || result.tokens !== tokens)
    throw new Error(`${result.promptTokens} tokens were read and ${result.tokens} written instead of ${promptTokens} and ${tokens}.`);
  return result;
}

async function measureText(page, contest, {prompt}) {
  const measured = {};
  await generate(page, prompt(FIRST_TOKENS), 4, FIRST_TOKENS);  // what runs for the first time is compiled
  for (const tokens of contest.prompts)
    measured[`prompt of ${tokens}, tokens/s`] = (1000 * tokens) / (await generate(page, prompt(tokens), 1, tokens)).first;
  const {rest} = await generate(page, prompt(FIRST_TOKENS), contest.answer + 1, FIRST_TOKENS);
  measured[`answer of ${contest.answer}, tokens/s`] = (1000 * contest.answer) / rest;
  return {measured};
}

async function measureEmbeddings(page, contest, {texts, sample}) {
  const {ids, texts: words} = texts(contest.texts, contest.tokens);
  await page.call("ask", {method: "embed", ids: ids.slice(0, 2), texts: words.slice(0, 2)});
  let alone = 0;
  for (let index = 0; index < contest.texts; ++index)
    alone += (await page.call("ask", {method: "embed", ids: [ids[index]], texts: [words[index]]})).took;
  const {took} = await page.call("ask", {method: "embed", ids, texts: words});
  const {vectors} = await page.call("ask", {method: "embed", ...sample, keep: true});
  return {vectors, measured: {
    "one by one, texts/s": (1000 * contest.texts) / alone,
    [`${contest.texts} at once, texts/s`]: (1000 * contest.texts) / took,
  }};
}

// Returns {measured: {name: number}, vectors, notes, served}; vectors are those of workload.sample.
export async function takeTurn({contest, settings, workload, models, profile, server}) {
  const {task, device, threads} = contest;
  const all = {...settings, task, device, threads, files: listFiles(path.join(models, settings.model))};
  const firstRequest = () =>
    task === "text"
      ? {method: "generate", prompt: workload.prompt(FIRST_TOKENS), tokens: 1}
      : {method: "embed", ...workload.texts(1, contest.tokens)};
  const url = `${server.origin}/bench/index.html`;

  fs.rmSync(profile, {recursive: true, force: true});
  server.served.clear();
  const result = await inBrowser(url, profile, async (page) => {
    const {first, notes} = await page.call("start", all, firstRequest());
    const served = [...server.served];
    const loaded = await page.call("memory");
    const {measured, vectors} = await (task === "text" ? measureText : measureEmbeddings)(page, contest, workload);
    measured["page and workers, MB"] = Math.max(loaded, await page.call("memory")) / 1e6;
    measured["peak of the process, MB"] = (await page.peakMemory()) / 1e6;
    measured["first, from cold, s"] = first / 1000;
    return {measured, vectors, notes, served};
  });
  await inBrowser(url, profile, async (page) => {
    const {first} = await page.call("start", all, firstRequest());
    result.measured["first, from cache, s"] = first / 1000;
  });
  fs.rmSync(profile, {recursive: true, force: true});
  return result;
}
