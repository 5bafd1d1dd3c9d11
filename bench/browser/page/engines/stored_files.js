// The files of a model in OPFS, as the core reads them: downloaded unless they are there already.
async function fileHandle(path) {
  const parts = path.split("/");
  let folder = await navigator.storage.getDirectory();
  for (const name of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(name, {create: true});
  return folder.getFileHandle(parts.at(-1), {create: true});
}

async function download(url, handle) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  let offset = 0;
  for await (const piece of response.body) offset += handle.write(piece, {at: offset});
  handle.flush();
}

export async function storedFiles(model, files) {
  const opened = [];
  for (const {path, size} of files) {
    const handle = await (await fileHandle(`${model}/${path}`)).createSyncAccessHandle();
    if (handle.getSize() !== size) await download(`/models/${model}/${path}`, handle);
    opened.push({path, size, read: (offset, into) => handle.read(into, {at: offset})});
  }
  return opened;
}
