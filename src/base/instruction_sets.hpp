// Which instruction sets vector code is compiled for. Include before any header of Highway.
//
// On x86: SSE2 because it is the architecture's baseline, AVX2, and AVX-512 with VNNI. The steps between bring little
// over the one below and cost compile time. Scalable vectors cannot be held in arrays, which the kernels do.
#pragma once

#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS                                                                                       \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_ZEN4 | HWY_AVX3_SPR | HWY_AVX10_2 | HWY_NEON_WITHOUT_AES | HWY_SVE | \
   HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
