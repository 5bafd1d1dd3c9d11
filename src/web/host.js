// What host.cpp tells, for Module.onEvent(call, kind, text or Float32Array).
addToLibrary({
  gerbil_host_text__sig: "vipppp",
  gerbil_host_text: (call, kind, kindSize, json, size) => {
    const decoder = new TextDecoder();
    const text = (data, length) => decoder.decode(HEAPU8.slice(data, data + length));
    Module["onEvent"](call, text(kind, kindSize), text(json, size));
  },

  gerbil_host_numbers__sig: "vipppp",
  gerbil_host_numbers: (call, kind, kindSize, numbers, count) => {
    const name = new TextDecoder().decode(HEAPU8.slice(kind, kind + kindSize));
    Module["onEvent"](call, name, HEAPF32.slice(numbers / 4, numbers / 4 + count));
  },
});
