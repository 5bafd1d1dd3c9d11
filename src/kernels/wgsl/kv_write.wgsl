// Stores the keys and values of every token in the pages of its sequence.
#include step
#include kv
@group(0) @binding(1) var<storage, read> k: array<vec4f>;
@group(0) @binding(2) var<storage, read> v: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> keys: array<KvUnit>;
@group(0) @binding(4) var<storage, read_write> values: array<KvUnit>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= KV_HEADS * UNITS) { return; }
  let position = token_position(id.y);
  let page = page_of(id.y, position);
  let head = id.x / UNITS;
  let unit = id.x % UNITS;
  let origin = id.y * (KV_HEADS * UNITS) + id.x;
  keys[key_at(page, head, unit, position % 32u)] = pack_kv(k[origin]);
  values[value_at(page, head, position % 32u, unit)] = pack_kv(v[origin]);
}
