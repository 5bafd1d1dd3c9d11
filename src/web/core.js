#preprocess
// The functions that a page's worker calls on the module. Files of models are read where they lie: mount() shows them to
// the engine in a folder of its file system, and their bytes go nowhere but where the engine wants them.

const encoder = new TextEncoder();

// Calls work(pointer, size) with the text in memory of the engine.
function withText(text, work) {
  const bytes = encoder.encode(text);
  const pointer = _malloc(bytes.length);
  HEAPU8.set(bytes, pointer);
  try {
    return work({{{ to64("pointer") }}}, {{{ to64("bytes.length") }}});
  } finally {
    _free(pointer);
  }
}

// A file system of Emscripten whose files are read by `read(offset, into)`.
const readableFiles = {
  mount({opts: {files}}) {
    const root = readableFiles.createNode(null, "/", 0o40555, null);
    for (const file of files) {
      const parts = file.path.split("/");
      let folder = root;
      for (const part of parts.slice(0, -1))
        folder = folder.contents[part] ??= readableFiles.createNode(folder, part, 0o40555, null);
      const name = parts.at(-1);
      folder.contents[name] = readableFiles.createNode(folder, name, 0o100444, file);
    }
    return root;
  },

  createNode(parent, name, mode, file) {
    const node = FS.createNode(parent, name, mode, 0);
    node.file = file;
    node.contents = file ? null : {};
    node.node_ops = readableFiles.nodeOperations;
    node.stream_ops = readableFiles.streamOperations;
    return node;
  },

  nodeOperations: {
    getattr({id, mode, file}) {
      const size = file ? file.size : 4096;
      const time = new Date(0);
      return {dev: 1, ino: id, mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, atime: time, mtime: time, ctime: time, blksize: 4096, blocks: Math.ceil(size / 4096)};
    },
    lookup(parent, name) {
      const node = parent.contents?.[name];
      if (!node) throw new FS.ErrnoError(44);  // ENOENT
      return node;
    },
    readdir: (node) => [".", "..", ...Object.keys(node.contents)],
  },

  streamOperations: {
    read(stream, buffer, offset, length, position) {
      const {file} = stream.node;
      const wanted = Math.max(0, Math.min(length, file.size - position));
      return wanted === 0 ? 0 : file.read(position, buffer.subarray(offset, offset + wanted));
    },
    llseek(stream, offset, whence) {
      const from = whence === 1 ? stream.position : whence === 2 ? stream.node.file.size : 0;
      if (from + offset < 0) throw new FS.ErrnoError(28);  // EINVAL
      return from + offset;
    },
  },
};

Module["mount"] = (folder, files) => {
  FS.mkdirTree(folder);
  FS.mount(readableFiles, {files}, folder);
};
Module["unmount"] = (folder) => {
  FS.unmount(folder);
  FS.rmdir(folder);
  const parent = folder.slice(0, folder.lastIndexOf("/"));
  if (FS.readdir(parent).length === 2) FS.rmdir(parent);  // "." and ".."
};
Module["load"] = (call, model, json) => withText(json, (text, size) => _gerbil_load(call, model, text, size));
Module["unload"] = (model) => _gerbil_unload(model);
Module["submit"] = (call, model, method, json) =>
  withText(method, (name, nameSize) =>
    withText(json, (text, size) => _gerbil_submit(call, model, name, nameSize, text, size)),
  );
Module["cancel"] = (call) => _gerbil_cancel(call);
// Steps run once all kernels have compiled.
Module["poll"] = () => Boolean(Module["gpuCompiling"]?.()) || Boolean(_gerbil_poll());
Module["waiting"] = () => Module["gpuWaiting"]?.() ?? null;
Module["memoryBytes"] = () => HEAPU8.length;
