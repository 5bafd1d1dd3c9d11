// Layout of the paged keys and values. A page holds 32 positions of every head, four elements a unit:
//   keys   [page][head][element / 4][slot]: neighbouring invocations score neighbouring positions
//   values [page][head][slot][element / 4]: neighbouring invocations sum neighbouring elements
// KV16 stores f16, whatever the device: packing and unpacking need no extension.
const UNITS = HEAD_DIM / 4;
#if KV16
alias KvUnit = vec2u;
fn unpack_kv(unit: KvUnit) -> vec4f { return vec4f(unpack2x16float(unit.x), unpack2x16float(unit.y)); }
fn pack_kv(values: vec4f) -> KvUnit {
  let v = clamp(values, vec4f(-65504.0), vec4f(65504.0));
  return vec2u(pack2x16float(v.xy), pack2x16float(v.zw));
}
#else
alias KvUnit = vec4f;
fn unpack_kv(unit: KvUnit) -> vec4f { return unit; }
fn pack_kv(values: vec4f) -> KvUnit { return values; }
#endif
fn key_at(page: u32, head: u32, unit: u32, slot: u32) -> u32 {
  return ((page * KV_HEADS + head) * UNITS + unit) * 32u + slot;
}
fn value_at(page: u32, head: u32, slot: u32, unit: u32) -> u32 {
  return ((page * KV_HEADS + head) * 32u + slot) * UNITS + unit;
}
