// Runs jobs on the core itself, one model after the other: {files: {path: address}, load, method, request}. Of logits
// the result is the largest difference to those at `expected`, relative to the largest of these.
async function openGpu() {
  const adapter = await navigator.gpu.requestAdapter();
  const requiredFeatures = ["shader-f16", "subgroups"].filter(name => adapter.features.has(name));
  const requiredLimits = {};
  for (const name in adapter.limits)
    if (typeof adapter.limits[name] === "number") requiredLimits[name] = adapter.limits[name];
  return {adapter, device: await adapter.requestDevice({requiredFeatures, requiredLimits})};
}

const bytesOf = async address => new Uint8Array(await (await fetch(address)).arrayBuffer());

async function coreFile(path, address) {
  const bytes = await bytesOf(address);
  const read = (offset, into) => {
    const part = bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  };
  return {path, size: bytes.length, read};
}

async function largestDifference(rows, address) {
  const expected = new Float32Array((await bytesOf(address)).buffer);
  if (rows.length !== expected.length) return Infinity;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < rows.length; ++i) {
    largest = Math.max(largest, Math.abs(expected[i]));
    difference = Math.max(difference, Math.abs(rows[i] - expected[i]));
  }
  return difference / largest;
}

onmessage = async ({data: {gpu, threads, wasm, jobs}}) => {
  try {
    const calls = new Map();
    const onEvent = (call, kind, value) => {
      const {resolve, reject, events} = calls.get(call);
      if (kind === "result") resolve({...JSON.parse(value), ...events});
      else if (kind === "error") reject(new Error(JSON.parse(value).error.message));
      else events[kind] = value;
    };
    const script = wasm === "gerbil.memory64" ? wasm : "gerbil"; // either .wasm of its size of addresses serves it
    const {default: createCore} = await import(`/core/${script}.js`);
    const locateFile = () => `/core/${wasm}.wasm`;
    const core = await createCore({locateFile, threads, onEvent, ...(gpu && {gpu: await openGpu()})});
    let last = 0;
    const call = begin =>
      new Promise(async (resolve, reject) => {
        calls.set(++last, {resolve, reject, events: {}});
        begin(last);
        while (core.poll()) await (core.waiting() ?? new Promise(later => setTimeout(later)));
      });
    const results = [];
    for (const [number, {files, load, method, request, expected}] of jobs.entries()) {
      const folder = `/models/${number}`;
      core.mount(folder, await Promise.all(Object.entries(files).map(file => coreFile(...file))));
      const device = gpu ? "webgpu" : "cpu";
      await call(id => core.load(id, number, JSON.stringify({model: folder, device, threads, check: false, ...load})));
      const result = await call(id => core.submit(id, number, method, JSON.stringify(request)));
      results.push(expected ? await largestDifference(result.rows, expected) : result);
      core.unload(number);
      core.unmount(folder);
    }
    postMessage({results});
  } catch (error) {
    postMessage({error: String(error.stack ?? error)});
  }
};
