// Servers of this machine: a hub with its CDN, which misbehave as they are told, and the page's own.
import {createHash, randomBytes} from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

export const commit = "0123456789abcdef0123456789abcdef01234567";
export const token = "hf_right";

/** The SHA-256 of bytes or text. */
export const hashOf = bytes => createHash("sha256").update(bytes).digest("hex");
const gitSha1 = bytes => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** The files of a folder, by their paths. */
export function filesOf(folder) {
  const names = fs.readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
  return Object.fromEntries(names.map(entry => {
    const file = path.join(entry.parentPath, entry.name);
    return [path.relative(folder, file), fs.readFileSync(file)];
  }));
}

/** A model of so many random bytes. */
export const random = size => ({"config.json": Buffer.from("{}"), "model.safetensors": randomBytes(size)});

const listed = files => Object.entries(files).map(([file, bytes]) => ({
  type: "file", path: file, size: bytes.length, oid: gitSha1(bytes),
  ...(file.endsWith(".safetensors") && {lfs: {oid: hashOf(bytes), size: bytes.length}}),
}));

const served = handler => new Promise(resolve => {
  const server = http.createServer(handler).listen(0, "127.0.0.1", () => {
    const close = () => { server.closeAllConnections(); server.close(); };
    resolve({address: `http://localhost:${server.address().port}`, close});
  });
});

function drained(response) {
  return new Promise(resolve => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/**
 * A hub with `models`: {files, listing?, gated?, behave?}, the page that is `pages`' folder, and all of the models as
 * folders below /models/ of the page's server. `behave` of a model is asked before one of its files is sent:
 * (path, request) => {status?, headers?, body?, ranges?, etag?, cut?, until?}.
 */
export async function start(models, pages) {
  const log = [];
  const open = (response, extra = {}) => ({
    "access-control-allow-origin": "*", "access-control-allow-headers": "authorization, range",
    "access-control-expose-headers": "Link, ETag, X-Error-Code, X-Error-Message, X-Repo-Commit, Retry-After", ...extra,
  });

  async function send(request, response, model, file, headers) {
    const plan = {ranges: true, etag: `"${hashOf(model.files[file] ?? "").slice(0, 20)}"`, ...await model.behave?.(file, request)};
    const body = plan.body ?? model.files[file];
    log.push({method: request.method, path: file, range: request.headers.range ?? "", authorization: request.headers.authorization ?? "", host: request.headers.host});
    if (plan.status || !body) return response.writeHead(plan.status ?? 404, {...headers, ...plan.headers}).end();
    const range = plan.ranges && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const fresh = !request.headers["if-range"] || request.headers["if-range"] === plan.etag;
    const [from, to] = range && fresh ? [Number(range[1]), Math.min(Number(range[2] || body.length - 1) + 1, body.length)] : [0, body.length];
    response.writeHead(range && fresh ? 206 : 200, {
      ...headers, "content-length": to - from, "content-type": "application/octet-stream",
      ...(plan.etag && {etag: plan.etag}), ...(range && fresh && {"content-range": `bytes ${from}-${to - 1}/${body.length}`}), ...plan.headers,
    });
    if (request.method === "HEAD") return response.end();
    for (let at = from; at < to && !response.destroyed; at += 1 << 18) {
      if (plan.cut !== undefined && at >= from + plan.cut) return response.destroy();
      await plan.until?.(at);
      if (!response.write(body.subarray(at, Math.min(at + (1 << 18), to)))) await drained(response);
    }
    response.end();
  }

  const cdn = await served((request, response) => {
    if (request.method === "OPTIONS") return response.writeHead(204, open(response)).end();
    const [, id, file] = /^\/(.+?)\/-\/(.+?)\?/.exec(request.url);
    send(request, response, models[id], decodeURIComponent(file), open(response));
  });
  const hub = await served((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const refuse = (status, code, message = "") =>
      response.writeHead(status, open(response, {"x-error-code": code, "x-error-message": message})).end();
    const json = (value, headers) => response.writeHead(200, open(response, headers)).end(JSON.stringify(value));
    if (request.method === "OPTIONS") return response.writeHead(204, open(response)).end();
    const {id, rest} = /^\/(?:api\/models\/)?(?<id>[^/]+\/[^/]+)\/(?<rest>.*)$/.exec(url.pathname)?.groups ?? {};
    const model = models[id];
    log.push({method: request.method, path: url.pathname, authorization: request.headers.authorization ?? ""});
    if (!model) return refuse(401, "RepoNotFound", "Repository not found");
    if (model.gated && request.headers.authorization !== `Bearer ${token}`) return refuse(403, "GatedRepo", "Access is restricted");
    if (rest.startsWith("revision/"))
      return rest === "revision/main" || rest === `revision/${commit}` ? json({sha: commit}) : refuse(404, "RevisionNotFound");
    if (rest.startsWith("tree/")) {
      const all = model.listing ?? listed(model.files);
      const page = Number(url.searchParams.get("page") ?? 0);
      const next = (page + 1) * 3 < all.length;
      url.searchParams.set("page", page + 1);
      return json(all.slice(page * 3, page * 3 + 3), next ? {link: `<${hub.address}${url.pathname}${url.search}>; rel="next"`} : {});
    }
    const file = decodeURIComponent(rest.slice(`resolve/${commit}/`.length));
    if (file.endsWith(".safetensors"))
      return response.writeHead(302, open(response, {location: `${cdn.address}/${id}/-/${encodeURIComponent(file)}?signature=secret`})).end();
    send(request, response, model, file, open(response));
  });
  const page = await served((request, response) => {
    const at = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const [, id, file] = /^\/models\/([^/]+\/[^/]+)\/(.+)$/.exec(at) ?? [];
    if (id) return models[id] ? send(request, response, models[id], file, open(response)) : response.writeHead(404).end();
    const source = at.startsWith("/dist/") ? path.join(pages.dist, at.slice(6)) : path.join(pages.test, path.basename(at));
    const isolation = {"cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"};
    if (at === "/") return response.writeHead(200, {...isolation, "content-type": "text/html"}).end("<!doctype html><title>test</title>");
    if (!fs.existsSync(source)) return response.writeHead(404).end();
    response.writeHead(200, {...isolation, "content-type": "text/javascript"}).end(fs.readFileSync(source));
  });
  return {page: page.address, hub: hub.address, models, log, close: () => [cdn, hub, page].forEach(server => server.close())};
}
