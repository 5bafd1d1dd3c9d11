// gpu::Device on a page's navigator.gpu: what device.cpp calls. The page opens device and adapter and passes them to the
// module as `gpu`; objects are numbers there. Nothing here waits: Module.gpuWaiting() is what the page waits for between
// two calls of the engine.
addToLibrary({
  $GerbilGpu: {
    objects: null,
    next: 1,
    device: null,
    encoder: null,
    pass: null,
    kernels: null,  // by source, as long as the device is there: a model that comes back finds its own
    compiling: null,  // promises of kernels
    failure: null,  // {kind: 1 lost | 2 out of memory | 3 rejected, text}
    text: null,  // of the latest description or failure, until it is taken

    open() {
      const {device} = Module["gpu"];
      if (GerbilGpu.device === device) return;
      const none = {encoder: null, pass: null, failure: null};
      Object.assign(GerbilGpu, {device, objects: new Map(), kernels: new Map(), compiling: new Set(), ...none});
      device.lost.then((info) => {
        if (GerbilGpu.device === device) GerbilGpu.failure = {kind: 1, text: info.message || info.reason};
      });
      device.addEventListener("uncapturederror", ({error}) => {
        if (GerbilGpu.device === device) GerbilGpu.fail(error instanceof GPUOutOfMemoryError ? 2 : 3, error.message);
      });
      Module["gpuWaiting"] = GerbilGpu.waiting;
      Module["gpuCompiling"] = () => GerbilGpu.compiling.size > 0 && !GerbilGpu.failure;
    },

    fail(kind, text) {
      GerbilGpu.failure ??= {kind, text};  // the first says why
    },

    add(object) {
      GerbilGpu.objects.set(GerbilGpu.next, object);
      return GerbilGpu.next++;
    },

    commands: () => (GerbilGpu.encoder ??= GerbilGpu.device.createCommandEncoder()),

    endPass() {
      GerbilGpu.pass?.end();
      GerbilGpu.pass = null;
    },

    submit() {
      if (!GerbilGpu.encoder) return;
      GerbilGpu.endPass();
      GerbilGpu.device.queue.submit([GerbilGpu.encoder.finish()]);
      GerbilGpu.encoder = null;
    },

    keep(text) {
      GerbilGpu.text = new TextEncoder().encode(text);
      return GerbilGpu.text.length;
    },

    copyIn: (pointer, size) => HEAPU8.slice(pointer, pointer + size),

    // A promise for what the engine cannot go on without, or null.
    waiting() {
      if (GerbilGpu.failure) return null;
      if (GerbilGpu.compiling.size > 0) return Promise.all(GerbilGpu.compiling);
      return Module["gpuReading"]?.() ?? null;
    },

    describe() {
      const {adapter} = Module["gpu"];
      const {info} = adapter;
      const {device} = GerbilGpu;
      const software = info.isFallbackAdapter === true;
      return {
        name: [info.description || info.device, info.architecture, info.vendor].filter(Boolean).join(", ") || "GPU",
        software,
        shader_f16: device.features.has("shader-f16"),
        subgroups: device.features.has("subgroups") ? [info.subgroupMinSize, info.subgroupMaxSize] : [],
        subgroup_id: Boolean(navigator.gpu.wgslLanguageFeatures?.has("subgroup_id")),
        matrices: device.features.has("chromium-experimental-subgroup-matrix")
          ? Array.from(info.subgroupMatrixConfigs ?? [])
              .filter((config) => config.componentType === "f16" && config.resultComponentType === "f32")
              .map(({M, N, K}) => [M, N, K])
          : [],
        max_binding_bytes: device.limits.maxStorageBufferBindingSize,
        max_buffer_bytes: device.limits.maxBufferSize,
        max_workgroup_threads: device.limits.maxComputeInvocationsPerWorkgroup,
        max_workgroup_bytes: device.limits.maxComputeWorkgroupStorageSize,
        max_groups: device.limits.maxComputeWorkgroupsPerDimension,
      };
    },
  },

  // The description of the device as JSON for gerbil_gpu_take_text: its size, or 0 when the page has opened none.
  gerbil_gpu_describe__sig: "i",
  gerbil_gpu_describe__deps: ["$GerbilGpu"],
  gerbil_gpu_describe: () => {
    if (!Module["gpu"]) return 0;
    GerbilGpu.open();
    return GerbilGpu.keep(JSON.stringify(GerbilGpu.describe()));
  },

  gerbil_gpu_take_text__sig: "vp",
  gerbil_gpu_take_text__deps: ["$GerbilGpu"],
  gerbil_gpu_take_text: (out) => HEAPU8.set(GerbilGpu.text, out),

  // What has gone wrong since the last call, 0 for nothing; the size of its text is written to `size`. A loss stays.
  gerbil_gpu_failure__sig: "ip",
  gerbil_gpu_failure__deps: ["$GerbilGpu"],
  gerbil_gpu_failure: (size) => {
    const {failure} = GerbilGpu;
    if (!failure) return 0;
    if (failure.kind !== 1) GerbilGpu.failure = null;
    HEAPU32[size / 4] = GerbilGpu.keep(failure.text);
    return failure.kind;
  },

  gerbil_gpu_lost__sig: "i",
  gerbil_gpu_lost__deps: ["$GerbilGpu"],
  gerbil_gpu_lost: () => (GerbilGpu.failure?.kind === 1 ? 1 : 0),

  gerbil_gpu_buffer__sig: "idpi",
  gerbil_gpu_buffer__deps: ["$GerbilGpu"],
  gerbil_gpu_buffer: (size, label, labelSize) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const name = new TextDecoder().decode(GerbilGpu.copyIn(label, labelSize));
    return GerbilGpu.add(GerbilGpu.device.createBuffer({label: name, size, usage}));
  },

  gerbil_gpu_free__sig: "vi",
  gerbil_gpu_free__deps: ["$GerbilGpu"],
  gerbil_gpu_free: (id) => {
    const object = GerbilGpu.objects.get(id);
    GerbilGpu.objects.delete(id);
    if (object instanceof GPUBuffer) object.destroy();
    if (object?.staging) object.release();
  },

  gerbil_gpu_write__sig: "vidpp",
  gerbil_gpu_write__deps: ["$GerbilGpu"],
  gerbil_gpu_write: (buffer, offset, bytes, size) => {
    GerbilGpu.submit();
    // Not all browsers take memory that threads share.
    const source = HEAPU8.buffer instanceof ArrayBuffer ? HEAPU8.subarray(bytes, bytes + size) : GerbilGpu.copyIn(bytes, size);
    GerbilGpu.device.queue.writeBuffer(GerbilGpu.objects.get(buffer), offset, source);
  },

  gerbil_gpu_kernel__sig: "ipipp",
  gerbil_gpu_kernel__deps: ["$GerbilGpu"],
  gerbil_gpu_kernel: (label, labelSize, source, sourceSize) => {
    const decoder = new TextDecoder();
    const name = decoder.decode(GerbilGpu.copyIn(label, labelSize));
    const code = decoder.decode(GerbilGpu.copyIn(source, sourceSize));
    const known = GerbilGpu.kernels.get(code);
    if (known) return GerbilGpu.add(known);
    const kernel = {pipeline: null};
    GerbilGpu.kernels.set(code, kernel);
    const module = GerbilGpu.device.createShaderModule({label: name, code});
    const compiled = GerbilGpu.device
      .createComputePipelineAsync({label: name, layout: "auto", compute: {module, entryPoint: "main"}})
      .then(
        (pipeline) => (kernel.pipeline = pipeline),
        (error) => GerbilGpu.fail(3, `the kernel ${name} does not compile: ${error.message}`),
      )
      .then(() => GerbilGpu.compiling.delete(compiled));
    GerbilGpu.compiling.add(compiled);
    return GerbilGpu.add(kernel);
  },

  // `bindings`: pairs of a slot and a buffer. The group is made when it is first dispatched, as it needs the kernel.
  gerbil_gpu_bind__sig: "iipi",
  gerbil_gpu_bind__deps: ["$GerbilGpu"],
  gerbil_gpu_bind: (kernel, bindings, count) => {
    const entries = [];
    for (let i = bindings / 4; i < bindings / 4 + 2 * count; i += 2)
      entries.push({binding: HEAPU32[i], resource: {buffer: GerbilGpu.objects.get(HEAPU32[i + 1])}});
    return GerbilGpu.add({kernel: GerbilGpu.objects.get(kernel), entries, group: null});
  },

  gerbil_gpu_dispatch__sig: "viiii",
  gerbil_gpu_dispatch__deps: ["$GerbilGpu"],
  gerbil_gpu_dispatch: (id, x, y, z) => {
    const bound = GerbilGpu.objects.get(id);
    const {pipeline} = bound.kernel;
    if (!pipeline) return GerbilGpu.fail(3, "a kernel was run before it had compiled");
    bound.group ??= GerbilGpu.device.createBindGroup({layout: pipeline.getBindGroupLayout(0), entries: bound.entries});
    GerbilGpu.pass ??= GerbilGpu.commands().beginComputePass();
    GerbilGpu.pass.setPipeline(pipeline);
    GerbilGpu.pass.setBindGroup(0, bound.group);
    GerbilGpu.pass.dispatchWorkgroups(x, y, z);
  },

  gerbil_gpu_copy__sig: "vididd",
  gerbil_gpu_copy__deps: ["$GerbilGpu"],
  gerbil_gpu_copy: (from, fromOffset, to, toOffset, size) => {
    GerbilGpu.endPass();
    const {objects} = GerbilGpu;
    GerbilGpu.commands().copyBufferToBuffer(objects.get(from), fromOffset, objects.get(to), toOffset, size);
  },

  gerbil_gpu_clear__sig: "vidd",
  gerbil_gpu_clear__deps: ["$GerbilGpu"],
  gerbil_gpu_clear: (buffer, offset, size) => {
    GerbilGpu.endPass();
    GerbilGpu.commands().clearBuffer(GerbilGpu.objects.get(buffer), offset, size);
  },

  gerbil_gpu_submit__sig: "v",
  gerbil_gpu_submit__deps: ["$GerbilGpu"],
  gerbil_gpu_submit: () => GerbilGpu.submit(),

  gerbil_gpu_lose__sig: "v",
  gerbil_gpu_lose__deps: ["$GerbilGpu"],
  gerbil_gpu_lose: () => GerbilGpu.device.destroy(),
});
