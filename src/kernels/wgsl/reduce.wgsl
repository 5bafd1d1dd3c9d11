// Sums and maxima over the WG invocations of a workgroup; every invocation gets the result. Called in uniform control
// flow only. With SUBGROUPS, subgroups of SUBGROUP invocations reduce first; without, a tree in workgroup memory. The
// entry point is here, as what it has to ask for depends on that: a kernel defines run(group, place).
struct Place {
  thread: u32,    // in the workgroup
  subgroup: u32,  // in the workgroup; 0 without SUBGROUPS
  lane: u32,      // in the subgroup
}

#if SUBGROUPS
const REDUCE_SLOTS = WG / SUBGROUP;
#else
const REDUCE_SLOTS = WG;
#endif
var<workgroup> reduce_slots: array<f32, REDUCE_SLOTS>;

fn workgroup_sum(value: f32, place: Place) -> f32 {
#if SUBGROUPS
  let part = subgroupAdd(value);
  if (place.lane == 0u) { reduce_slots[place.subgroup] = part; }
  workgroupBarrier();
  var total = reduce_slots[0];
  for (var i = 1u; i < REDUCE_SLOTS; i++) { total += reduce_slots[i]; }
#else
  reduce_slots[place.thread] = value;
  workgroupBarrier();
  for (var width = WG / 2u; width > 0u; width /= 2u) {
    if (place.thread < width) { reduce_slots[place.thread] += reduce_slots[place.thread + width]; }
    workgroupBarrier();
  }
  let total = reduce_slots[0];
#endif
  workgroupBarrier();
  return total;
}

fn workgroup_max(value: f32, place: Place) -> f32 {
#if SUBGROUPS
  let part = subgroupMax(value);
  if (place.lane == 0u) { reduce_slots[place.subgroup] = part; }
  workgroupBarrier();
  var best = reduce_slots[0];
  for (var i = 1u; i < REDUCE_SLOTS; i++) { best = max(best, reduce_slots[i]); }
#else
  reduce_slots[place.thread] = value;
  workgroupBarrier();
  for (var width = WG / 2u; width > 0u; width /= 2u) {
    if (place.thread < width) {
      reduce_slots[place.thread] = max(reduce_slots[place.thread], reduce_slots[place.thread + width]);
    }
    workgroupBarrier();
  }
  let best = reduce_slots[0];
#endif
  workgroupBarrier();
  return best;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u,
#if SUBGROUPS
        @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32,
#endif
        @builtin(local_invocation_index) thread: u32) {
#if SUBGROUPS
  let place = Place(thread, subgroup, lane);
#else
  let place = Place(thread, 0u, thread);
#endif
  run(group, place);
}
