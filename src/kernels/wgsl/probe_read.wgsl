// Reads a buffer once: COUNT loads of 16 bytes an invocation, neighbours side by side. For measuring only.
@group(0) @binding(0) var<storage, read> data: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> sink: array<u32>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let begin = group.x * (WG * COUNT) + thread;
  var all = vec4u();
#repeat i COUNT
  all ^= data[begin + $i * WG];
#end
  // Never so, but the compiler cannot know and has to read.
  if ((all.x ^ all.y ^ all.z ^ all.w) == 0x9e3779b9u) { sink[0] = begin; }
}
