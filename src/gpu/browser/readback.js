// What comes back from the GPU: copied to staging buffers, which are mapped while the engine goes on. device.cpp asks
// whether they have arrived.
addToLibrary({
  $GerbilReadback: {
    device: null,  // that the others are of
    reads: [],  // on their way, the oldest first
    idle: [],  // staging buffers

    open() {
      const {device} = GerbilGpu;
      if (GerbilReadback.device !== device) Object.assign(GerbilReadback, {device, reads: [], idle: []});
      Module["gpuReading"] = GerbilReadback.waiting;
      return GerbilReadback;
    },

    // A promise for the oldest, or null.
    waiting() {
      const read = GerbilReadback.reads[0];
      return read && !read.answered ? GerbilReadback.pumped(read.promise) : null;
    },

    // Firefox looks for what the GPU has finished every 100 ms, and whenever something is submitted.
    async pumped(promise) {
      if (!navigator.userAgent.includes("Firefox")) return promise;
      let over = false;
      promise.then(() => (over = true));
      while (!over && !GerbilGpu.failure) {
        GerbilGpu.device.queue.submit([]);
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
  },
  $GerbilReadback__deps: ["$GerbilGpu"],

  // `ranges`: triples of a buffer, an offset and a size.
  gerbil_gpu_read__sig: "ipi",
  gerbil_gpu_read__deps: ["$GerbilGpu", "$GerbilReadback"],
  gerbil_gpu_read: (ranges, count) => {
    const {device, objects} = GerbilGpu;
    const {reads, idle} = GerbilReadback.open();
    const wanted = Array.from(HEAPF64.subarray(ranges / 8, ranges / 8 + 3 * count));
    let size = 0;
    for (let i = 2; i < wanted.length; i += 3) size += wanted[i];
    const place = idle.findIndex((buffer) => buffer.size >= size);
    // One that is too small gives way to one that is not.
    const staging =
      place >= 0
        ? idle.splice(place, 1)[0]
        : (idle.pop()?.destroy(),
          device.createBuffer({label: "readback", size: Math.max(size, 4096), usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST}));
    GerbilGpu.endPass();
    for (let i = 0, at = 0; i < wanted.length; i += 3) {
      GerbilGpu.commands().copyBufferToBuffer(objects.get(wanted[i]), wanted[i + 1], staging, at, wanted[i + 2]);
      at += wanted[i + 2];
    }
    GerbilGpu.submit();
    const read = {staging, size, answered: false, bytes: null, gone: false, promise: null, release: null};
    // A staging buffer goes back once it is mapped no more, and is destroyed where nobody waited.
    read.release = () => {
      read.gone = true;
      if (!read.answered) staging.destroy();
    };
    read.promise = staging
      .mapAsync(GPUMapMode.READ, 0, size)
      .then(
        () => {
          if (read.gone) return;
          read.bytes = new Uint8Array(staging.getMappedRange(0, size)).slice();
          staging.unmap();
          idle.push(staging);
        },
        (error) => !read.gone && GerbilGpu.fail(3, `results were not returned: ${error.message}`),
      )
      .then(() => {
        read.answered = true;
        reads.splice(reads.indexOf(read), 1);  // of the device that it was begun on
      });
    reads.push(read);
    return GerbilGpu.add(read);
  },

  gerbil_gpu_arrived__sig: "ii",
  gerbil_gpu_arrived__deps: ["$GerbilGpu", "$GerbilReadback"],
  gerbil_gpu_arrived: (id) => (GerbilGpu.objects.get(id).answered || GerbilGpu.failure ? 1 : 0),

  // Copies the bytes; 0 when there are none.
  gerbil_gpu_take__sig: "iip",
  gerbil_gpu_take__deps: ["$GerbilGpu", "$GerbilReadback"],
  gerbil_gpu_take: (id, out) => {
    const {bytes} = GerbilGpu.objects.get(id);
    if (bytes) HEAPU8.set(bytes, out);
    return bytes ? 1 : 0;
  },
});
